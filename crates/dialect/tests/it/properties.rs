//! Properties for any input: the output of independent encoders is read back exactly, and no input
//! makes the reader panic.

use dialect::{Context, Dialect};
use oauth::{ErrorResponse, Parameter as P, Problem};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::{FORM, JSON, Try, basic, builtin, harbour};

proptest! {
    #[test]
    fn any_form_is_read_as_it_was_written(scope in ".{1,40}", secret in ".{1,40}") {
        let body = form_urlencoded::Serializer::new(String::new())
            .append_pair("scope", &scope)
            .append_pair("other", &secret)
            .append_pair("client_secret", &secret)
            .finish();
        let request = Try::post("/token", FORM, &body).decode(&builtin("rfc")).unwrap();
        prop_assert_eq!(request.parameters.value(P::Scope), Some(scope.as_str()));
        prop_assert_eq!(request.parameters.value(P::ClientSecret), Some(secret.as_str()));
    }

    #[test]
    fn any_json_is_read_as_it_was_written(id in ".{1,40}", token in ".{1,40}") {
        let body = json!({"clientId": id, "x": [token], "refreshToken": token}).to_string();
        let request = Try::post("/token", JSON, &body).decode(&builtin("speculo")).unwrap();
        prop_assert_eq!(request.parameters.value(P::ClientId), Some(id.as_str()));
        prop_assert_eq!(request.parameters.value(P::RefreshToken), Some(token.as_str()));
    }

    #[test]
    fn rfc6749_2_3_1_any_form_encoded_pair_is_read_as_it_was_written(
        id in ".{0,40}",
        secret in ".{0,40}",
    ) {
        let encode = |text: &str| {
            form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>()
        };
        let header = basic(format!("{}:{}", encode(&id), encode(&secret)));
        let case = Try::post("/token", FORM, "").with(&header);
        let basic = case.decode(&builtin("rfc")).unwrap().basic.unwrap();
        prop_assert_eq!((basic.id.as_str(), basic.secret.expose()), (id.as_str(), secret.as_str()));
    }

    #[test]
    fn any_bytes_are_read_or_refused(
        body in proptest::collection::vec(any::<u8>(), 0..200),
        header in proptest::collection::vec(any::<u8>(), 0..60),
        json in any::<bool>(),
        known in any::<bool>(),
    ) {
        let header = if known { [b"Basic ", header.as_slice()].concat() } else { header };
        for name in Dialect::builtin_names() {
            let case = Try {
                body: &body,
                authorization: vec![&header],
                ..Try::post("/introspect", if json { JSON } else { FORM }, "")
            };
            if let Err(failure) = case.decode(&builtin(name)) {
                prop_assert!((400..=415).contains(&failure.problem.status()));
            }
        }
    }

    #[test]
    fn any_path_and_query_is_read_or_refused(path in "[^?]{0,30}", query in ".{0,30}") {
        let harbour = harbour();
        let path = format!("/quays/{path}");
        if let dialect::Route::Found { endpoint, path_values } = harbour.route("PUT", &path) {
            let incoming = dialect::Incoming {
                path_values,
                query: Some(&query),
                content_type: None,
                authorization: &[],
                body: b"",
            };
            let _ = harbour.decode(endpoint, &incoming);
        }
    }

    #[test]
    fn any_state_is_returned_unchanged(state in any::<String>(), query in "[a-z=&?%0-9]{0,12}") {
        let back = format!("https://app.example/cb?{query}");
        prop_assume!(!state.is_empty() && back.parse::<oauth::RedirectUri>().is_ok());
        let sent = form_urlencoded::byte_serialize(state.as_bytes()).collect::<String>();
        for name in ["rfc", "spendesk", "spiko"] {
            let dialect = builtin(name);
            let asking = dialect.endpoint(oauth::Operation::Authorization).unwrap();
            let target = format!("{}?state={sent}", asking.paths()[0]);
            let asked = Try { method: "GET", ..Try::post(&target, None, "") }.decode(&dialect);
            let read = asked.unwrap().parameters.value(P::State).map(str::to_owned);
            let reply = crate::redirects::granted(&back, read.as_deref());
            let location = crate::redirects::location(&dialect, &reply);
            prop_assert!(location.starts_with(&back), "{}", location);
            prop_assert!(location.bytes().all(|b| b.is_ascii_graphic() && b != b'#'));
            // As a browser and a form decoder see it.
            let url = url::Url::parse(&location).unwrap();
            let found: Vec<_> = url.query_pairs().filter(|(name, _)| name == "state").collect();
            prop_assert_eq!(found.len(), 1);
            prop_assert_eq!(&*found[0].1, state.as_str());
        }
    }

    #[test]
    fn any_text_in_an_answer_is_json(description in ".{0,60}", request_id in ".{0,20}") {
        let context = Context { request_id: &request_id, issuer: "https://auth.example" };
        let failure = ErrorResponse::new(Problem::InvalidRequest, description.clone());
        let outgoing = builtin("speculo").encode_error(None, &failure, &context);
        let body: Value = serde_json::from_slice(&outgoing.body).unwrap();
        prop_assert_eq!(&body["message"], &json!(description));
        prop_assert_eq!(&body["requestId"], &json!(request_id));
    }
}
