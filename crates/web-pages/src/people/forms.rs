//! Forms, and the check that a form comes from a page of this realm (CSRF).
//!
//! Invariant: a form has no effect unless its CSRF token is that of the browser or session and of the form's purpose,
//! and the browser does not say that a page of another site sent it.

use axum::http::{HeaderMap, HeaderName, header};
use base::DigestKey;
use base::encoding::base64url;
use oauth::form;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

static SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The fields of a form. They may be secret, so there is no `Debug`, and the memory is wiped.
#[derive(Default)]
pub(crate) struct Form(Vec<(String, Option<Zeroizing<String>>)>);

impl Form {
    /// Reads a body (`application/x-www-form-urlencoded`), by the rule of [`oauth::form`].
    pub(crate) fn read(body: &[u8]) -> Self {
        let fields = form::pairs(body).filter_map(|pair| {
            let value = pair.value().map(|value| Zeroizing::new(value.into_owned()));
            Some((pair.name()?.into_owned(), value))
        });
        Self(fields.collect())
    }

    /// The value of a field; `None` where it is missing, empty, repeated or no text.
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        let omitted =
            |value: &Option<Zeroizing<String>>| value.as_ref().is_some_and(|it| it.is_empty());
        let mut fields = self.0.iter().filter(|(found, value)| found == name && !omitted(value));
        match (fields.next(), fields.next()) {
            (Some((_, value)), None) => value.as_ref().map(|value| value.as_str()),
            _ => None,
        }
    }

    /// The names of its fields.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }

    /// Whether the form has a field of this name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(found, _)| found == name)
    }
}

/// The CSRF token of a form with `purpose`, for the browser or session that `binding` names.
pub(crate) fn token(key: &DigestKey, purpose: &str, binding: &str) -> String {
    // A binding has no NUL, so the two parts cannot be confused.
    base64url(key.mac(format!("csrf\0{binding}\0{purpose}").as_bytes()))
}

/// The name of a field that people do not see and programs fill in. It follows from the CSRF token of the form, so it
/// cannot be known before the page is loaded. It has no meaning that a password manager or a browser might recognize.
pub(crate) fn hidden_field(key: &DigestKey, csrf: &str) -> String {
    let digits = base64url(key.mac(format!("hidden field\0{csrf}").as_bytes()));
    format!("f{}", digits.get(..16).unwrap_or_default())
}

/// Whether `form` has the CSRF token for `purpose` and `binding`.
pub(crate) fn is_ours(form: &Form, key: &DigestKey, purpose: &str, binding: &str) -> bool {
    let expected = token(key, purpose, binding);
    let sent = form.field("csrf").unwrap_or_default();
    sent.as_bytes().ct_eq(expected.as_bytes()).into()
}

/// Whether the browser says that a page of another site sent the request. If it says nothing, the token decides.
pub(crate) fn is_cross_site(headers: &HeaderMap, issuer: &str) -> bool {
    let value = |name: &HeaderName| headers.get(name).map(|value| value.as_bytes());
    // `same-site` is another host below the same domain, or another port.
    if let Some(site) = value(&SEC_FETCH_SITE) {
        return !matches!(site, b"same-origin" | b"none");
    }
    let Some(origin) = value(&header::ORIGIN) else { return false };
    let authority = [&b"http://"[..], b"https://"].iter().find_map(|it| origin.strip_prefix(*it));
    let of_host = authority.is_some() && authority == value(&header::HOST);
    let ours = issuer.as_bytes().strip_prefix(origin);
    !of_host && !ours.is_some_and(|rest| matches!(rest.first(), None | Some(b'/')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_valid_for_its_purpose_and_binding_only() {
        let key = DigestKey::new(&[1; 32]);
        let form = |csrf: &str| Form::read(format!("csrf={csrf}").as_bytes());
        let good = form(&token(&key, "sign-in", "b1"));
        assert!(is_ours(&good, &key, "sign-in", "b1"));
        assert!(!is_ours(&good, &key, "sign-out", "b1"));
        assert!(!is_ours(&good, &key, "sign-in", "b2"));
        assert!(!is_ours(&good, &DigestKey::new(&[2; 32]), "sign-in", "b1"));
        assert!(!is_ours(&Form::default(), &key, "sign-in", "b1"));
        assert!(!is_ours(&form(""), &key, "sign-in", "b1"));
        let twice =
            Form::read(format!("csrf={0}&csrf={0}", token(&key, "sign-in", "b1")).as_bytes());
        assert!(!is_ours(&twice, &key, "sign-in", "b1"));
    }

    #[test]
    fn requests_from_pages_of_another_site_are_recognized() {
        let cross = |pairs: &[(&'static str, &str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.append(*name, value.parse().unwrap());
            }
            is_cross_site(&headers, "https://id.example/tenant")
        };
        assert!(!cross(&[]), "an old browser says nothing");
        assert!(!cross(&[("sec-fetch-site", "same-origin")]));
        assert!(!cross(&[("sec-fetch-site", "none")]));
        assert!(cross(&[("sec-fetch-site", "cross-site")]));
        assert!(cross(&[("sec-fetch-site", "same-site")]));
        assert!(!cross(&[("origin", "https://id.example")]));
        assert!(!cross(&[("origin", "http://127.0.0.1:8081"), ("host", "127.0.0.1:8081")]));
        assert!(cross(&[("origin", "https://evil.example"), ("host", "id.example")]));
        assert!(cross(&[("origin", "https://id.exam")]));
        assert!(cross(&[("origin", "null")]));
        assert!(cross(&[("origin", "")]));
        assert!(cross(&[("origin", "https://Jos\u{e9}.example"), ("host", "id.example")]));
        assert!(cross(&[("sec-fetch-site", "same-origin\u{e9}")]));
    }
}
