//! A request in parts, so that one part can be made invalid.

use std::collections::BTreeMap;

use base::encoding::base64;

use super::realm::Realm;
use super::table::{Encoding, Location, Named, Spot};
use crate::harness::http::{self, Ask, escaped};

/// A value, or the wire text instead of one.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Text(String),
    /// Raw wire text: a JSON value, a percent-encoded text, a part of Basic before base64.
    Literal(Vec<u8>),
}

/// A parameter with its value.
#[derive(Clone, Debug)]
pub(super) struct Field {
    pub(super) named: Named,
    pub(super) value: Value,
}

/// A request to an endpoint.
#[derive(Clone, Debug)]
pub(super) struct Draft<'a> {
    pub(super) spot: &'a Spot<'a>,
    pub(super) base: &'a str,
    pub(super) path: String,
    pub(super) encoding: Encoding,
    pub(super) fields: Vec<Field>,
}

impl<'a> Draft<'a> {
    /// The valid request.
    pub(super) fn good(realm: &'a Realm, spot: &'a Spot<'a>, encoding: Encoding) -> Self {
        Self::of(realm, spot, encoding, &realm.values(spot.endpoint.operation()))
    }

    /// The request with these values.
    pub(super) fn of(
        realm: &'a Realm,
        spot: &'a Spot<'a>,
        encoding: Encoding,
        values: &BTreeMap<&'static str, String>,
    ) -> Self {
        let path = format!("{}{}", realm.prefix, spot.endpoint.paths()[0]);
        let mut named = spot.named.clone();
        let posted = named.iter().any(|it| it.parameter == "client_secret");
        let post = spot
            .endpoint
            .client_auth_methods()
            .contains(&oauth::ClientAuthMethod::ClientSecretPost);
        let proves = values.contains_key("client_secret");
        if spot.basic && proves && !(posted && post) {
            named.retain(|it| !it.parameter.starts_with("client_"));
            let part =
                |parameter: &str, location| Named { parameter: parameter.to_owned(), location };
            named.push(part("client_id", Location::Username));
            named.push(part("client_secret", Location::Password));
        }
        let fields = named.into_iter().filter_map(|named| {
            let value = Value::Text(values.get(named.parameter.as_str())?.clone());
            Some(Field { named, value })
        });
        Self { spot, base: &realm.base, path, encoding, fields: fields.collect() }
    }

    /// The same with another value, where the parameter is sent.
    pub(super) fn set(&mut self, parameter: &str, value: &str) -> bool {
        let found = self.fields.iter_mut().filter(|field| field.named.parameter == parameter);
        found.map(|field| field.value = Value::Text(value.to_owned())).count() > 0
    }

    /// The same with HTTP Basic instead of parameters, where that is accepted.
    pub(super) fn authorized_by(&self, header: impl AsRef<[u8]>) -> Ask {
        let mut draft = self.clone();
        draft.fields.retain(|it| !it.named.parameter.starts_with("client_"));
        draft.ask().header("Authorization", header)
    }

    pub(super) fn ask(&self) -> Ask {
        let body = self.body();
        self.ask_with(self.content_type(), body)
    }

    pub(super) const fn content_type(&self) -> &'static str {
        match self.encoding {
            Encoding::Json => "application/json",
            Encoding::Form => "application/x-www-form-urlencoded",
        }
    }

    /// With another body; without a content type where it is empty.
    pub(super) fn ask_with(&self, content_type: &str, body: Vec<u8>) -> Ask {
        let mut target = self.path.clone().into_bytes();
        let mut query = Vec::new();
        let mut basic: Option<(Vec<u8>, Vec<u8>)> = None;
        for Field { named, value } in &self.fields {
            match &named.location {
                Location::Body(_) => {}
                Location::Query(name) => query.push(pair(name, value)),
                Location::Path(name) => {
                    let text = String::from_utf8(target).unwrap();
                    let value = String::from_utf8(percent(value)).unwrap();
                    target = text.replace(&format!("{{{name}}}"), &value).into_bytes();
                }
                Location::Username => basic.get_or_insert_default().0 = percent(value),
                Location::Password => basic.get_or_insert_default().1 = percent(value),
            }
        }
        // A placeholder without a value.
        let mut target = String::from_utf8(target).unwrap();
        while let (Some(from), Some(to)) = (target.find('{'), target.find('}')) {
            target.replace_range(from..=to, "");
        }
        if !query.is_empty() {
            target.push('?');
            target.push_str(&String::from_utf8(query.join(&b"&"[..])).unwrap());
        }
        let mut ask = http::ask(self.base, &self.spot.endpoint.methods()[0], &target);
        if let Some((username, password)) = basic {
            let pair = base64([username, password].join(&b":"[..]));
            ask = ask.header("Authorization", format!("Basic {pair}"));
        }
        if !content_type.is_empty() {
            ask = ask.header("Content-Type", content_type);
        }
        ask.body = body;
        ask
    }

    /// The body with the fields that belong there.
    pub(super) fn body(&self) -> Vec<u8> {
        let fields =
            self.fields.iter().filter_map(|Field { named, value }| match &named.location {
                Location::Body(name) => Some((name, value)),
                _ => None,
            });
        match self.encoding {
            Encoding::Form => {
                fields.map(|(name, value)| pair(name, value)).collect::<Vec<_>>().join(&b"&"[..])
            }
            Encoding::Json => {
                let members = fields.map(|(name, value)| {
                    let value = match value {
                        Value::Text(text) => serde_json::to_vec(text).unwrap(),
                        Value::Literal(bytes) => bytes.clone(),
                    };
                    [format!("\"{name}\":").as_bytes(), &value].concat()
                });
                let members: Vec<Vec<u8>> = members.collect();
                [b"{", &members.join(&b","[..])[..], b"}"].concat()
            }
        }
    }
}

fn pair(name: &str, value: &Value) -> Vec<u8> {
    [escaped(name).as_bytes(), b"=", &percent(value)].concat()
}

fn percent(value: &Value) -> Vec<u8> {
    match value {
        Value::Text(text) => escaped(text).into_bytes(),
        Value::Literal(bytes) => bytes.clone(),
    }
}
