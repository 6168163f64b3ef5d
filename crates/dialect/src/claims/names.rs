//! Finds the claims that hold the facts we need to read back.

use crate::template::{Field, Node, Template};

/// The facts that we need to read back from a token.
const NEEDED: [Field; 6] = [
    Field::TokenId,
    Field::Grant,
    Field::Credential,
    Field::IssuedAt,
    Field::ExpiresAt,
    Field::Audience,
];

/// Claim names, each with the fact it holds.
#[derive(Clone, Debug)]
pub(crate) struct ClaimNames(Vec<(String, Field)>);

impl ClaimNames {
    /// Finds, for each fact, the top-level claim that is exactly its placeholder.
    pub(crate) fn of(template: &Template) -> Result<Self, String> {
        let Node::Object(members) = template.root() else {
            return Err("expected a table of claims".to_owned());
        };
        let claim = |wanted: Field| {
            members.iter().find_map(|(name, _, node)| match node {
                Node::Whole(field) if *field == wanted => Some((name.clone(), wanted)),
                _ => None,
            })
        };
        let mut names = Vec::with_capacity(NEEDED.len() + 1);
        for field in NEEDED {
            names.push(claim(field).ok_or_else(|| cannot_read(field.as_str()))?);
        }
        names.push(
            claim(Field::Scope)
                .or_else(|| claim(Field::Scopes))
                .ok_or_else(|| cannot_read("scope"))?,
        );
        Ok(Self(names))
    }

    pub(super) fn field(&self, claim: &str) -> Option<Field> {
        self.0.iter().find(|(name, _)| name == claim).map(|(_, field)| *field)
    }
}

/// Whether claims of this template have `name` at their top.
pub(crate) fn has_claim(template: &Template, name: &str) -> bool {
    match template.root() {
        Node::Object(members) => members.iter().any(|(known, ..)| known == name),
        _ => false,
    }
}

fn cannot_read(placeholder: &str) -> String {
    format!(
        "a token of these claims could not be read back; expected one claim to be exactly \
         \"{{{placeholder}}}\""
    )
}
