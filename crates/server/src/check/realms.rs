//! Checks issuers, and what their dialects let them issue.

use std::time::Duration;

use dialect::{AccessTokenPolicy, Environment, Format, Rotation};
use domain::{Algorithm, CredentialKind};
use oauth::pkce::ChallengeMethod;
use oauth::{GrantType, Operation};

use super::files;
use super::finding::Finding;
use crate::config::{Config, Realm};

const DAY: Duration = Duration::from_secs(86_400);
const YEAR: Duration = Duration::from_secs(366 * 86_400);
/// RFC 6749 §4.1.2.
const MAX_CODE_LIFETIME: Duration = Duration::from_secs(600);

pub(super) fn issuers(config: &Config, findings: &mut Vec<Finding>) {
    for Realm { name, issuer, .. } in &config.realms {
        if !issuer.is_https() && !issuer.is_loopback() {
            let text = format!(
                "realm {name}: the issuer {issuer} is not https, so requests can be read in transit \
                 (RFC 8414 section 2)"
            );
            findings.push(Finding::wrong("issuer_not_https", text));
        }
    }
}

pub(super) fn served(config: &Config, findings: &mut Vec<Finding>) {
    for (index, realm) in config.realms.iter().enumerate() {
        if !config.listeners.iter().any(|listener| listener.realms.contains(&index)) {
            let text = format!("realm {}: no listener serves it", realm.name);
            findings.push(Finding::wrong("realm_not_served", text));
        }
    }
}

pub(super) fn tokens(config: &Config, findings: &mut Vec<Finding>) {
    for Realm { name, dialect, .. } in &config.realms {
        let AccessTokenPolicy { format, algorithm, lifetime, .. } = dialect.access_token();
        if *format == Format::Jwt && *algorithm == Algorithm::HS256 {
            let text = format!(
                "realm {name}: tokens are signed with HS256: a service with the key to verify them can \
                 also forge them. Share the key with no service; let services introspect"
            );
            findings.push(Finding::weak("shared_key", text));
        }
        match lifetime {
            None => {
                let text = format!(
                    "realm {name}: access tokens never expire. A service that checks only the \
                     signature never learns of a revocation: let services introspect"
                );
                findings.push(Finding::weak("token_never_expires", text));
            }
            Some(lifetime) if *lifetime > DAY && *format != Format::Stored => {
                let text = format!(
                    "realm {name}: access tokens are valid for {}: a service that checks only \
                     the signature accepts a revoked token until it expires",
                    days(*lifetime)
                );
                findings.push(Finding::weak("token_lives_long", text));
            }
            Some(_) => {}
        }
    }
}

pub(super) fn lifetimes(config: &Config, findings: &mut Vec<Finding>) {
    for Realm { name, dialect, .. } in &config.realms {
        let it = dialect.lifetimes();
        for (what, code, lifetime) in [
            ("API keys", "api_key_lives_long", it.api_key),
            ("personal access tokens", "pat_lives_long", it.personal_access_token),
        ] {
            let how_long = match lifetime {
                None => "may never expire".to_owned(),
                Some(lifetime) if lifetime > YEAR => format!("may be valid for {}", days(lifetime)),
                Some(_) => continue,
            };
            let text = format!("realm {name}: {what} {how_long}");
            findings.push(Finding::weak(code, text));
        }
        if it.code > MAX_CODE_LIFETIME {
            let text = format!(
                "realm {name}: an authorization code is valid for more than 10 minutes (RFC 6749 \
                 section 4.1.2)"
            );
            findings.push(Finding::weak("code_lives_long", text));
        }
    }
}

/// What apps must prove, and what a lost response costs them.
pub(super) fn people(config: &Config, findings: &mut Vec<Finding>) {
    for Realm { name, dialect, .. } in &config.realms {
        let codes = dialect.grant_types().contains(&GrantType::AuthorizationCode);
        if codes && dialect.pkce().methods.contains(&ChallengeMethod::Plain) {
            let text = format!(
                "realm {name}: apps may send the code verifier itself as the challenge (`plain`): a \
                 person who sees the request can use the code (RFC 7636 section 7.2)"
            );
            findings.push(Finding::weak("plain_challenge", text));
        }
        let rotates = dialect.rotation() == Rotation::Rotating
            && dialect.grant_types().contains(&GrantType::RefreshToken);
        if rotates && dialect.refresh_retry_window().is_none() {
            let text = format!(
                "realm {name}: refresh tokens rotate and there is no retry window: a client that loses \
                 one answer on the network loses its connection"
            );
            findings.push(Finding::weak("retry_window_off", text));
        }
    }
}

/// What a realm takes over from the default dialect, where an earlier version had another default.
/// It is of interest to realms that exist: their apps may not be ready for it.
pub(super) fn defaults(config: &Config, findings: &mut Vec<Finding>) {
    if !files::database_exists(config) {
        return;
    }
    for Realm { name, dialect, .. } in &config.realms {
        let inherits = dialect.inherits();
        let has = |grant| dialect.grant_types().contains(&grant);
        if inherits.pkce && has(GrantType::AuthorizationCode) {
            let text = format!(
                "realm {name}: every app must use PKCE, also one with a secret (OAuth 2.1). For an \
                 app that cannot: postern client update ID --require-pkce false; for the whole \
                 realm: [pkce] required = \"public\" in a dialect of your own"
            );
            findings.push(Finding::note("pkce_for_every_app", text));
        }
        if inherits.rotation && has(GrantType::RefreshToken) {
            let text = format!(
                "realm {name}: refresh tokens rotate, also those of an app with a secret (OAuth \
                 2.1): it must store the new one of each answer. For the whole realm as before: \
                 [refresh] rotation = \"reusable\" in a dialect of your own"
            );
            findings.push(Finding::note("refresh_tokens_rotate", text));
        }
        if has(GrantType::AuthorizationCode) && dialect.endpoint(Operation::UserInfo).is_some() {
            let text = format!(
                "realm {name}: ID tokens are signed with RS256 (OpenID Connect Core section 15.1). \
                 For an app that expects ES256: postern client update ID --id-token-alg ES256"
            );
            findings.push(Finding::note("id_tokens_rs256", text));
        }
    }
}

/// A sandbox key that looks like a live one may be used on live data by mistake, and the other way
/// round.
pub(super) fn environments(config: &Config, findings: &mut Vec<Finding>) {
    for Realm { name, dialect, environment, .. } in &config.realms {
        let alike = |kind: &CredentialKind| {
            let live = dialect.secret(*kind, Environment::Live);
            live.prefix == dialect.secret(*kind, Environment::Test).prefix
        };
        let issued = [CredentialKind::ApiKey, CredentialKind::RefreshToken];
        if *environment == Environment::Test && issued.iter().any(alike) {
            let text = format!("realm {name}: its test keys have the same prefix as its live keys");
            findings.push(Finding::weak("test_keys_look_live", text));
        }
    }
}

fn days(lifetime: Duration) -> String {
    format!("{} days", lifetime.as_secs() / DAY.as_secs())
}
