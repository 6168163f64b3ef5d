//! What access tokens are made of: section `[access_token]`.

use std::time::Duration;

use domain::{Algorithm, TokenFormat};

use super::lifetime::lifetime;
use crate::DialectError;
use crate::claims::{ClaimNames, Claims, ClaimsError, TokenFacts, has_claim};
use crate::read::Table;
use crate::template::Template;

/// The format of an access token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A signed JWT.
    Jwt,
    /// A sealed string that only the issuer can read; no row.
    Opaque,
    /// A secret with a row, like a personal access token: the kind `access_token` of `[secrets]`.
    Stored,
}

impl From<TokenFormat> for Format {
    fn from(format: TokenFormat) -> Self {
        match format {
            TokenFormat::Jwt => Self::Jwt,
            TokenFormat::Opaque => Self::Opaque,
        }
    }
}

/// The rules for access tokens. The public fields are the dialect's defaults; a resource server may
/// override them.
#[derive(Clone, Debug)]
pub struct AccessTokenPolicy {
    /// The format.
    pub format: Format,
    /// The signature algorithm of a JWT.
    pub algorithm: Algorithm,
    /// The lifetime; `None`: it never expires, but can be revoked.
    pub lifetime: Option<Duration>,
    /// The `typ` of a JWT's header (RFC 9068 §2.1).
    pub header_typ: String,
    /// The prefix of an opaque token.
    pub opaque_prefix: String,
    /// How it is presented: the `token_type` of RFC 6749 §7.1.
    pub token_type: String,
    /// Whether a JWT says where its status is found: the `status` claim (Token Status List §6.1),
    /// which the issuer writes after the claims of the template.
    pub status_claim: bool,
    claims: Template,
    names: ClaimNames,
}

impl AccessTokenPolicy {
    /// Appends the claims of a token as JSON: the payload of a JWT (RFC 7519 §3).
    pub fn write_claims(&self, facts: &TokenFacts<'_>, out: &mut String) {
        self.claims.write_json(facts, out);
    }

    /// Reads the claims that [`write_claims`](Self::write_claims) wrote. It does not check who
    /// wrote them: verify the signature first.
    ///
    /// # Errors
    /// [`ClaimsError`] when the payload is not JSON, or lacks a claim that every token of this
    /// dialect has.
    pub fn read_claims<'a>(&self, payload: &'a [u8]) -> Result<Claims<'a>, ClaimsError> {
        self.names.read(payload)
    }
}

/// Reads `[access_token]`.
pub(crate) fn access_token(table: &Table<'_>) -> Result<AccessTokenPolicy, DialectError> {
    let format = table.required("format")?.one_of(&[
        ("jwt", Format::Jwt),
        ("opaque", Format::Opaque),
        ("stored", Format::Stored),
    ])?;
    let algorithm = table.required("algorithm")?.one_of(&[
        ("ES256", Algorithm::ES256),
        ("EdDSA", Algorithm::EdDSA),
        ("RS256", Algorithm::RS256),
        ("HS256", Algorithm::HS256),
    ])?;
    let claims_item = table.required("claims")?;
    let claims = Template::json(&claims_item, crate::template::fields::CLAIMS)?;
    let names = ClaimNames::of(&claims).map_err(|message| claims_item.error(message))?;
    let status_claim = table.required("status_claim")?.boolean()?;
    if status_claim && has_claim(&claims, "status") {
        let message = "\"status\" is a claim already; expected status_claim = false beside it";
        return Err(claims_item.error(message));
    }
    let policy = AccessTokenPolicy {
        format,
        algorithm,
        lifetime: lifetime(&table.required("lifetime")?)?,
        header_typ: table.required("typ")?.text()?.to_owned(),
        opaque_prefix: table.required("opaque_prefix")?.text()?.to_owned(),
        token_type: table.required("token_type")?.text()?.to_owned(),
        status_claim,
        claims,
        names,
    };
    table.finish("key")?;
    Ok(policy)
}
