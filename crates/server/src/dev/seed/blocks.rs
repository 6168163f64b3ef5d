//! The commands that `dev` prints for each realm, to copy and paste, with the demo's own values.
//!
//! Where users connect apps, the block prints an address to open in a browser, and defines `finish
//! CODE` for the returned code, which is in the address where the browser ends.

use super::DemoFile;

/// A block of commands for each realm, with its name, in the order of their ports.
pub(crate) fn blocks(demo: &DemoFile) -> Vec<(&'static str, String)> {
    vec![
        ("speculo", speculo(demo)),
        ("spendesk", spendesk(demo) + &spendesk_app(demo)),
        ("spiko", spiko(demo) + &spiko_app(demo)),
        ("fyma", fyma(demo)),
        ("speckle", speckle(demo) + &speckle_app(demo)),
    ]
}

/// A pipe that takes a member out of a JSON object.
fn pick(member: &str) -> String {
    format!("python3 -c 'import json,sys; print(json.load(sys.stdin)[\"{member}\"])'")
}

fn speculo(demo: &DemoFile) -> String {
    let it = &demo.realms.speculo;
    format!(
        r#"TOKEN=$(curl -sS -X POST {base}/token \
  -H "Content-Type: application/json" \
  -d '{{"clientId": "{client}", "refreshToken": "{token}"}}' | {pick})
curl -sS -w '\n' "{base}/v1/contacts?pageSize=2" -H "Authorization: Bearer $TOKEN"
"#,
        base = it.base,
        client = it.client_id,
        token = it.refresh_token,
        pick = pick("accessToken"),
    )
}

fn spendesk(demo: &DemoFile) -> String {
    let it = &demo.realms.spendesk;
    format!(
        r#"TOKEN=$(curl -sS -X POST {base}/auth/token \
  -u "{id}:{secret}" | {pick})
curl -sS -w '\n' "{base}/v1/settlements?pageSize=2" -H "Authorization: Bearer $TOKEN"
curl -sS -w '\n' {base}/v1/wallet/summary -H "Authorization: Bearer $TOKEN"
"#,
        base = it.base,
        id = it.api_key.id,
        secret = it.api_key.secret,
        pick = pick("access_token"),
    )
}

fn spiko(demo: &DemoFile) -> String {
    let it = &demo.realms.spiko;
    format!(
        r#"curl -sS -w '\n' -X GET {base}/v1/investors/ \
  -u "{id}:{secret}"
# What a proxy asks the gate before it passes that request on (docs/cookbook):
curl -sS -o /dev/null -D - {base}/gate -u "{id}:{secret}" \
  -H "X-Original-Method: GET" -H "X-Original-Host: localhost" -H "X-Original-URI: /v1/investors/"
"#,
        base = it.base,
        id = it.api_key.client_id,
        secret = it.api_key.client_secret,
    )
}

fn fyma(demo: &DemoFile) -> String {
    let it = &demo.realms.fyma;
    format!(
        r#"TOKEN=$(curl -sS -X POST {base}/oauth/token \
  -d grant_type=client_credentials -d "audience={audience}" \
  -d "client_id={client}" -d "client_secret={secret}" | {pick})
curl -sS -w '\n' {base}/tracking-cameras -H "Authorization: Bearer $TOKEN"
curl -sS -w '\n' {base}/tracking-cameras -u "{legacy}:{legacy_secret}"
"#,
        base = it.base,
        audience = it.audience,
        client = it.client_id,
        secret = it.client_secret,
        legacy = it.legacy_token.id,
        legacy_secret = it.legacy_token.secret,
        pick = pick("access_token"),
    )
}

fn speckle(demo: &DemoFile) -> String {
    let it = &demo.realms.speckle;
    format!(
        r#"curl -sS -w '\n' -X POST {base}/graphql \
  -H "Authorization: Bearer {token}" -H "Content-Type: application/json" \
  -d '{{"query": "{{ activeUser {{ id name email company role }} }}"}}'
"#,
        base = it.base,
        token = it.personal_access_token,
    )
}

/// Random letters that need no escape.
const RANDOM_TEXT: &str = "python3 -c 'import secrets; print(secrets.token_urlsafe(32))'";

/// A pipe that makes the challenge of a verifier (RFC 7636 §4.2).
const S256: &str = "python3 -c 'import base64, hashlib, sys; \
    print(base64.urlsafe_b64encode(hashlib.sha256(sys.stdin.buffer.read()).digest()).decode().rstrip(\"=\"))'";

fn in_a_browser(email: &str) -> String {
    format!("# An app with people: open this, sign in as {email}, then: finish CODE")
}

fn spendesk_app(demo: &DemoFile) -> String {
    let it = &demo.realms.spendesk;
    format!(
        r#"{comment}
VERIFIER=$({RANDOM_TEXT})
CHALLENGE=$(printf %s "$VERIFIER" | {S256})
echo "{base}/oauth2/authorize?response_type=code&client_id={id}&redirect_uri={redirect}&scope=settlement:read%20wallet-summary:read&code_challenge=$CHALLENGE&code_challenge_method=S256"
finish() {{ curl -sS -w '\n' -X POST {base}/oauth2/token/create -H "Content-Type: application/json" \
  -d '{{"grant_type": "authorization_code", "client_id": "{id}", "client_secret": "{secret}",
       "redirect_uri": "{redirect}", "code": "'"$1"'", "code_verifier": "'"$VERIFIER"'"}}'; }}
"#,
        comment = in_a_browser(&it.user.email),
        base = it.base,
        id = it.app.client_id,
        secret = it.app.client_secret,
        redirect = it.app.redirect_uri,
    )
}

fn spiko_app(demo: &DemoFile) -> String {
    let it = &demo.realms.spiko;
    format!(
        r#"{comment}
STATE=$({RANDOM_TEXT})
echo "{base}/oauth2/auth?response_type=code&client_id={id}&redirect_uri={redirect}&scope=offline&state=$STATE"
finish() {{ curl -sS -w '\n' -X POST {base}/oauth2/token -u "{id}:{secret}" \
  -d grant_type=authorization_code -d "redirect_uri={redirect}" --data-urlencode "code=$1"; }}
"#,
        comment = in_a_browser(&it.user.email),
        base = it.base,
        id = it.app.client_id,
        secret = it.app.client_secret,
        redirect = it.app.redirect_uri,
    )
}

fn speckle_app(demo: &DemoFile) -> String {
    let it = &demo.realms.speckle;
    format!(
        r#"{comment}
CHALLENGE=$({RANDOM_TEXT})
echo "{base}/authn/verify/{id}/$CHALLENGE"
finish() {{ curl -sS -w '\n' -X POST {base}/auth/token -H "Content-Type: application/json" \
  -d '{{"appId": "{id}", "appSecret": "{secret}", "accessCode": "'"$1"'", "challenge": "'"$CHALLENGE"'"}}'; }}
"#,
        comment = in_a_browser(&it.user.email),
        base = it.base,
        id = it.app.id,
        secret = it.app.secret,
    )
}
