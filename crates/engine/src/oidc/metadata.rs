//! The metadata of the issuer: RFC 8414 §2, OpenID Connect Discovery §3. All values follow from the
//! dialect, the keys and the APIs of the realm, so that only supported features are advertised.

use domain::Status;
use oauth::{ClientAuthMethod, GrantType, Metadata, Operation, Scope, ScopeSet};

use crate::{Context, audience, identity};

/// The claims of an ID token besides those about the person.
const CLAIMS: [&str; 8] =
    ["iss", "aud", "exp", "iat", "auth_time", "nonce", "at_hash", "organization"];

/// The issuer's metadata, with the scopes of its APIs.
pub(crate) async fn metadata(ctx: &Context<'_>) -> Metadata {
    // The scopes are optional (RFC 8414 §2), and the other members need no store.
    let servers = audience::all(ctx).await.unwrap_or_default();
    let active = servers.iter().filter(|server| server.status == Status::Active);
    let of_apis = active.flat_map(|server| &server.scopes).map(|defined| defined.scope.clone());
    let scopes: ScopeSet = of_apis.chain(identity_scopes(ctx)).collect();
    let scopes_supported = scopes.iter().map(ToString::to_string).collect();
    Metadata { scopes_supported, ..of_dialect(ctx) }
}

/// The scopes that belong to no API, where people are asked.
fn identity_scopes(ctx: &Context<'_>) -> Vec<Scope> {
    let dialect = ctx.issuer.dialect();
    let asks = dialect.grant_types().contains(&GrantType::AuthorizationCode);
    if asks { identity::scopes(dialect).iter().cloned().collect() } else { Vec::new() }
}

fn of_dialect(ctx: &Context<'_>) -> Metadata {
    let dialect = ctx.issuer.dialect();
    let endpoint = |operation| -> Option<String> {
        let path = dialect.endpoint(operation)?.paths().first()?;
        // A path with placeholders is documented elsewhere: clients of this metadata cannot fill it
        // in.
        Some(format!("{}{path}", ctx.issuer.url())).filter(|_| !path.contains('{'))
    };
    let methods = |operation: Operation| -> Vec<String> {
        let endpoint = dialect.endpoint(operation);
        let methods = endpoint.map_or(&[][..], |it| it.client_auth_methods()).iter();
        // RFC 7662 §2.1: the introspection endpoint requires client authentication.
        let open = operation != Operation::Introspection;
        let methods = methods.filter(|it| open || **it != ClientAuthMethod::None);
        methods.map(ToString::to_string).collect()
    };
    let known = Metadata {
        issuer: ctx.issuer.identifier().to_owned(),
        token_endpoint: endpoint(Operation::Token),
        jwks_uri: endpoint(Operation::Jwks),
        introspection_endpoint: endpoint(Operation::Introspection),
        revocation_endpoint: endpoint(Operation::Revocation),
        status_list_aggregation_endpoint: Some(format!("{}/status-lists", ctx.issuer.url())),
        feed_endpoint: Some(format!("{}/feed", ctx.issuer.url())),
        grant_types_supported: dialect.grant_types().iter().map(ToString::to_string).collect(),
        response_types_supported: Vec::new(),
        token_endpoint_auth_methods_supported: methods(Operation::Token),
        introspection_endpoint_auth_methods_supported: methods(Operation::Introspection),
        revocation_endpoint_auth_methods_supported: methods(Operation::Revocation),
        ..Metadata::default()
    };
    let authorization_endpoint = endpoint(Operation::Authorization)
        .filter(|_| dialect.grant_types().contains(&GrantType::AuthorizationCode));
    if authorization_endpoint.is_none() {
        return known;
    }
    let authorization = dialect.endpoint(Operation::Authorization);
    let names_issuer = authorization.is_some_and(|endpoint| endpoint.names_issuer());
    let texts = |all: &[&str]| all.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    let methods = dialect.pkce().methods.iter();
    let algorithms = ctx.issuer.keys().id_token_algorithms(dialect).into_iter();
    Metadata {
        authorization_endpoint,
        userinfo_endpoint: endpoint(Operation::UserInfo),
        end_session_endpoint: endpoint(Operation::EndSession),
        response_types_supported: texts(&["code"]),
        response_modes_supported: texts(&["query"]),
        code_challenge_methods_supported: methods.map(|it| it.as_str().to_owned()).collect(),
        authorization_response_iss_parameter_supported: names_issuer,
        request_uri_parameter_supported: Some(false),
        subject_types_supported: texts(&["public"]),
        id_token_signing_alg_values_supported: algorithms.map(|it| it.as_str().into()).collect(),
        claims_supported: texts(&[&CLAIMS[..], &identity::CLAIMS[..]].concat()),
        ..known
    }
}
