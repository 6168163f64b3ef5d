//! The format of issued identifiers and secrets: sections `[identifiers]` and `[secrets]`.
//!
//! Invariant: two kinds of secret that carry their row's id never share a prefix, so the prefix of
//! a presented string shows its kind.

use domain::{CredentialKind, Kind};

use crate::DialectError;
use crate::read::{Item, Table};

/// The environment of a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Environment {
    /// Real data.
    Live,
    /// A sandbox.
    Test,
}

impl Environment {
    /// The text of `{environment}` in a prefix.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Test => "test",
        }
    }
}

/// The format of a secret after its prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretShape {
    /// Id, 256 bits of secret and a checksum: [`base::issued`].
    Checked,
    /// An id, then a secret, both of lower-case letters and digits; no checksum.
    Split {
        /// The number of characters of the id.
        id_digits: usize,
        /// The number of characters of the secret.
        secret_digits: usize,
    },
    /// Any secret of an older system. Accepted, never issued.
    Imported,
}

/// The format of one kind of secret in one environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretFormat {
    /// The prefix, such as `rt_live_`.
    pub prefix: String,
    /// The format after the prefix.
    pub shape: SecretShape,
}

/// The formats of every kind, in the order of [`CredentialKind::ALL`]; live, then test.
#[derive(Clone, Debug)]
pub(crate) struct Secrets(Vec<[SecretFormat; 2]>);

impl Secrets {
    #[allow(clippy::indexing_slicing, reason = "`secrets` makes one entry a kind, in their order")]
    pub(crate) fn format(&self, kind: CredentialKind, environment: Environment) -> &SecretFormat {
        let [live, test] = &self.0[kind as usize];
        match environment {
            Environment::Live => live,
            Environment::Test => test,
        }
    }
}

/// Reads `[secrets]`.
pub(crate) fn secrets(table: &Table<'_>) -> Result<Secrets, DialectError> {
    let mut read: Vec<(&'static str, Item<'_>, [SecretFormat; 2])> = Vec::new();
    for kind in CredentialKind::ALL {
        let item = table.required(kind.as_str())?;
        let formats = secret(&item)?;
        let clash = read.iter().find(|(_, _, others)| may_collide(others, &formats));
        if let Some((other, other_item, _)) = clash {
            // The error points at the file's own setting, not at an inherited one.
            let (item, other) = match table.own(kind.as_str()) {
                Some(own) => (own, *other),
                None => (*other_item, kind.as_str()),
            };
            return Err(
                item.error(format!("{other} has this prefix already; expected another one"))
            );
        }
        read.push((kind.as_str(), item, formats));
    }
    table.finish("kind of secret")?;
    Ok(Secrets(read.into_iter().map(|(_, _, formats)| formats).collect()))
}

/// Whether one presented string could have either format.
fn may_collide(one: &[SecretFormat; 2], other: &[SecretFormat; 2]) -> bool {
    one.iter().zip(other).any(|(one, other)| one.shape == SecretShape::Checked && one == other)
}

/// One format in both environments: `{ prefix = "rt_{environment}_", shape = "checked" }`.
fn secret(item: &Item<'_>) -> Result<[SecretFormat; 2], DialectError> {
    let table = item.table()?;
    let prefix = table.required("prefix")?;
    let text = prefix.text()?;
    if !text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.{}".contains(&b)) {
        return Err(prefix.error(format!(
            "found prefix {text:?}; expected letters, digits, '_', '-', '.' and {{environment}}"
        )));
    }
    if text.replace("{environment}", "").contains(['{', '}']) {
        return Err(prefix.error(format!(
            "unknown placeholder in {text:?}; the one expected here is {{environment}}"
        )));
    }
    let shape = shape(&table)?;
    table.finish("key")?;
    Ok([Environment::Live, Environment::Test].map(|environment| SecretFormat {
        prefix: text.replace("{environment}", environment.as_str()),
        shape,
    }))
}

fn shape(table: &Table<'_>) -> Result<SecretShape, DialectError> {
    let digits = |key, default: usize| match table.get(key) {
        None => Ok(default),
        Some(item) => item.integer_in(1..=128).map(|digits| digits as usize),
    };
    let (id_digits, secret_digits) = (digits("id_digits", 10)?, digits("secret_digits", 32)?);
    let Some(item) = table.get("shape") else { return Ok(SecretShape::Checked) };
    item.one_of(&[
        ("checked", SecretShape::Checked),
        ("split", SecretShape::Split { id_digits, secret_digits }),
        ("imported", SecretShape::Imported),
    ])
}

/// The prefixes of public identifiers, in the order of [`Kind::ALL`].
#[derive(Clone, Debug)]
pub(crate) struct Identifiers(Vec<String>);

impl Identifiers {
    pub(crate) fn prefix(&self, kind: Kind) -> &str {
        self.0.get(kind as usize).map_or("", String::as_str)
    }
}

/// Reads `[identifiers]`.
pub(crate) fn identifiers(table: &Table<'_>) -> Result<Identifiers, DialectError> {
    let mut prefixes = Vec::with_capacity(Kind::ALL.len());
    for kind in Kind::ALL {
        let item = table.required(kind.as_str())?;
        let prefix = item.text()?;
        if !prefix.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b)) {
            return Err(item.error(format!(
                "found prefix {prefix:?}; expected letters, digits, '_', '-' and '.'"
            )));
        }
        prefixes.push(prefix.to_owned());
    }
    table.finish("kind of identifier")?;
    Ok(Identifiers(prefixes))
}
