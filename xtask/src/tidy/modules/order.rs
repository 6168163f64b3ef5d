//! The declared order of a crate's modules, from bottom to top.
//!
//! A row is a layer. A module may import from its own layer and from those below; the root of the crate is above all
//! of them. Tests may import what they like; `cargo xtask tidy --modules` names those that import upward.

/// The layers of a crate, bottom first.
pub(super) type Layers = &'static [&'static [&'static str]];

/// Crates with an order. The others are small: in them it is enough that there is no circle. `cargo xtask tidy
/// --modules` prints an order that fits the code.
pub(super) const ORDER: &[(&str, Layers)] = &[
    (
        "status",
        &[
            &["deflate", "mark", "page", "signing_keys"],
            &["claim", "named", "status_indexes", "update"],
            &["marks"],
            &["snapshot"],
            &["list"],
        ],
    ),
    (
        "dialect",
        &[
            &["builtin", "error", "wire"],
            &["pattern", "read"],
            &["template"],
            &["claims", "decode", "encode"],
            &["endpoint", "policy"],
            &["route"],
            &["dialect"],
            &["agreement", "write"],
            &["compile"],
        ],
    ),
    (
        "store",
        &[
            &["error", "query", "version"],
            &["batch", "change", "loaded"],
            &["contract", "page"],
            &["forward", "memory", "typed"],
            &["hot"],
        ],
    ),
    (
        "store-sqlite",
        &[
            &["error", "event_month", "file", "sql"],
            &["changes", "migrations", "prepared", "reads"],
            &["open"],
            &["readers", "writer"],
            &["store"],
        ],
    ),
    (
        "store-postgres",
        &[
            &["error", "event_month", "sql", "tls", "uuid"],
            &["database", "migrations", "notes", "reads", "status_indexes"],
            &["commit", "open"],
            &["newest"],
            &["store"],
        ],
    ),
    (
        "verify",
        &[
            &[
                "breaker",
                "build_error",
                "header_error",
                "request_info",
                "token_state",
                "unavailable",
            ],
            &["http_client", "rejection"],
            &[
                "checks",
                "claims",
                "extract",
                "introspect",
                "introspect_http",
                "keys",
                "presented",
                "principal",
                "dependencies",
            ],
            &["feed", "seen"],
            &["offline", "revocation", "verifier"],
            &["builder", "layer"],
        ],
    ),
    (
        "server",
        &[
            &["environment", "error"],
            &["config", "figures", "follow", "introspection"],
            &["database", "listen", "logging", "mail", "master_key", "realms", "signals", "sweep"],
            &["cli"],
            &["arguments"],
            &["admin_key", "check", "migrate", "run", "tasks"],
            &["serve"],
            &["dev"],
        ],
    ),
    (
        "engine",
        &[
            &[
                "attempts",
                "budget",
                "identity",
                "key_ring",
                "marks",
                "new_families",
                "normal_form",
                "record",
                "redact",
                "seen",
                "status_indexes",
                "weak_secret",
            ],
            &["denial", "outcome"],
            &["issuer"],
            &["context"],
            &["changes", "fields", "guesses", "keys", "settle"],
            &["secrets"],
            &["audience", "chain", "idempotency", "page"],
            &["mint"],
            &["authenticate", "code", "family", "people", "present", "refusal", "retention"],
            &["admin", "gate"],
            &["access_requests"],
            &["account", "caller", "grants"],
            &["introspect", "oidc"],
            &["authorize", "revoke", "token"],
            &["answer"],
        ],
    ),
];

/// The layers of the crate called `name`.
pub(super) fn layers(name: &str) -> Option<Layers> {
    ORDER.iter().find(|(listed, _)| *listed == name).map(|(_, layers)| *layers)
}

/// The layer of `module`, counted from the bottom.
pub(super) fn layer(layers: Layers, module: &str) -> Option<usize> {
    layers.iter().position(|layer| layer.contains(&module))
}
