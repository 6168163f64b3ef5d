//! Issuing secrets in the realm's format, and finding the credential of a presented string.

use base::issued::{self, Shape};
use base::{Digest, Id, Secret};
use dialect::{SecretFormat, SecretShape};
use domain::{AnySecret, Credential, CredentialDetail, CredentialKind, Grant, PublicId};
use store::{Loaded, StoreExt as _};

use crate::guesses::Guess;
use crate::{ClientReason, Context, CredentialReason, Denial};

/// A new secret. It is shown once; only its digest is stored.
#[derive(Debug)]
pub struct IssuedSecret {
    /// The identifier of the new credential.
    pub id: Id<Credential>,
    /// The public id of the new credential.
    pub public_id: PublicId,
    /// The whole secret string.
    pub secret: Secret<AnySecret>,
    /// The digest, which is stored.
    pub digest: Digest<AnySecret>,
}

/// A credential that belongs to a grant.
/// [`Chain::of_credential`](crate::Chain::of_credential) checks whether the two are active.
#[derive(Clone, Debug)]
pub struct GrantCredential {
    /// The credential.
    pub credential: Loaded<Credential>,
    /// Its [`Credential::grant`].
    pub grant: Id<Grant>,
}

/// The alphabet of split secrets. A digit has five bits, so that all digits are equally likely.
const DIGITS: &[u8; 32] = b"0123456789abcdefghijklmnopqrstuv";

/// Issues a secret of `kind` in the realm's format.
pub fn issue(ctx: &Context<'_>, kind: CredentialKind) -> IssuedSecret {
    issue_as(ctx, kind, Id::new(ctx.now, ctx.rng))
}

/// Issues a secret of `kind` in the realm's format for a credential whose identifier is decided.
pub(crate) fn issue_as(
    ctx: &Context<'_>,
    kind: CredentialKind,
    id: Id<Credential>,
) -> IssuedSecret {
    let format = ctx.issuer.dialect().secret(kind, ctx.issuer.environment());
    let (public_id, secret): (String, Secret<AnySecret>) = match format.shape {
        // An imported kind has no format to issue in: the checked one is used.
        SecretShape::Checked | SecretShape::Imported => {
            (id.to_string(), issued::issue(&format.prefix, id, ctx.rng))
        }
        SecretShape::Split { id_digits, secret_digits } => {
            let public_id = random_digits(ctx, id_digits);
            let text = format!("{}{public_id}{}", format.prefix, random_digits(ctx, secret_digits));
            (public_id, Secret::new(text))
        }
    };
    let digest = ctx.digests.digest(&secret);
    IssuedSecret { id, public_id: public_name(&public_id, id), secret, digest }
}

/// The row of a new secret, without a label and without an expiry.
pub(crate) fn row(
    ctx: &Context<'_>,
    issued: &IssuedSecret,
    detail: CredentialDetail,
) -> Credential {
    Credential {
        id: issued.id,
        realm: ctx.issuer.realm().clone(),
        public_id: issued.public_id.clone(),
        label: String::new(),
        digest: issued.digest,
        expires_at: None,
        revoked: None,
        created_at: ctx.now,
        detail,
    }
}

/// Parses `text`, which always parses: it has letters and digits alone. The fallback to `id` is
/// never used.
fn public_name(text: &str, id: Id<Credential>) -> PublicId {
    text.parse().or_else(|_| id.to_string().parse()).unwrap_or_else(|_| unreachable!())
}

fn random_digits(ctx: &Context<'_>, digits: usize) -> String {
    let mut bytes = vec![0; digits];
    ctx.rng.fill(&mut bytes);
    #[allow(clippy::indexing_slicing, reason = "a remainder of 32 indexes 32 digits")]
    bytes.iter().map(|byte| char::from(DIGITS[usize::from(byte % 32)])).collect()
}

/// Finds the credential of `kind` that `text` claims to be, and checks the secret. Does not check
/// whether the credential is active.
///
/// # Errors
/// The private reason why there is no such credential, or why its secret is wrong.
pub async fn find(
    ctx: &Context<'_>,
    kind: CredentialKind,
    text: &str,
) -> Result<Loaded<Credential>, Denial> {
    find_any(ctx, &[kind], |_| Some(()), text).await.map(|(found, ())| found)
}

/// Finds the credential of any of `kinds` that `text` claims to be, as [`find`] does, and returns
/// what `read` takes from it. A credential that `read` returns `None` for counts as not found.
/// Kinds with the same format need one look-up together.
///
/// # Errors
/// The private reason why there is no such credential, or why its secret is wrong.
pub(crate) async fn find_any<T>(
    ctx: &Context<'_>,
    kinds: &[CredentialKind],
    read: impl Fn(&Credential) -> Option<T>,
    text: &str,
) -> Result<(Loaded<Credential>, T), Denial> {
    refuse_white_space(kinds.first().map_or("credential", |kind| kind.as_str()), text)?;
    let mut looked_for: Option<&SecretFormat> = None;
    let mut why = None;
    for &kind in kinds {
        let format = ctx.issuer.dialect().secret(kind, ctx.issuer.environment());
        if looked_for == Some(format) {
            continue;
        }
        let found = match claimed(format, text) {
            Claimed::Nothing => continue,
            Claimed::Damaged => return Err(CredentialReason::Damaged(kind).into()),
            Claimed::Id(id) => ctx.store.by_id(id).await?,
            Claimed::Name(name) => ctx.store.by_public_id(ctx.issuer.realm(), name).await?,
        };
        looked_for = Some(format);
        let same_format = |it: CredentialKind| {
            kinds.contains(&it)
                && ctx.issuer.dialect().secret(it, ctx.issuer.environment()) == format
        };
        let matching =
            |it: &Loaded<Credential>| same_format(it.kind()) && it.realm == *ctx.issuer.realm();
        let found = found.filter(matching);
        if let Some(removed) = found.as_ref().filter(|it| it.removed().is_some()) {
            check_alive(ctx, removed)?;
        }
        let found = found.and_then(|it| read(&it).map(|part| (it, part)));
        match found {
            Some(found) => {
                check_digest(ctx, &found.0, text)?;
                return Ok(found);
            }
            None => why = Some(CredentialReason::Unknown(kind)),
        }
    }
    let kind = kinds.last().copied().unwrap_or(CredentialKind::AccessToken);
    Err(why.unwrap_or(CredentialReason::OtherPrefix(kind)).into())
}

/// What a string is in a format.
enum Claimed<'a> {
    /// The string does not have this format.
    Nothing,
    /// The string has this format, but the checksum does not match: it was mistyped or cut.
    Damaged,
    /// The string names the row by its id.
    Id(Id<Credential>),
    /// The string names the row by its public id.
    Name(&'a str),
}

fn claimed<'a>(format: &SecretFormat, text: &'a str) -> Claimed<'a> {
    match format.shape {
        SecretShape::Checked => match issued::read(&format.prefix, text) {
            Shape::Foreign => Claimed::Nothing,
            Shape::Damaged => Claimed::Damaged,
            Shape::Intact(id) => Claimed::Id(id),
        },
        // An imported secret is found by the first half of its Basic pair, never by itself.
        SecretShape::Imported => Claimed::Nothing,
        SecretShape::Split { id_digits, secret_digits } => {
            let body = text.strip_prefix(format.prefix.as_str());
            let body = body.filter(|body| body.len() == id_digits + secret_digits);
            body.and_then(|body| body.get(..id_digits)).map_or(Claimed::Nothing, Claimed::Name)
        }
    }
}

/// Finds a credential by the first half of a Basic pair and checks the second. Guesses at the secrets of legacy tokens
/// are limited.
///
/// # Errors
/// The private reason why there is no such credential, or why its secret is wrong or not compared.
pub(crate) async fn find_pair(
    ctx: &Context<'_>,
    id: &str,
    secret: &str,
) -> Result<GrantCredential, Denial> {
    let found = of_pair(ctx, id, secret).await?;
    let credential = found.as_ref().map(|it| &*it.credential);
    if credential.is_some_and(|it| it.kind() != CredentialKind::LegacyToken) {
        return checked(ctx, found, (id, secret));
    }
    let guess = Guess::new(ctx, id);
    guess.admit(credential).await?;
    let checked = checked(ctx, found, (id, secret));
    if checked.is_ok() {
        guess.succeeded()
    } else {
        guess.failed()
    }
    checked
}

/// Finds an API key by the first half of a Basic pair and checks the second. Legacy tokens are presented to APIs; the
/// secret of one is not compared here.
///
/// # Errors
/// The private reason why there is no such key, or why its secret is wrong; `instead` where the pair names a legacy
/// token.
pub(crate) async fn find_key(
    ctx: &Context<'_>,
    (id, secret): (&str, &str),
    instead: ClientReason,
) -> Result<GrantCredential, Denial> {
    let found = of_pair(ctx, id, secret).await?;
    match &found {
        Some(it) if it.credential.kind() != CredentialKind::ApiKey => Err(instead.into()),
        _ => checked(ctx, found, (id, secret)),
    }
}

/// The key or legacy token that the first half of a Basic pair names.
async fn of_pair(
    ctx: &Context<'_>,
    id: &str,
    secret: &str,
) -> Result<Option<GrantCredential>, Denial> {
    refuse_white_space("key id", id)?;
    refuse_white_space("key secret", secret)?;
    let found: Option<Loaded<Credential>> = ctx.store.by_public_id(ctx.issuer.realm(), id).await?;
    let found = found
        .filter(|it| matches!(it.kind(), CredentialKind::ApiKey | CredentialKind::LegacyToken))
        .and_then(|it| it.grant().map(|grant| GrantCredential { grant, credential: it }));
    if let Some(found) = &found {
        ctx.recognize(&found.credential.public_id);
    }
    Ok(found)
}

fn checked(
    ctx: &Context<'_>,
    found: Option<GrantCredential>,
    (id, secret): (&str, &str),
) -> Result<GrantCredential, Denial> {
    let found = found.ok_or_else(|| ClientReason::Unknown(id.to_owned()))?;
    check_digest(ctx, &found.credential, secret)?;
    Ok(found)
}

fn check_digest(ctx: &Context<'_>, credential: &Credential, text: &str) -> Result<(), Denial> {
    if ctx.digests.matches(&Secret::<AnySecret>::new(text), &credential.digest) {
        return Ok(());
    }
    // A checked string with a valid checksum and a wrong secret is no typo: it may be an attack.
    let format = ctx.issuer.dialect().secret(credential.kind(), ctx.issuer.environment());
    match (&format.shape, issued::read::<Credential>(&format.prefix, text)) {
        (SecretShape::Checked, Shape::Damaged) => {
            Err(CredentialReason::Damaged(credential.kind()).into())
        }
        _ => Err(CredentialReason::Mismatch(credential.kind()).into()),
    }
}

/// Refuses white space and control characters, which no credential has. They are copied by mistake
/// so often that they have their own reason.
///
/// # Errors
/// [`CredentialReason::WhiteSpace`].
pub(crate) fn refuse_white_space(what: &'static str, text: &str) -> Result<(), Denial> {
    let stray = |c: char| c.is_whitespace() || c.is_control() || c == '\u{feff}' || c == '\u{200b}';
    // Almost all credentials are plain ASCII, so bytes are checked first. The loop does not stop
    // early: so the compiler checks many bytes with one instruction.
    let plain = text.bytes().fold(true, |plain, byte| plain & byte.is_ascii_graphic());
    if plain || !text.chars().any(stray) {
        Ok(())
    } else {
        Err(CredentialReason::WhiteSpace(what).into())
    }
}

/// Checks that a credential itself is active: not revoked and not expired. Does not check its
/// chain.
///
/// # Errors
/// [`CredentialReason::Revoked`] or [`CredentialReason::Expired`].
pub(crate) fn check_alive(ctx: &Context<'_>, credential: &Credential) -> Result<(), Denial> {
    let kind = credential.kind();
    if let Some(revocation) = &credential.revoked {
        return Err(CredentialReason::Revoked { kind, revocation: revocation.clone() }.into());
    }
    match credential.expires_at {
        Some(at) if at <= ctx.now => Err(CredentialReason::Expired { kind, at }.into()),
        _ => Ok(()),
    }
}
