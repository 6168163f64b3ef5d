//! Wallets and settlements behind one-hour tokens, each for one company: `GET /wallet-summaries`,
//! `/wallet/summary` and `/settlements`, under no prefix, `/v0` and `/v1`.
//!
//! Bearer tokens only. The data is that of the company in the token. A company may call 50 times a
//! minute, a partner 250 times. Errors are `{"errors": [{"code", "detail", "source"?}]}`.

mod api;
mod error;
mod handlers;
mod ledger;
mod limit;
mod limited;

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, get};
use verify::{Verifier, VerifyLayer};

use crate::ScopeText;
use crate::kinds::{ACCESS_TOKEN, guard};
use api::Api;
pub use ledger::Company;
use ledger::Ledger;
use limit::Limits;

/// The scopes of this API. The demo implements the first two.
pub const SCOPES: [ScopeText; 9] = [
    ("settlement:read", "Read the settlements of the company."),
    ("wallet-summary:read", "Read the balance of the company's wallet."),
    ("wallet-load:read", "Read the loads of the company's wallet."),
    ("bank-fee:read", "Read the bank fees of the company."),
    ("payable:read", "Read the payables of the company."),
    ("payable-attachment:read", "Read the attachments of payables."),
    ("user:read", "Read the members of the company."),
    ("supplier:read", "Read the suppliers of the company."),
    ("analytical-field:read", "Read the analytical fields of the company."),
];

const PREFIXES: [&str; 3] = ["", "/v0", "/v1"];

/// The API, with the data of `companies`. `verifier` decides which callers are accepted.
pub fn router(verifier: Arc<Verifier>, companies: Vec<Company>) -> Router {
    let layer =
        VerifyLayer::new(verifier).realm("spendesk").on_rejection(Arc::new(error::rejected));
    let api = Api {
        ledger: Arc::new(Ledger::new(companies)),
        layer: layer.clone(),
        limits: Arc::new(Limits::new()),
    };
    let wallets = get(handlers::wallet_summaries);
    let wallet = get(handlers::wallet_summary);
    let settlements = get(handlers::settlements);
    let routes = [
        ("/wallet-summaries", "wallet-summary:read", wallets),
        ("/wallet/summary", "wallet-summary:read", wallet),
        ("/settlements", "settlement:read", settlements),
    ];
    let routes = routes.into_iter().map(|(path, scope, handler)| {
        let limited = everywhere(path, handler)
            .route_layer(from_fn_with_state(api.clone(), limited::limited));
        guard(limited, layer.clone().scopes([scope]), &[ACCESS_TOKEN])
    });
    routes
        .fold(Router::new(), Router::merge)
        .fallback(handlers::not_found)
        .method_not_allowed_fallback(handlers::method_not_allowed)
        .with_state(api)
}

/// `path` under every prefix.
fn everywhere(path: &str, handler: MethodRouter<Api>) -> Router<Api> {
    PREFIXES.iter().fold(Router::new(), |router, prefix| {
        router.route(&format!("{prefix}{path}"), handler.clone())
    })
}

#[cfg(test)]
mod tests;
