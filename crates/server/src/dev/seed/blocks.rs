//! What `dev` prints for each realm: commands to copy and paste, with the demo's own values.

use super::DemoFile;

/// A block of commands for each realm, by its name, in the order of their ports.
pub(crate) fn blocks(demo: &DemoFile) -> Vec<(&'static str, String)> {
    vec![
        ("speculo", speculo(demo)),
        ("spendesk", spendesk(demo)),
        ("spiko", spiko(demo)),
        ("fyma", fyma(demo)),
        ("speckle", speckle(demo)),
    ]
}

/// Takes a member out of a JSON object, in a pipe.
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
