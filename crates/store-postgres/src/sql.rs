//! The statements on entities. Each kind has its own statement, so that a connection prepares it
//! once.

use domain::Kind;

/// The two halves of a statement, with the name of the table between them, for each kind.
macro_rules! of_kind {
    ($kind:expr, $before:literal, $after:literal) => {
        match $kind {
            Kind::Organization => concat!($before, " organization ", $after),
            Kind::User => concat!($before, " \"user\" ", $after),
            Kind::ResourceServer => concat!($before, " resource_server ", $after),
            Kind::Client => concat!($before, " client ", $after),
            Kind::Grant => concat!($before, " \"grant\" ", $after),
            Kind::Credential => concat!($before, " credential ", $after),
            Kind::SigningKey => concat!($before, " signing_key ", $after),
            Kind::Account => concat!($before, " account ", $after),
            Kind::AccessRequest => concat!($before, " access_request ", $after),
        }
    };
}

/// The columns are in the order of `commit::entities::parameters`.
pub(crate) const fn insert(kind: Kind) -> &'static str {
    of_kind!(
        kind,
        "INSERT INTO",
        "(id, realm, public_id, handle, organization, user_id, client, resource_server, grant_id,
          variety, body, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11::text::json, $12::bigint + 1)"
    )
}

/// The parameters are those of [`insert`]; the twelfth is the expected version.
pub(crate) const fn replace(kind: Kind) -> &'static str {
    of_kind!(
        kind,
        "UPDATE",
        "SET realm = $2, public_id = $3, handle = $4, organization = $5, user_id = $6,
             client = $7, resource_server = $8, grant_id = $9, variety = $10,
             body = $11::text::json, version = $12::bigint + 1
         WHERE id = $1 AND version = $12"
    )
}

/// The second parameter is the expected version.
pub(crate) const fn remove(kind: Kind) -> &'static str {
    of_kind!(kind, "DELETE FROM", "WHERE id = $1 AND version = $2")
}

pub(crate) const fn by_id(kind: Kind) -> &'static str {
    of_kind!(kind, "SELECT body::text, version FROM", "WHERE id = $1")
}

pub(crate) const fn by_ids(kind: Kind) -> &'static str {
    of_kind!(kind, "SELECT body::text, version FROM", "WHERE id = ANY($1)")
}

/// From an identifier on, by rising identifier.
pub(crate) const fn scan(kind: Kind) -> &'static str {
    of_kind!(kind, "SELECT body::text, version FROM", "WHERE id >= $1 ORDER BY id LIMIT $2")
}

pub(crate) const fn by_public_id(kind: Kind) -> &'static str {
    of_kind!(kind, "SELECT body::text, version FROM", "WHERE realm = $1 AND public_id = $2")
}

pub(crate) const fn by_handle(kind: Kind) -> &'static str {
    of_kind!(kind, "SELECT body::text, version FROM", "WHERE realm = $1 AND handle = $2")
}

/// The caller appends conditions.
pub(crate) const fn list(kind: Kind) -> &'static str {
    of_kind!(kind, "SELECT body::text, version, id FROM", "WHERE realm = $1")
}
