//! The `openidconnect` crate signs a user in: discovery, PKCE, a nonce, the ID token verified with
//! the published keys, userinfo, refresh. And the `oauth2` crate alone, without OpenID.

use oauth2::basic::BasicClient;
use oauth2::{AuthUrl, TokenResponse as _};
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreJwsSigningAlgorithm, CoreProviderMetadata,
    CoreUserInfoClaims,
};
use openidconnect::{
    AccessTokenHash, AuthorizationCode, ClientId, ClientSecret, CsrfToken, IssuerUrl, Nonce,
    PkceCodeChallenge, RedirectUrl, Scope, TokenResponse as _, TokenUrl,
};

use super::oauth2_crate::send;
use super::shop::{REDIRECT, Shop};
use crate::dialects::person::parameter;

/// The code in the redirect, after the state was checked.
fn code(shop: &Shop, url: &str, state: &CsrfToken) -> AuthorizationCode {
    let back = shop.visit(url);
    assert_eq!(parameter(&back, "state").as_deref(), Some(state.secret().as_str()));
    AuthorizationCode::new(parameter(&back, "code").unwrap_or_else(|| panic!("{back}")))
}

#[test]
fn the_openidconnect_crate_signs_a_user_in_and_refreshes() {
    let shop = Shop::open("rfc", "openid profile email");
    let issuer = IssuerUrl::new(shop.text("issuer").to_owned()).unwrap();
    let metadata = CoreProviderMetadata::discover(&issuer, &send).unwrap();
    let client = CoreClient::from_provider_metadata(
        metadata,
        ClientId::new(shop.text("client_id").to_owned()),
        Some(ClientSecret::new(shop.text("client_secret").to_owned())),
    )
    .set_redirect_uri(RedirectUrl::new(REDIRECT.to_owned()).unwrap());
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let (url, state, nonce) = client
        .authorize_url(
            CoreAuthenticationFlow::AuthorizationCode,
            CsrfToken::new_random,
            Nonce::new_random,
        )
        .add_scope(Scope::new("profile".to_owned()))
        .add_scope(Scope::new("email".to_owned()))
        .set_pkce_challenge(challenge)
        .url();
    let code = code(&shop, url.as_str(), &state);
    let tokens =
        client.exchange_code(code).unwrap().set_pkce_verifier(verifier).request(&send).unwrap();

    let id_token = tokens.id_token().expect("an ID token");
    assert_eq!(*id_token.signing_alg().unwrap(), CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256);
    let id_verifier = client.id_token_verifier();
    let claims = id_token.claims(&id_verifier, &nonce).unwrap();
    assert_eq!(claims.subject().as_str(), shop.user);
    if let Some(expected) = claims.access_token_hash() {
        let algorithm = id_token.signing_alg().unwrap();
        let key = id_token.signing_key(&id_verifier).unwrap();
        let actual = AccessTokenHash::from_token(tokens.access_token(), algorithm, key).unwrap();
        assert_eq!(&actual, expected);
    }
    let person: CoreUserInfoClaims = client
        .user_info(tokens.access_token().clone(), Some(claims.subject().clone()))
        .unwrap()
        .request(&send)
        .unwrap();
    assert_eq!(person.email().unwrap().as_str(), "ada@example.com");
    let refreshed = client
        .exchange_refresh_token(tokens.refresh_token().expect("a refresh token"))
        .unwrap()
        .request(&send)
        .unwrap();
    assert!(shop.is_active(refreshed.access_token().secret()));
}

#[test]
fn the_oauth2_crate_completes_code_and_refresh() {
    for (dialect, scope) in [("rfc", "things:read"), ("spiko", "offline")] {
        let shop = Shop::open(dialect, scope);
        let client = BasicClient::new(ClientId::new(shop.text("client_id").to_owned()))
            .set_client_secret(ClientSecret::new(shop.text("client_secret").to_owned()))
            .set_auth_uri(AuthUrl::new(shop.text("authorization_endpoint").to_owned()).unwrap())
            .set_token_uri(TokenUrl::new(shop.text("token_endpoint").to_owned()).unwrap())
            .set_redirect_uri(RedirectUrl::new(REDIRECT.to_owned()).unwrap());
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let (url, state) = client
            .authorize_url(CsrfToken::new_random)
            .add_scope(Scope::new(scope.to_owned()))
            .add_scope(Scope::new("things:write".to_owned()))
            .set_pkce_challenge(challenge)
            .url();
        let code = code(&shop, url.as_str(), &state);
        let tokens = client.exchange_code(code).set_pkce_verifier(verifier).request(&send).unwrap();
        assert!(shop.is_active(tokens.access_token().secret()), "{dialect}");
        let refresh = tokens.refresh_token().expect("a refresh token");
        let refreshed = client.exchange_refresh_token(refresh).request(&send).unwrap();
        assert!(shop.is_active(refreshed.access_token().secret()), "{dialect}");
        let again = refreshed.refresh_token().expect("a refresh token");
        assert_ne!(again.secret(), refresh.secret(), "{dialect}");
    }
}
