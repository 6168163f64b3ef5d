//! A test case of a revocation: an organization with a machine, its grant, a token of the grant,
//! and a key.

use base::encoding::{base64url, parse_base64url};
use serde_json::json;

use crate::key_set::basic;
use crate::load::client::Client;
use crate::load::request::Request;
use crate::subject::admin::{Admin, text};
use crate::subject::gated::Gated;
use crate::subject::rfc::{JWT_API, Pair};

/// What is revoked or suspended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// The API key is revoked.
    Key,
    /// The secret that the token was minted for is revoked.
    Secret,
    /// The grant that the token depends on is revoked.
    Grant,
    /// The token itself is revoked (RFC 7009).
    Token,
    /// The organization is suspended.
    Organization,
    /// The key that signed the token is withdrawn, as after a leak.
    SigningKey,
}

impl Change {
    pub(crate) const ALL: [Self; 6] =
        [Self::Key, Self::Secret, Self::Grant, Self::Token, Self::Organization, Self::SigningKey];

    /// Whether the key is inactive afterwards.
    pub(crate) const fn ends_key(self) -> bool {
        matches!(self, Self::Key | Self::Organization)
    }

    /// Whether the token is inactive afterwards.
    pub(crate) const fn ends_token(self) -> bool {
        !matches!(self, Self::Key)
    }
}

/// A customer whose credentials are to be revoked.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) change: Change,
    organization: String,
    machine: Pair,
    secret: String,
    grant: String,
    key: Pair,
}

impl Case {
    /// Creates a case.
    ///
    /// # Errors
    /// With the refusal.
    pub(crate) fn make(admin: &mut Admin, change: Change) -> Result<Self, String> {
        let new = json!({"name": "Atelier"});
        let organization = text(&admin.create("organizations", &new)?, "/id")?;
        let new = json!({"name": "Machine", "organization": organization, "with_secret": false});
        let id = text(&admin.create("clients", &new)?, "/id")?;
        let secret = admin.create(&format!("clients/{id}/secrets"), &json!({}))?;
        let machine = (id, text(&secret, "/secret")?);
        let secret = text(&secret, "/id")?;
        let new = json!({"client": machine.0, "audience": JWT_API});
        let grant = text(&admin.create("grants", &new)?, "/id")?;
        let new = json!({"organization": organization, "label": "key", "audience": JWT_API});
        let key = admin.create("api-keys", &new)?;
        let key = (text(&key, "/id")?, text(&key, "/secret")?);
        Ok(Self { change, organization, machine, secret, grant, key })
    }

    /// Gets the token, which a key signs that no case has withdrawn. Where that key is to be withdrawn, another one
    /// signs from now on.
    ///
    /// # Errors
    /// With the refusal.
    pub(crate) fn begin(&self, node: &Gated) -> Result<String, String> {
        let mut client = Client::connect(node.home.port).map_err(|it| it.to_string())?;
        let token = client.ask(&node.ask_token(&self.machine, JWT_API))?.json()?;
        let token = text(&token, "/access_token")?;
        if self.change == Change::SigningKey {
            node.admin()?.create("signing-keys", &json!({"immediately": true}))?;
        }
        Ok(token)
    }

    /// The key as a value of `Authorization`.
    pub(crate) fn key(&self) -> String {
        basic(&self.key.0, &self.key.1)
    }

    /// The request to `node` that makes the change. `token` is the token of the case.
    ///
    /// # Errors
    /// When the token names no key.
    pub(crate) fn request(&self, node: &Gated, token: &str) -> Result<Request, String> {
        let (id, secret) = &self.machine;
        Ok(match self.change {
            Change::SigningKey => node.post(&format!("signing-keys/{}/revoke", kid(token)?)),
            Change::Key => node.post(&format!("api-keys/{}/revoke", self.key.0)),
            Change::Secret => node.post(&format!("clients/{id}/secrets/{}/revoke", self.secret)),
            Change::Grant => node.post(&format!("grants/{}/revoke", self.grant)),
            Change::Token => {
                let asked = Request::new("POST", node.home.port, "/revoke").basic(id, secret);
                asked.form(&[("token", token)])
            }
            Change::Organization => {
                node.post(&format!("organizations/{}/suspend", self.organization))
            }
        })
    }
}

/// The name of the key that signed a token.
fn kid(token: &str) -> Result<String, String> {
    let header = token.split('.').next().and_then(parse_base64url).ok_or("no header")?;
    let header = serde_json::from_slice(&header).map_err(|problem| problem.to_string())?;
    text(&header, "/kid")
}

/// A token of nobody, as any stranger can make it from one that was seen: nobody knows its key.
pub(crate) fn junk(number: usize, seen: &str) -> String {
    let header = json!({"alg": "ES256", "typ": "at+jwt", "kid": format!("junk-{number}")});
    let rest = seen.split_once('.').map_or("", |(_, rest)| rest);
    format!("{}.{rest}", base64url(header.to_string()))
}
