//! The `oauth2` crate at the realm that issues tokens for an audience.

use oauth2::basic::BasicClient;
use oauth2::http::{Response, StatusCode};
use oauth2::{
    AuthType, ClientId, ClientSecret, HttpRequest, HttpResponse, IntrospectionUrl, RevocationUrl,
    StandardRevocableToken, TokenIntrospectionResponse as _, TokenResponse as _, TokenUrl,
};

use crate::harness::Server;
use crate::harness::http::ask;

/// Sends a request of the crate. The crate refuses to revoke without TLS, which the demo does not
/// have. So its URLs say `https`, and this replaces it.
pub(super) fn send(request: HttpRequest) -> Result<HttpResponse, std::io::Error> {
    let target = request.uri().to_string();
    let plain = target.replacen("https://", "http://", 1);
    let path = plain.match_indices('/').nth(2).map_or(plain.len(), |(at, _)| at);
    let (base, path) = plain.split_at(path);
    let mut ask = ask(base, request.method().as_str(), path);
    for (name, value) in request.headers() {
        ask = ask.header(name.as_str(), value);
    }
    ask.body = request.body().clone();
    let answer = ask.send();
    let mut response = Response::builder().status(StatusCode::from_u16(answer.status).unwrap());
    for (name, value) in &answer.headers {
        response = response.header(name, value);
    }
    response.body(answer.body).map_err(std::io::Error::other)
}

#[test]
fn the_oauth2_crate_completes_client_credentials_introspection_and_revocation() {
    let server = Server::dev();
    let demo = &server.demo()["realms"]["fyma"];
    let text = |name: &str| demo[name].as_str().unwrap().to_owned();
    let url = |path: &str| format!("{}{path}", text("base").replacen("http://", "https://", 1));
    for authentication in [AuthType::BasicAuth, AuthType::RequestBody] {
        let client = BasicClient::new(ClientId::new(text("client_id")))
            .set_client_secret(ClientSecret::new(text("client_secret")))
            .set_auth_type(authentication.clone())
            .set_token_uri(TokenUrl::new(url("/oauth/token")).unwrap())
            .set_introspection_url(IntrospectionUrl::new(url("/introspect")).unwrap())
            .set_revocation_url(RevocationUrl::new(url("/oauth/revoke")).unwrap());
        let token = client
            .exchange_client_credentials()
            .add_extra_param("audience", text("audience"))
            .request(&send)
            .unwrap();
        assert_eq!(token.expires_in().unwrap().as_secs(), 86_400);
        let access = token.access_token();
        let before = client.introspect(access).request(&send).unwrap();
        assert!(before.active(), "{authentication:?}");
        assert_eq!(before.aud().unwrap(), &vec![text("audience")]);
        let revocable = StandardRevocableToken::from(access);
        client.revoke_token(revocable).unwrap().request(&send).unwrap();
        assert!(!client.introspect(access).request(&send).unwrap().active());
    }
}
