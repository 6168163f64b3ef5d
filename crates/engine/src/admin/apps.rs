//! Parsing the registration data of an app, such as its redirect URIs: for staff, and for users who
//! register an app of their own.
//!
//! Invariant: a stored client has only redirect URIs that the realm's dialect allows together
//! ([`check_redirects`]), and only scopes that exist.

use dialect::{Dialect, RedirectMatch};
use domain::{Algorithm, AppType, Client, ResourceServer};
use oauth::{ClientAuthMethod, Operation, RedirectUri, Scope, ScopeSet};
use store::Loaded;

use super::find;
use crate::fields::{self, invalid};
use crate::{AdminReason, Context, Denial, Reason, identity};

/// The most redirect URIs of one app.
pub(crate) const MAX_REDIRECT_URIS: usize = 20;
/// The longest URL of a page or logo, in bytes.
const MAX_ADDRESS: usize = 2_000;
/// The longest description, in characters.
const MAX_DESCRIPTION: usize = 500;
/// The longest name of a host, in bytes (RFC 1035 §2.3.4).
const MAX_DOMAIN: usize = 253;

/// Parses a list of redirect URIs, none of them twice.
pub(crate) fn redirect_uris(field: &str, texts: &[String]) -> Result<Vec<RedirectUri>, Denial> {
    if texts.len() > MAX_REDIRECT_URIS {
        return Err(invalid(field, format!("at most {MAX_REDIRECT_URIS}")));
    }
    let mut uris = Vec::with_capacity(texts.len());
    for text in texts {
        let uri: RedirectUri = text.parse().map_err(|reason: oauth::RedirectUriError| {
            invalid(field, reason.to_string().trim_start_matches("expected "))
        })?;
        if !uris.contains(&uri) {
            uris.push(uri);
        }
    }
    Ok(uris)
}

/// The redirect URIs of an app, by the field that they are in.
fn all_redirects(client: &Client) -> [(&'static str, &[RedirectUri]); 2] {
    [
        ("redirect_uris", &client.redirect_uris),
        ("post_logout_redirect_uris", &client.post_logout_redirect_uris),
    ]
}

/// Whether the app has a redirect URI that it had not `before`, in the same field.
pub(crate) fn leads_elsewhere(before: &Client, after: &Client) -> bool {
    let fields = all_redirects(before).into_iter().zip(all_redirects(after));
    fields.into_iter().any(|((_, before), (_, after))| after.iter().any(|it| !before.contains(it)))
}

/// Checks that the dialect allows every redirect URI of the client in its new state. `http` on the
/// network is refused where it is new.
pub(crate) fn check_redirects(
    ctx: &Context<'_>,
    before: &Client,
    client: &Client,
) -> Result<(), Denial> {
    let rule = ctx.issuer.dialect().redirect_rule();
    for ((field, uris), (_, known)) in all_redirects(client).into_iter().zip(all_redirects(before))
    {
        for uri in uris {
            check_redirect(ctx.issuer.dialect(), client, uri)
                .map_err(|expected| invalid(field, expected))?;
            if uri.is_plain() && !rule.allow_http && !known.contains(uri) {
                return Err(invalid(field, plain_expected(uri)));
            }
        }
    }
    Ok(())
}

fn plain_expected(uri: &RedirectUri) -> String {
    format!("an https URI, or http on localhost; {uri} is neither")
}

/// Checks one redirect URI. The error says what is expected instead.
fn check_redirect(dialect: &Dialect, client: &Client, uri: &RedirectUri) -> Result<(), String> {
    let rule = dialect.redirect_rule();
    let http = uri.as_str().get(..5).is_some_and(|it| it.eq_ignore_ascii_case("http:"));
    if !uri.is_https() && !http {
        // RFC 8252 §7.1: a private-use scheme leads to an app on a device, not to a web site.
        return match client.app_type {
            AppType::Native if !rule.require_https => Ok(()),
            AppType::Native => {
                Err(format!("an https URI, or http on a loopback address; {uri} is neither"))
            }
            AppType::Web => {
                Err(format!("an https URI; the scheme of {uri} is for apps of the type native"))
            }
        };
    }
    if uri.is_loopback() {
        let refused =
            || format!("an address that other machines reach; {uri} is a loopback address");
        let allowed = rule.allow_localhost || client.app_type == AppType::Native;
        return if allowed { Ok(()) } else { Err(refused()) };
    }
    if uri.is_plain() && rule.require_https {
        return Err(plain_expected(uri));
    }
    match (rule.matching, &client.redirect_domain) {
        (RedirectMatch::Exact, _) => Ok(()),
        (RedirectMatch::Domain, Some(domain)) if is_within(uri, domain) => Ok(()),
        (RedirectMatch::Domain, Some(domain)) => Err(format!("an address on {domain}")),
        (RedirectMatch::Domain, None) => {
            Err("a redirect_domain to be set first, or an address on localhost".to_owned())
        }
    }
}

fn is_within(uri: &RedirectUri, domain: &str) -> bool {
    uri.host().is_some_and(|host| {
        host == domain || host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'))
    })
}

/// Parses the name of a host, to lower case. An empty text: `None`.
pub(crate) fn domain(field: &str, text: &str) -> Result<Option<String>, Denial> {
    let text = text.trim().to_ascii_lowercase();
    if text.is_empty() {
        return Ok(None);
    }
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    // A single label would be a whole top-level domain.
    let named = text.contains('.') && text.split('.').all(label);
    // A last label of digits alone would be an IP address, which has no subdomains.
    let numeric =
        text.rsplit('.').next().is_some_and(|last| last.bytes().all(|b| b.is_ascii_digit()));
    if text.len() <= MAX_DOMAIN && named && !numeric {
        Ok(Some(text))
    } else {
        Err(invalid(field, "the name of a host such as partner.example"))
    }
}

/// Parses the URL of a page or picture. An empty text: `None`.
pub(crate) fn web_address(field: &str, text: &str) -> Result<Option<String>, Denial> {
    if text.is_empty() {
        return Ok(None);
    }
    // Every browser reads an allowed redirect URI in the same way. Here it must be https, too.
    let uri: Option<RedirectUri> =
        Some(text).filter(|it| it.len() <= MAX_ADDRESS).and_then(|it| it.parse().ok());
    match uri.filter(RedirectUri::is_https) {
        Some(uri) => Ok(Some(uri.as_str().to_owned())),
        None => {
            Err(invalid(field, format!("an https address of at most {MAX_ADDRESS} characters")))
        }
    }
}

/// Parses a description of a few sentences. An empty text: `None`.
pub(crate) fn description(field: &str, text: &str) -> Result<Option<String>, Denial> {
    let text = fields::paragraph(field, text, MAX_DESCRIPTION)?;
    Ok(Some(text).filter(|text| !text.is_empty()))
}

/// Parses the algorithm of ID tokens: one that the realm signs with and that anybody can check. An
/// empty text: `None`.
fn id_token_algorithm(
    ctx: &Context<'_>,
    field: &str,
    text: &str,
) -> Result<Option<Algorithm>, Denial> {
    if text.is_empty() {
        return Ok(None);
    }
    let known = ctx.issuer.keys().id_token_algorithms(ctx.issuer.dialect());
    let words: Vec<_> = known.into_iter().map(|it| (it.as_str(), it)).collect();
    if words.is_empty() {
        return Err(invalid(field, "nothing: this realm has no ID tokens"));
    }
    fields::one_of(field, text, &words).map(Some)
}

/// Parses an app type: `web` or `native`.
pub(crate) fn app_type(field: &str, text: &str) -> Result<AppType, Denial> {
    fields::one_of(field, text, &[("web", AppType::Web), ("native", AppType::Native)])
}

/// Parses the scopes that an app may request: scopes of its API, and identity scopes.
pub(crate) async fn scopes(
    ctx: &Context<'_>,
    client: &Client,
    texts: &[String],
) -> Result<ScopeSet, Denial> {
    let asked = fields::scopes("scopes", texts)?;
    let identity = |scope: &Scope| identity::description(scope.as_str()).is_some();
    let of_api: ScopeSet = asked.iter().filter(|scope| !identity(scope)).cloned().collect();
    if !of_api.is_empty() {
        let server: Loaded<ResourceServer> = match client.default_audience {
            Some(id) => crate::chain::link(ctx, id).await?,
            None => find::audience(ctx, None).await.map_err(|denial| match denial {
                Denial { reason: Reason::Admin(AdminReason::InvalidField { .. }), .. } => invalid(
                    "scopes",
                    "a default_audience with these scopes: this realm does not have exactly one API",
                ),
                other => other,
            })?,
        };
        let what = format!("scopes of {}", server.identifier);
        fields::require_subset("scopes", &of_api, &server.scope_set(), &what)?;
    }
    Ok(asked)
}

/// The authentication methods of an app where the input names none: every method of the dialect's
/// token endpoints that needs a secret. `none` is among them only where an endpoint accepts nothing
/// else: there, an app proves its identity by its code verifier alone.
pub(crate) fn auth_methods(dialect: &Dialect) -> Vec<ClientAuthMethod> {
    let mut methods = Vec::new();
    for endpoint in dialect.endpoints().iter().filter(|it| it.operation() == Operation::Token) {
        let own = endpoint.client_auth_methods();
        let open = own == [ClientAuthMethod::None];
        for method in own.iter().filter(|method| open || **method != ClientAuthMethod::None) {
            if !methods.contains(method) {
                methods.push(*method);
            }
        }
    }
    if methods.is_empty() { vec![ClientAuthMethod::None] } else { methods }
}

/// The fields of an input about an app. A field that is `None` is not changed.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct AppFields<'a> {
    pub(crate) app_type: Option<&'a str>,
    pub(crate) redirect_domain: Option<&'a str>,
    pub(crate) redirect_uris: Option<&'a [String]>,
    pub(crate) post_logout_redirect_uris: Option<&'a [String]>,
    pub(crate) scopes: Option<&'a [String]>,
    pub(crate) description: Option<&'a str>,
    pub(crate) client_uri: Option<&'a str>,
    pub(crate) logo_uri: Option<&'a str>,
    pub(crate) id_token_signed_response_alg: Option<&'a str>,
}

impl AppFields<'_> {
    /// Writes the fields into a client. Returns the names of those that the input has.
    pub(crate) async fn apply(
        &self,
        ctx: &Context<'_>,
        client: &mut Client,
    ) -> Result<Vec<&'static str>, Denial> {
        let before = client.clone();
        let mut changed = Vec::new();
        if let Some(text) = self.app_type {
            client.app_type = app_type("app_type", text)?;
            changed.push("app_type");
        }
        if let Some(text) = self.redirect_domain {
            client.redirect_domain = domain("redirect_domain", text)?;
            changed.push("redirect_domain");
        }
        for (field, slot, texts) in [
            ("redirect_uris", &mut client.redirect_uris, self.redirect_uris),
            (
                "post_logout_redirect_uris",
                &mut client.post_logout_redirect_uris,
                self.post_logout_redirect_uris,
            ),
        ] {
            if let Some(texts) = texts {
                *slot = redirect_uris(field, texts)?;
                changed.push(field);
            }
        }
        if let Some(text) = self.id_token_signed_response_alg {
            let field = "id_token_signed_response_alg";
            client.id_token_signed_response_alg = id_token_algorithm(ctx, field, text)?;
            changed.push(field);
        }
        if let Some(texts) = self.scopes {
            client.scopes = scopes(ctx, client, texts).await?;
            changed.push("scopes");
        }
        changed.extend(self.apply_texts(client)?);
        check_redirects(ctx, &before, client)?;
        Ok(changed)
    }

    fn apply_texts(&self, client: &mut Client) -> Result<Vec<&'static str>, Denial> {
        let mut changed = Vec::new();
        if let Some(text) = self.description {
            client.description = description("description", text)?;
            changed.push("description");
        }
        for (field, slot, text) in [
            ("client_uri", &mut client.client_uri, self.client_uri),
            ("logo_uri", &mut client.logo_uri, self.logo_uri),
        ] {
            if let Some(text) = text {
                *slot = web_address(field, text)?;
                changed.push(field);
            }
        }
        Ok(changed)
    }
}

/// Drops all connections of an app, where its scopes changed and the dialect then needs a new
/// consent. The client's row alone records this for all connections. Returns whether they were
/// dropped.
pub(crate) fn scopes_changed(ctx: &Context<'_>, before: &Client, after: &mut Client) -> bool {
    let drops =
        before.scopes != after.scopes && ctx.issuer.dialect().authorization().scope_change_revokes;
    if drops {
        drop_connections(after);
    }
    drops
}

/// Drops all connections of an app.
pub(crate) fn drop_connections(client: &mut Client) {
    client.connections_epoch = client.connections_epoch.wrapping_add(1);
}
