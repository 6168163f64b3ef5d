//! The demo APIs. Each is mounted on the port of its realm.

use std::sync::Arc;

use axum::http::Request;
use demo_apis::speckle::ServerFacts;
use demo_apis::{fyma, speckle, speculo, spendesk, spiko};
use engine::RequestOrigin;
use tower::util::MapRequestLayer;
use verify::{RemoteAddress, RequestId, Verifier};
use web::{Body, RealmState, Router};

use super::accounts::RealmAccounts;
use super::seed::DemoFile;
use crate::error::CommandError;
use crate::introspection::InProcess;

/// The demo API of a realm; `None` where it has none.
///
/// # Errors
/// When its verifier cannot be built.
pub(super) fn beside(realm: &RealmState, demo: &DemoFile) -> Result<Option<Router>, CommandError> {
    let verifier = verifier(realm)?;
    let api = match realm.issuer().realm().as_str() {
        "speculo" => speculo::router(verifier),
        "spendesk" => spendesk::router(verifier, companies(demo)),
        "spiko" => spiko::router(verifier),
        "fyma" => fyma::router(verifier),
        "speckle" => {
            let facts = ServerFacts {
                name: "Speckle demo".to_owned(),
                company: "Postern".to_owned(),
                canonical_url: realm.issuer().url().to_owned(),
            };
            speckle::router(verifier, Arc::new(RealmAccounts(realm.clone())), facts)
        }
        _ => return Ok(None),
    };
    Ok(Some(api.layer(MapRequestLayer::new(set_origin))))
}

/// Asks the issuer in this process for every request, so that tokens without an expiry stop when
/// they are revoked, too.
fn verifier(realm: &RealmState) -> Result<Arc<Verifier>, CommandError> {
    let issuer = Arc::new(InProcess(realm.clone()));
    let verifier = Verifier::builder()
        .any_audience()
        .introspection(Arc::clone(&issuer) as Arc<dyn verify::Introspect>)
        .observer(issuer)
        .build();
    verifier.map(Arc::new).map_err(CommandError::new)
}

fn companies(demo: &DemoFile) -> Vec<spendesk::Company> {
    let companies = demo.realms.spendesk.companies.iter();
    companies.map(|it| spendesk::Company { id: it.id.clone(), name: it.name.clone() }).collect()
}

/// Passes the request's id and address to the API, in the types of `verify`.
fn set_origin(mut request: Request<Body>) -> Request<Body> {
    let Some(origin) = request.extensions().get::<Arc<RequestOrigin>>().cloned() else {
        return request;
    };
    if let Some(address) = origin.address {
        request.extensions_mut().insert(RemoteAddress(address));
    }
    request.extensions_mut().insert(RequestId(origin.request_id.clone()));
    request
}
