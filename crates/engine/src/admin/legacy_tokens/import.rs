//! Importing legacy tokens. The valid rows are written in one batch; each invalid row is refused
//! alone.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use base::Id;
use domain::{
    Actor, AnySecret, Credential, CredentialDetail, CredentialKind, Grant, Kind, Organization,
    PublicId, ResourceServer,
};
use oauth::ScopeSet;
use serde_json::json;
use store::{Loaded, StoreExt as _};

use super::row::{Import, LegacyRow, RowOutcome, RowResult};
use crate::admin::expiry::expiry;
use crate::admin::{find, grants};
use crate::changes::{Changes, detail};
use crate::fields;
use crate::redact::name;
use crate::settle::settle_shared;
use crate::weak_secret::{STRONG, guess_bits};
use crate::{AdminReason, Context, Denial, Outcome, Reason, WriteContext, secrets};

/// The most rows of one call.
pub const MAX_ROWS: usize = 500;
/// The longest imported secret, in bytes.
const MAX_SECRET: usize = 512;

const KIND: CredentialKind = CredentialKind::LegacyToken;

/// Imports tokens and commits them. Two concurrent imports may make the same grant or token: the
/// second decides again.
///
/// # Errors
/// [`AdminReason::InvalidField`] when the call as a whole is invalid. Invalid rows are no error:
/// the answer names them.
pub async fn import(
    ctx: &WriteContext<'_>,
    actor: &Actor,
    input: &Import,
) -> Result<Vec<RowResult>, Denial> {
    if !(1..=MAX_ROWS).contains(&input.tokens.len()) {
        return Err(fields::invalid("tokens", format!("1 to {MAX_ROWS} rows")));
    }
    let server = find::audience(ctx, input.audience.as_deref()).await?;
    let made = &[Kind::Grant, Kind::Credential];
    let decision = async |ctx| decide(&ctx, actor, &server, input).await;
    settle_shared(ctx, made, decision).await.map(|(results, _)| results)
}

async fn decide(
    ctx: &Context<'_>,
    actor: &Actor,
    server: &ResourceServer,
    input: &Import,
) -> Result<Outcome<Vec<RowResult>>, Denial> {
    let rows = &input.tokens;
    let mut importing = Importing {
        ctx,
        actor,
        server,
        allow_weak: input.allow_weak,
        organizations: BTreeMap::new(),
        grants_by_organization: BTreeMap::new(),
        fresh: BTreeMap::new(),
    };
    let mut results = Vec::with_capacity(rows.len());
    for row in rows {
        let ((outcome, weak), problem) = match importing.row(row).await {
            Ok(done) => (done, None),
            Err(denial) if matches!(denial.reason, Reason::Server(_)) => return Err(denial),
            Err(denial) => ((RowOutcome::Refused, false), Some(denial.to_string())),
        };
        results.push(RowResult { id: row.id.clone(), outcome, weak, problem });
    }
    importing.write(results).await
}

/// The grant of an organization's legacy tokens: as stored, and in its new state.
struct LegacyGrant {
    before: Option<Loaded<Grant>>,
    after: Grant,
}

/// Loads the grant of an organization's legacy tokens, or makes a new one.
async fn load(
    ctx: &Context<'_>,
    server: &ResourceServer,
    organization: Id<Organization>,
) -> Result<LegacyGrant, Denial> {
    let handle = Grant::legacy_handle(organization, server.id);
    let before: Option<Loaded<Grant>> = ctx.store.by_handle(ctx.issuer.realm(), &handle).await?;
    let after = match &before {
        Some(known) => Grant::clone(known),
        None => Grant {
            organization: Some(organization),
            ..grants::new_grant(ctx, server.id, ScopeSet::new(), Some(handle))
        },
    };
    Ok(LegacyGrant { before, after })
}

/// The state of an import that is being decided.
struct Importing<'a> {
    ctx: &'a Context<'a>,
    actor: &'a Actor,
    server: &'a ResourceServer,
    allow_weak: bool,
    organizations: BTreeMap<String, Option<Loaded<Organization>>>,
    grants_by_organization: BTreeMap<Id<Organization>, LegacyGrant>,
    fresh: BTreeMap<PublicId, Credential>,
}

impl Importing<'_> {
    /// The outcome of a row, and whether the secret of the token can be guessed.
    async fn row(&mut self, row: &LegacyRow) -> Result<(RowOutcome, bool), Denial> {
        let ctx = self.ctx;
        let secret = &row.secret.0;
        let public_id: PublicId = row.id.parse().map_err(|problem: domain::ParseNameError| {
            fields::invalid("id", problem.to_string().trim_start_matches("expected "))
        })?;
        secrets::refuse_white_space("secret", secret.expose())?;
        if !(1..=MAX_SECRET).contains(&secret.expose().len()) {
            return Err(fields::invalid("secret", format!("1 to {MAX_SECRET} bytes")));
        }
        if let Some(known) = self.known(&public_id).await? {
            let same = known.kind() == KIND && ctx.digests.matches(secret, &known.digest);
            return if same {
                Ok((RowOutcome::Unchanged, known.is_weak()))
            } else {
                let text = "a credential with this id and another secret exists";
                Err(AdminReason::StateForbids(text.into()).into())
            };
        }
        let bits = guess_bits(&row.id, secret.expose());
        let weak = bits < STRONG;
        if weak && !self.allow_weak {
            let expected = format!(
                "a secret that cannot be guessed: it takes about 2^{bits} guesses, and should take 2^{STRONG}; \
                 allow_weak imports it all the same"
            );
            return Err(fields::invalid("secret", expected));
        }
        let label = fields::label("label", &row.label)?;
        let expires_at = expiry(ctx, row.expires_at.as_deref(), None)?;
        let scopes = fields::scopes_of_server(self.server, row.scopes.as_deref())?;
        let organization = self.organization(&row.organization).await?;
        let grant = self.grant_for(organization, &scopes).await?;
        let credential = Credential {
            id: Id::new(ctx.now, ctx.rng),
            realm: ctx.issuer.realm().clone(),
            public_id: public_id.clone(),
            label,
            digest: ctx.digests.digest::<AnySecret>(secret),
            expires_at,
            revoked: None,
            created_at: ctx.now,
            detail: CredentialDetail::LegacyToken {
                grant,
                organization,
                scopes,
                weak,
                status_index: ctx.status_index(),
            },
        };
        self.fresh.insert(public_id, credential);
        Ok((RowOutcome::Imported, weak))
    }

    /// The credential with this public id, from the store or from an earlier row.
    async fn known(&self, public_id: &PublicId) -> Result<Option<Credential>, Denial> {
        if let Some(earlier) = self.fresh.get(public_id) {
            return Ok(Some(earlier.clone()));
        }
        let realm = self.ctx.issuer.realm();
        let stored: Option<Loaded<Credential>> =
            self.ctx.store.by_public_id(realm, public_id.as_str()).await?;
        Ok(stored.map(|stored| Credential::clone(&stored)))
    }

    async fn organization(&mut self, named: &str) -> Result<Id<Organization>, Denial> {
        if !self.organizations.contains_key(named) {
            let realm = self.ctx.issuer.realm();
            let found = self.ctx.store.by_public_id(realm, named).await?;
            self.organizations.insert(named.to_owned(), found);
        }
        let found = self.organizations.get(named).and_then(Option::as_ref);
        found.map(|found| found.id).ok_or_else(|| {
            let expected = format!("the id of an existing organization; {:?} is none", name(named));
            fields::invalid("organization", expected)
        })
    }

    /// The grant that the token will belong to, extended by `scopes`.
    async fn grant_for(
        &mut self,
        organization: Id<Organization>,
        scopes: &ScopeSet,
    ) -> Result<Id<Grant>, Denial> {
        let found = match self.grants_by_organization.entry(organization) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => {
                unknown.insert(load(self.ctx, self.server, organization).await?)
            }
        };
        if found.after.revoked.is_some() {
            let text = "the grant of this organization's legacy tokens was revoked";
            return Err(AdminReason::StateForbids(text.into()).into());
        }
        for scope in scopes.iter() {
            found.after.scopes.insert(scope.clone());
        }
        Ok(found.after.id)
    }

    async fn write(self, results: Vec<RowResult>) -> Result<Outcome<Vec<RowResult>>, Denial> {
        let mut changes = Changes::new(self.ctx, self.actor);
        for found in self.grants_by_organization.values() {
            match &found.before {
                None => grants::insert(self.ctx, &mut changes, &found.after).await?,
                Some(before) if before.scopes == found.after.scopes => {}
                Some(before) => {
                    let details = detail([
                        ("before", json!(before.scopes)),
                        ("after", json!(found.after.scopes)),
                    ]);
                    changes.replace(before, &found.after, "grant.scopes_changed".into(), details);
                }
            }
        }
        for credential in self.fresh.values() {
            let (scopes, weak) = (json!(credential.scopes()), json!(credential.is_weak()));
            let details = detail([("scopes", scopes), ("weak", weak)]);
            changes.insert(credential, "legacy_token.imported".into(), details);
        }
        Ok(changes.done(results))
    }
}
