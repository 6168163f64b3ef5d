//! Dialect files: read and consistent, or refused at a place in the file.

use dialect::{Dialect, Route};

/// The largest body limit that a dialect may set, in bytes.
const MAX_BODY: usize = 1 << 20;

/// The most lines that a file has that ships.
const MOST: usize = 1_000;

/// The input is a dialect file.
pub(crate) fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let dialect = match Dialect::parse("own.toml", text) {
        Ok(dialect) => dialect,
        Err(error) => {
            // What a file does not say is read from the one that every other falls back on; a value
            // of the two that do not fit together may be in either.
            let lines =
                if error.file == "own.toml" { text.matches('\n').count() + 1 } else { MOST };
            assert!(matches!(error.file.as_str(), "own.toml" | "rfc.toml"), "{error}");
            assert!((1..=lines).contains(&error.line) && error.column >= 1, "{error}");
            assert!(!error.message.is_empty(), "{error}");
            return;
        }
    };
    let again = Dialect::parse("own.toml", text).expect("once more");
    assert_eq!(dialect.name(), again.name());
    assert_eq!(dialect.endpoints().len(), again.endpoints().len());
    for endpoint in dialect.endpoints() {
        assert!(endpoint.body_limit() <= MAX_BODY, "{}", endpoint.body_limit());
        assert!(!endpoint.paths().is_empty() && !endpoint.methods().is_empty());
        for path in endpoint.paths() {
            assert!(path.starts_with('/'), "{path}");
            // A placeholder matches itself, too.
            for method in endpoint.methods() {
                let route = dialect.route(method, path);
                assert!(matches!(route, Route::Found { .. }), "{method} {path}: {route:?}");
            }
        }
        let first = dialect.endpoint(endpoint.operation());
        assert_eq!(first.map(dialect::Endpoint::operation), Some(endpoint.operation()));
    }
}
