//! The gates of the demo realms. Each stands before its own demo API and has its routes.

use std::time::Duration;

use axum::http::Method;
use web::gate::{
    Access, GateSettings, Identity, NoValue, Preflights, Rate, Route, Source, WhenUnsure,
};

use super::seed;
use crate::error::CommandError;

const ACCESS_TOKEN: &str = "access_token";
const STALE_AFTER: Duration = Duration::from_secs(10);
/// The request limit of a company in [`WINDOW`], as in the published documentation.
const PER_COMPANY: u32 = 50;
const WINDOW: Duration = Duration::from_secs(60);

/// A route: methods, path, scopes.
type Line = (Method, &'static str, &'static [&'static str]);

const SPENDESK: [(&str, &[&str]); 3] = [
    ("/wallet-summaries", &["wallet-summary:read"]),
    ("/wallet/summary", &["wallet-summary:read"]),
    ("/settlements", &["settlement:read"]),
];

/// The gate settings of a demo realm; `None` where there is no such realm.
///
/// # Errors
/// Never, because the scopes are valid.
pub(super) fn settings(
    realm: &str,
    prefixes: &[String],
) -> Result<Option<GateSettings>, CommandError> {
    let (audience, lines, credentials): (&str, Vec<Line>, &[&str]) = match realm {
        "speculo" => {
            let lines = vec![
                (Method::GET, "/v1/contacts", &["contacts.read"][..]),
                (Method::POST, "/v1/contacts", &["contacts.write"]),
            ];
            (seed::speculo::AUDIENCE, lines, &[ACCESS_TOKEN])
        }
        "spendesk" => {
            let lines = SPENDESK.map(|(path, scopes)| (Method::GET, path, scopes));
            (seed::spendesk::AUDIENCE, lines.into(), &[ACCESS_TOKEN])
        }
        "spiko" => {
            let lines =
                ["/v1/investors", "/v1/investors/"].map(|path| (Method::GET, path, &[][..]));
            (seed::spiko::AUDIENCE, lines.into(), &["api_key", ACCESS_TOKEN])
        }
        "fyma" => {
            let lines = vec![(Method::GET, "/tracking-cameras", &[][..])];
            (seed::fyma::AUDIENCE, lines, &[ACCESS_TOKEN, "legacy_token"])
        }
        "speckle" => {
            let lines = vec![(Method::POST, "/graphql", &[][..])];
            (seed::speckle::AUDIENCE, lines, &[ACCESS_TOKEN, "personal_access_token"])
        }
        _ => return Ok(None),
    };
    let prefixes = prefixes.iter().map(String::as_str);
    let mut routes = Vec::new();
    for prefix in prefixes {
        for (method, path, scopes) in &lines {
            routes.push(Route {
                host: None,
                path: format!("{prefix}{path}"),
                methods: vec![method.clone()],
                access: Access::Protected {
                    audience: audience.to_owned(),
                    scopes: scopes.join(" ").parse().map_err(CommandError::new)?,
                    credentials: credentials.iter().map(|kind| (*kind).to_owned()).collect(),
                },
                when_unsure: WhenUnsure::Closed,
            });
        }
    }
    let per_company = Rate { requests: PER_COMPANY, window: WINDOW };
    Ok(Some(GateSettings {
        source: Source::Original,
        identity: Identity::Headers,
        no_value: NoValue::Hyphen,
        preflights: Preflights::Refuse,
        stale_after: STALE_AFTER,
        per_credential: None,
        per_organization: (realm == "spendesk").then_some(per_company),
        routes,
    }))
}
