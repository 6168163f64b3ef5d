//! OpenID Connect Core, the code flow: ID tokens, userinfo, sign-out, and the metadata.

use base::encoding::{base64url, parse_base64url};
use dialect::Dialect;
use domain::{Grant, User};
use oauth::{Metadata, Operation, Parameter as P, Problem, Reply, TokenReply};
use serde_json::{Value, json};

use crate::flows::partner::{CALLBACK, Partner, refresh_token};
use crate::flows::world::{code, request, scopes};

/// The claims of an ID token, after its signature was checked with the published keys.
async fn said(partner: &Partner, reply: &TokenReply) -> Value {
    let token = reply.id_token.as_ref().expect("an ID token").expose();
    let keys = partner.world.ask(&request(Operation::Jwks, &[])).await.unwrap();
    let Reply::Jwks(published) = keys else { panic!("no keys") };
    let set: jose::JwkSet = serde_json::from_str(&published).unwrap();
    let parsed = jose::Compact::parse(token).unwrap();
    assert!(parsed.header().is_type("JWT"));
    let keys = jose::KeySet::from_jwks(&set);
    serde_json::from_slice(keys.verify(&parsed).unwrap()).unwrap()
}

/// The partner, in a realm that has a key for ID tokens. It takes long to make.
async fn signing(partner: Partner) -> Partner {
    partner.world.create_keys(&[jose::Algorithm::RS256]).await;
    partner
}

#[tokio::test]
async fn openid_core_2_the_id_token_says_who_signed_in_when_and_for_whom() {
    let partner = signing(Partner::new().await).await;
    partner.world.advance(30);
    let brought = partner
        .code_with(&[(P::Scope, "openid email profile read"), (P::Nonce, "n-0S6_WzA2Mj")])
        .await;
    let reply = partner.exchange(&brought).await.unwrap();
    let claims = said(&partner, &reply).await;
    let now = 1_800_000_030;
    let hash = base::digest::sha256(reply.access_token.expose().as_bytes());
    assert_eq!(
        claims,
        json!({
            "iss": "http://issuer.example", "sub": "user_1", "aud": "app_1",
            "iat": now, "exp": now + 3600, "auth_time": now - 30, "nonce": "n-0S6_WzA2Mj",
            "at_hash": base64url(&hash[..16]), "organization": "org_1",
            "name": "Ada", "email": "ada@example.com", "email_verified": true,
        })
    );
}

#[tokio::test]
async fn openid_core_5_4_a_scope_gives_its_claims_and_no_others() {
    let partner = signing(Partner::new().await).await;
    let claims = said(&partner, &partner.connected("openid").await).await;
    assert_eq!(claims["sub"], "user_1");
    assert!(["name", "email", "email_verified", "nonce"].iter().all(|it| claims.get(it).is_none()));
    assert!(partner.connected("read email").await.id_token.is_none());
}

#[tokio::test]
async fn openid_core_12_2_a_refresh_says_the_same_sign_in_without_the_nonce() {
    for partner in [Partner::reusable().await, Partner::rotating().await] {
        let partner = signing(partner).await;
        let brought = partner.code_with(&[(P::Scope, "openid read"), (P::Nonce, "once")]).await;
        let first = partner.exchange(&brought).await.unwrap();
        let before = said(&partner, &first).await;
        partner.world.advance(5_000);
        let reply = partner.refresh(&refresh_token(&first)).await.unwrap();
        let claims = said(&partner, &reply).await;
        assert_eq!(claims["auth_time"], before["auth_time"]);
        assert_eq!(claims["iat"], 1_800_005_000_i64);
        assert_eq!((claims["sub"].as_str(), claims.get("nonce")), (Some("user_1"), None));
        let token = reply.refresh_token.as_ref().or(first.refresh_token.as_ref()).unwrap();
        let narrowed = partner.refresh_with(token.expose(), &[(P::Scope, "read")]).await.unwrap();
        assert!(narrowed.id_token.is_none());
    }
}

#[tokio::test]
async fn id_tokens_verify_with_the_published_keys_in_every_dialect() {
    for lines in [
        "[access_token]\nalgorithm = \"HS256\"\ntyp = \"JWT\"",
        "[access_token]\nformat = \"opaque\"",
        "[access_token]\nformat = \"stored\"",
    ] {
        let partner = signing(Partner::departing(lines).await).await;
        let reply = partner.connected("openid read").await;
        assert_eq!(said(&partner, &reply).await["sub"], "user_1", "{lines}");
        let token = reply.access_token.expose();
        assert_eq!(
            partner.userinfo(token).await.unwrap(),
            json!({"sub": "user_1", "organization": "org_1"})
        );
    }
}

#[tokio::test]
async fn rfc9068_2_1_an_id_token_is_no_access_token_anywhere() {
    for lines in ["", "[access_token]\ntyp = \"JWT\""] {
        let partner = signing(Partner::departing(lines).await).await;
        let reply = partner.connected("openid read").await;
        let id_token = reply.id_token.unwrap();
        assert_eq!(code(partner.world.at_api(id_token.expose()).await), "jwt_not_good");
        assert_eq!(code(partner.userinfo(id_token.expose()).await), "jwt_not_good");
    }
}

#[tokio::test]
async fn openid_core_5_3_userinfo_has_the_claims_of_the_granted_scopes() {
    let partner = signing(Partner::new().await).await;
    let reply = partner.connected("openid email").await;
    let token = reply.access_token.expose();
    assert_eq!(
        partner.userinfo(token).await.unwrap(),
        json!({"sub": "user_1", "email": "ada@example.com", "email_verified": true,
               "organization": "org_1"})
    );
    partner
        .world
        .change::<User>(partner.world.user, |it| it.email = "ada@new.example".into())
        .await;
    assert_eq!(partner.userinfo(token).await.unwrap()["email"], "ada@new.example");
    partner.revoke(token).await;
    let denial = partner.userinfo(token).await.unwrap_err();
    assert_eq!(denial.error_response().problem, Problem::InvalidToken);
}

#[tokio::test]
async fn rfc6750_3_1_userinfo_refuses_other_tokens() {
    let partner = signing(Partner::new().await).await;
    let world = &partner.world;
    let without = partner.connected("read").await;
    let machine = world.machine_token().await;
    let personal = world.personal_access_token.clone();
    // Also denied with the scope, if the token was not issued to an app by the person's consent.
    let granted = world.at_api(&personal).await.unwrap().chain.grant.id;
    world.change::<Grant>(granted, |it| it.scopes = scopes("openid")).await;
    assert!(world.at_api(&personal).await.unwrap().scopes.contains("openid"));
    for token in [without.access_token.expose(), &machine, &personal] {
        let denial = partner.userinfo(token).await.unwrap_err();
        assert_eq!(denial.error_response().problem, Problem::InsufficientScope);
    }
    let anonymous = world.ask(&request(Operation::UserInfo, &[])).await.unwrap_err();
    let refresh = refresh_token(&partner.connected("openid").await);
    for denial in [
        anonymous,
        partner.userinfo("nonsense").await.unwrap_err(),
        partner.userinfo(&refresh).await.unwrap_err(),
    ] {
        assert_eq!(denial.error_response().problem, Problem::InvalidToken, "{denial}");
    }
}

async fn leaving(partner: &Partner, parameters: &[(P, &str)]) -> engine::oidc::EndSession {
    let request = request(Operation::EndSession, parameters);
    partner.world.run(async |ctx| engine::oidc::end_session(ctx, &request).await).await.unwrap()
}

#[tokio::test]
async fn rp_initiated_logout_3_a_user_is_redirected_only_to_a_registered_uri() {
    let partner = signing(Partner::new().await).await;
    let reply = partner.connected("openid").await;
    let hint = reply.id_token.as_ref().unwrap().expose();
    const BYE: &str = "https://app.example/bye";
    partner.world.advance(7_200);
    let good = leaving(
        &partner,
        &[(P::IdTokenHint, hint), (P::PostLogoutRedirectUri, BYE), (P::State, "s t&a=te")],
    )
    .await;
    assert_eq!(good.redirect.unwrap().as_str(), BYE);
    assert_eq!(good.state.as_deref(), Some("s t&a=te"));
    assert_eq!(good.user_hint.unwrap().as_str(), "user_1");
    assert_eq!(good.client.unwrap().public_id.as_str(), "app_1");

    let forged = format!("{}AAAA", &hint[..hint.len() - 4]);
    let access = reply.access_token.expose();
    for bad in [
        vec![(P::IdTokenHint, hint), (P::PostLogoutRedirectUri, "https://app.example/bye/")],
        vec![(P::IdTokenHint, hint), (P::PostLogoutRedirectUri, CALLBACK)],
        vec![(P::IdTokenHint, forged.as_str()), (P::PostLogoutRedirectUri, BYE)],
        vec![(P::IdTokenHint, access), (P::PostLogoutRedirectUri, BYE)],
        vec![(P::IdTokenHint, hint), (P::ClientId, "client_1"), (P::PostLogoutRedirectUri, BYE)],
        vec![(P::IdTokenHint, &*forged), (P::ClientId, "app_1"), (P::PostLogoutRedirectUri, BYE)],
        vec![(P::ClientId, "client_1"), (P::PostLogoutRedirectUri, BYE)],
        vec![(P::PostLogoutRedirectUri, BYE)],
    ] {
        let mut asked = bad.clone();
        asked.push((P::State, "s"));
        let answer = leaving(&partner, &asked).await;
        assert_eq!((answer.redirect, answer.state), (None, None), "{bad:?}");
    }
    let by_id = leaving(&partner, &[(P::ClientId, "app_1"), (P::PostLogoutRedirectUri, BYE)]).await;
    assert!(by_id.redirect.is_some() && by_id.user_hint.is_none());
}

async fn metadata(partner: &Partner) -> Metadata {
    match partner.world.ask(&request(Operation::Metadata, &[])).await.unwrap() {
        Reply::Metadata(metadata) => *metadata,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn openid_discovery_3_the_metadata_names_what_is_supported() {
    let partner = signing(Partner::new().await).await;
    let said = metadata(&partner).await;
    let at = |path: &str| Some(format!("http://issuer.example{path}"));
    assert_eq!(said.authorization_endpoint, at("/authorize"));
    assert_eq!(said.userinfo_endpoint, at("/userinfo"));
    assert_eq!(said.end_session_endpoint, at("/end-session"));
    assert_eq!(said.response_types_supported, ["code"]);
    assert_eq!(said.response_modes_supported, ["query"]);
    assert_eq!(said.code_challenge_methods_supported, ["S256"]);
    assert!(said.authorization_response_iss_parameter_supported);
    assert_eq!(said.request_uri_parameter_supported, Some(false), "left out, it would mean yes");
    assert_eq!(said.subject_types_supported, ["public"]);
    assert_eq!(said.id_token_signing_alg_values_supported, ["RS256", "ES256"]);
    assert!(said.claims_supported.contains(&"email_verified".to_owned()));
    assert!(said.scopes_supported.contains(&"openid".to_owned()));
    // Every claim that is issued is advertised in the metadata.
    let reply = partner.connected("openid email profile").await;
    let claims = self::said(&partner, &reply).await;
    assert!(claims.as_object().unwrap().keys().all(|it| said.claims_supported.contains(it)));
}

#[tokio::test]
async fn without_an_authorization_endpoint_the_metadata_has_no_openid_members() {
    for name in ["speculo", "fyma", "speckle"] {
        let partner = Partner::speaking(Dialect::builtin(name).unwrap()).await;
        let said = metadata(&partner).await;
        assert_eq!(said.authorization_endpoint, None, "{name}");
        assert!(said.id_token_signing_alg_values_supported.is_empty(), "{name}");
        assert!(said.response_types_supported.is_empty(), "{name}");
    }
}

#[tokio::test]
async fn a_symmetric_realm_signs_id_tokens_with_a_published_key() {
    let source = "name = \"hs\"\ndescription = \"HS\"\n[access_token]\nalgorithm = \"HS256\"";
    let dialect = Dialect::parse("hs.toml", source).unwrap();
    assert_eq!(engine::oidc::algorithm(&dialect), Some(jose::Algorithm::RS256));
    assert_eq!(engine::oidc::algorithm(&Dialect::builtin("fyma").unwrap()), None);
    let header = |token: &str| -> Value {
        serde_json::from_slice(&parse_base64url(token.split('.').next().unwrap()).unwrap()).unwrap()
    };
    let partner = signing(Partner::speaking(dialect).await).await;
    let reply = partner.connected("openid").await;
    assert_eq!(header(reply.access_token.expose())["alg"], "HS256");
    assert_eq!(header(reply.id_token.unwrap().expose())["alg"], "RS256");
}
