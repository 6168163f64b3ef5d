//! The table of endpoints: from the dialect as the program loads it, with the wire names of the
//! parameters from its TOML.

use std::collections::BTreeMap;

use dialect::{Dialect, Endpoint};
use oauth::{GrantType, Operation};
use toml::{Table, Value};

const RFC: &str = include_str!("../../../../dialect/dialects/rfc.toml");

/// Name, whether it is built in, and text.
pub(super) const DIALECTS: [(&str, bool, &str); 7] = [
    ("rfc", true, RFC),
    ("speculo", true, include_str!("../../../../dialect/dialects/speculo.toml")),
    ("spendesk", true, include_str!("../../../../dialect/dialects/spendesk.toml")),
    ("spiko", true, include_str!("../../../../dialect/dialects/spiko.toml")),
    ("fyma", true, include_str!("../../../../dialect/dialects/fyma.toml")),
    ("speckle", true, include_str!("../../../../dialect/dialects/speckle.toml")),
    ("harbour", false, super::HARBOUR),
];

/// Where a parameter is in a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Location {
    Body(String),
    Query(String),
    Path(String),
    Username,
    Password,
}

/// The encoding of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Json,
    Form,
}

/// A parameter of an endpoint.
#[derive(Clone, Debug)]
pub(super) struct Named {
    /// Its name in the RFCs.
    pub(super) parameter: String,
    pub(super) location: Location,
}

/// An endpoint and the format of its requests.
#[derive(Debug)]
pub(super) struct Spot<'a> {
    pub(super) dialect: &'a Dialect,
    pub(super) endpoint: &'a Endpoint,
    pub(super) accepts: Vec<Encoding>,
    /// Parameters that are read from the request.
    pub(super) named: Vec<Named>,
    /// Parameters with a default value.
    pub(super) defaults: Vec<String>,
    /// Whether HTTP Basic is accepted.
    pub(super) basic: bool,
    /// Fixed values, which do not depend on the request.
    pub(super) fixed: BTreeMap<String, String>,
    /// Whether the holder of a token may revoke it here.
    pub(super) possession: bool,
}

impl Spot<'_> {
    /// Whether it belongs to the flows with users, so that machines cannot use it.
    pub(super) fn is_for_people(&self) -> bool {
        let grants = self.endpoint.grant_types().unwrap_or(self.dialect.grant_types());
        match self.endpoint.operation() {
            Operation::Authorization | Operation::UserInfo | Operation::EndSession => true,
            Operation::Token => {
                self.dialect.grant_types().contains(&GrantType::AuthorizationCode)
                    && !grants.contains(&GrantType::ClientCredentials)
            }
            Operation::Revocation => self.possession,
            Operation::Introspection | Operation::Jwks | Operation::Metadata => false,
        }
    }

    pub(super) fn reads(&self, parameter: &str) -> bool {
        self.named.iter().any(|it| it.parameter == parameter)
    }
}

/// Every endpoint of a dialect whose file is `text`.
pub(super) fn spots<'a>(dialect: &'a Dialect, text: &str) -> Vec<Spot<'a>> {
    let (own, rfc): (Table, Table) = (text.parse().unwrap(), RFC.parse().unwrap());
    // Its own endpoints come first, in the order of the file.
    let own = own.get("endpoint").and_then(Value::as_array).cloned().unwrap_or_default();
    let spots = dialect.endpoints().iter().enumerate().map(|(index, endpoint)| {
        let inherited = section(&rfc, endpoint.operation()).unwrap();
        spot(dialect, endpoint, [own.get(index), Some(inherited)])
    });
    spots.collect()
}

fn spot<'a>(
    dialect: &'a Dialect,
    endpoint: &'a Endpoint,
    sections: [Option<&Value>; 2],
) -> Spot<'a> {
    let key = |key: &str| sections.iter().flatten().find_map(|it| it.get(key).cloned());
    let accepts = key("accepts").unwrap();
    let accepts = accepts.as_array().unwrap().iter().map(|it| match it.as_str().unwrap() {
        "json" => Encoding::Json,
        _ => Encoding::Form,
    });
    let mut spot = Spot {
        dialect,
        endpoint,
        accepts: accepts.collect(),
        named: Vec::new(),
        defaults: Vec::new(),
        basic: endpoint.client_auth_methods().contains(&oauth::ClientAuthMethod::ClientSecretBasic),
        fixed: BTreeMap::new(),
        possession: key("possession").and_then(|it| it.as_bool()).unwrap_or_default(),
    };
    for (parameter, source) in key("parameters").unwrap().as_table().unwrap() {
        if source.get("default").is_some() {
            spot.defaults.push(parameter.clone());
        }
        if let Some(value) = source.get("fixed") {
            spot.fixed.insert(parameter.clone(), value.as_str().unwrap().to_owned());
        }
        let location = location(source);
        spot.named
            .extend(location.map(|location| Named { parameter: parameter.clone(), location }));
    }
    spot.basic |= spot.named.iter().any(|it| it.location == Location::Username);
    spot
}

fn section(file: &Table, operation: Operation) -> Option<&Value> {
    let endpoints = file.get("endpoint")?.as_array()?;
    endpoints.iter().find(|it| it["operation"].as_str() == Some(operation.as_str()))
}

/// `None`: it is not read.
fn location(source: &Value) -> Option<Location> {
    let first = |value: &Value| {
        let one = value.as_array().map_or(Some(value), |many| many.first());
        one.unwrap().as_str().unwrap().to_owned()
    };
    if source.is_str() {
        return Some(Location::Body(first(source)));
    }
    let table = source.as_table().unwrap();
    table.iter().find_map(|(key, value)| match key.as_str() {
        "body" | "json" | "form" => Some(Location::Body(first(value))),
        "query" => Some(Location::Query(first(value))),
        "path" => Some(Location::Path(first(value))),
        "basic" if value.as_str() == Some("username") => Some(Location::Username),
        "basic" => Some(Location::Password),
        _ => None,
    })
}
