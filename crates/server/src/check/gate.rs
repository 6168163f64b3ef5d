//! Checks what gates allow.

use std::time::Duration;

use web::gate::{Access, GateSettings, Route, WhenUnsure};

use super::finding::Finding;
use crate::config::{Config, Realm};

/// A revocation that is missed for this time can be explained by a restart of the database.
const LONG_STALENESS: Duration = Duration::from_secs(60);

pub(super) fn gates(config: &Config, findings: &mut Vec<Finding>) {
    for realm in &config.realms {
        let Some(gate) = &realm.gate else { continue };
        if config.trusted_proxies.is_empty() {
            let text = format!(
                "realm {}: its gate is asked by a proxy, but trusted_proxies is empty: every caller \
                 has the proxy's address",
                realm.name
            );
            findings.push(Finding::weak("gate_without_proxies", text));
        }
        if gate.stale_after > LONG_STALENESS {
            let text = format!(
                "realm {}: its gate answers from memory for {} seconds while the database does not \
                 answer: it may miss a revocation for that long",
                realm.name,
                gate.stale_after.as_secs()
            );
            findings.push(Finding::weak("gate_believes_long", text));
        }
        routes(realm, gate, findings);
    }
}

fn routes(realm: &Realm, gate: &GateSettings, findings: &mut Vec<Finding>) {
    let mut strange: Vec<&str> = Vec::new();
    for route in &gate.routes {
        let Route { path, access, when_unsure, .. } = route;
        match access {
            Access::Public if path.starts_with("/{*") => {
                let text = format!(
                    "realm {}: the route {path} is public: every path that no other route names \
                     needs no credential",
                    realm.name
                );
                findings.push(Finding::weak("gate_all_public", text));
            }
            Access::Public => {}
            Access::Protected { audience, .. } => {
                if *when_unsure == WhenUnsure::Open && writes(route) {
                    let text = format!(
                        "realm {}: the route {path} allows methods that write and has \
                         when_unsure = \"open\": while the database is away, revoked callers can write",
                        realm.name
                    );
                    findings.push(Finding::weak("gate_open_to_writes", text));
                }
                let known = audience.starts_with("https://") || audience.starts_with("urn:");
                if !known && !strange.contains(&audience.as_str()) {
                    strange.push(audience);
                }
            }
        }
    }
    for audience in strange {
        let text = format!(
            "realm {}: the API {audience:?} of its gate is not an https URL: callers cannot find its \
             metadata (RFC 9728 section 1.2)",
            realm.name
        );
        findings.push(Finding::weak("gate_audience_no_url", text));
    }
}

/// Whether the route accepts a method that is not safe (RFC 9110 §9.2.1).
fn writes(route: &Route) -> bool {
    route.methods.is_empty() || route.methods.iter().any(|method| !method.is_safe())
}
