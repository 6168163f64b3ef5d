//! Every request that issues or accepts a secret, once correctly and many times wrongly.

use serde_json::{Value, json};

use super::needles::Needles;
use super::text;
use crate::harness::admin::Admin;
use crate::harness::http::{Answer, Ask, get, post};
use crate::harness::{Server, postern};

pub(super) const REALMS: [&str; 5] = ["speculo", "spendesk", "spiko", "fyma", "speckle"];
const LEGACY: &str = "an-imported+secret/with:signs=%41-0123456789";

/// The issued secrets, and the ids of the requests that used them.
pub(super) struct Flows<'a> {
    pub(super) server: &'a Server,
    pub(super) needles: Needles,
    pub(super) requests: Vec<String>,
}

/// A secret of a kind: its name, and its text.
struct Issued {
    kind: &'static str,
    id: String,
    secret: String,
}

impl<'a> Flows<'a> {
    pub(super) fn new(server: &'a Server) -> Self {
        let mut flows = Self { server, needles: Needles::default(), requests: Vec::new() };
        let demo = server.demo();
        let realms = demo["realms"].as_object().unwrap();
        for (name, realm) in realms {
            flows.learn(name, realm);
        }
        flows
    }

    /// Every secret that the demo file has.
    fn learn(&mut self, name: &str, value: &Value) {
        for (member, value) in value.as_object().unwrap() {
            let named = format!("{name}.{member}");
            match value.as_str() {
                Some(secret) if is_secret(member) => self.needles.add(&named, secret),
                _ if value.is_object() => self.learn(&named, value),
                _ => {}
            }
        }
        for (id, secret) in [("id", "secret"), ("client_id", "client_secret")] {
            if let (Some(id), Some(secret)) = (value[id].as_str(), value[secret].as_str()) {
                self.needles.add_pair(name, id, secret);
            }
        }
    }

    pub(super) fn send(&mut self, ask: &Ask) -> Answer {
        let answer = ask.send();
        self.requests.push(answer.request_id().to_owned());
        answer
    }

    /// Issues one of each kind, uses it, presents it wrongly, and revokes it.
    pub(super) fn run(&mut self, realm: &str) {
        let admin = self.server.admin(realm);
        let issued = self.issue(&admin);
        let tokens = self.tokens(&admin.base, realm, &issued);
        for Issued { kind, id, secret } in &issued {
            self.needles.add_pair(&format!("{realm} {kind}"), id, secret);
        }
        for token in &tokens {
            self.needles.add(&format!("{realm} token"), token);
        }
        let strings: Vec<String> =
            issued.iter().map(|it| it.secret.clone()).chain(tokens).collect();
        for Issued { id, secret, .. } in &issued {
            self.misplace_pair(&admin.base, id, secret);
        }
        for secret in &strings {
            self.misplace(&admin, secret);
        }
        for Issued { kind, id, .. } in &issued {
            match *kind {
                "client" => drop(admin.act(&format!("/clients/{id}/suspend"))),
                "client-secret" | "resource-server-secret" => {}
                kind => drop(admin.act(&format!("/{kind}s/{id}/revoke"))),
            }
        }
        for secret in &strings {
            self.present(&admin.base, secret);
        }
    }

    fn issue(&mut self, admin: &Admin) -> Vec<Issued> {
        let servers = admin.read("/resource-servers");
        let server = &servers["data"][0];
        let scopes = json!([server["scopes"][0]["scope"]]);
        let (audience, server) = (text(server, "identifier"), text(server, "id"));
        let organization = text(&admin.read("/organizations")["data"][0], "id");
        let user = json!({"email": "leak@example.com", "name": "Leak"});
        let user = admin.create("/users", &user);
        let new = json!({
            "name": "leak",
            "organization": organization,
            "grant_types": ["client_credentials", "refresh_token"],
            "default_audience": audience,
        });
        // The answer is kept for a repeated request. It must not be kept in clear text.
        let ask = post(&admin.base, "/admin/v1/clients").bearer(&admin.key).json(&new);
        let ask = ask.header("Idempotency-Key", "leak-test");
        let client = self.send(&ask).expect(201).json();
        assert_eq!(self.send(&ask).expect(201).json()["secret"], client["secret"]);
        let id = text(&client, "id");
        admin.create("/grants", &json!({"client": id, "audience": audience}));
        let mut issued =
            vec![Issued { kind: "client", id: id.clone(), secret: text(&client, "secret") }];
        let creations = [
            ("client-secret", format!("/clients/{id}/secrets"), json!({"label": "second"})),
            (
                "api-key",
                "/api-keys".to_owned(),
                json!({"organization": organization, "label": "k"}),
            ),
            (
                "personal-access-token",
                "/personal-access-tokens".to_owned(),
                json!({"user": user["id"], "name": "t", "scopes": scopes}),
            ),
            ("refresh-token", "/refresh-tokens".to_owned(), json!({"client": id})),
            (
                "resource-server-secret",
                format!("/resource-servers/{server}/secrets"),
                json!({"label": "leak"}),
            ),
            (
                "admin-key",
                "/admin-keys".to_owned(),
                json!({"label": "k", "scopes": ["audit:read"]}),
            ),
        ];
        for (kind, path, new) in creations {
            let made = admin.create(&path, &new);
            let public = match kind {
                "client-secret" => id.clone(),
                "resource-server-secret" => server.clone(),
                _ => text(&made, "id"),
            };
            issued.push(Issued { kind, id: public, secret: text(&made, "secret") });
        }
        let row = json!({"id": "old-leak", "secret": LEGACY, "organization": organization});
        let import = json!({"tokens": [row]});
        admin.call("POST", "/legacy-tokens/import", Some(&import)).expect(200);
        let id = "old-leak".to_owned();
        issued.push(Issued { kind: "legacy-token", id, secret: LEGACY.to_owned() });
        issued
    }

    /// Access tokens, by every flow.
    fn tokens(&mut self, base: &str, realm: &str, issued: &[Issued]) -> Vec<String> {
        let of = |kind: &str| issued.iter().find(|it| it.kind == kind).unwrap();
        let (client, refresh, key) = (of("client"), of("refresh-token"), of("api-key"));
        let granted = [("grant_type", "client_credentials")];
        let asks = match realm {
            "speculo" => vec![post(base, "/token").json(&json!({
                "clientId": self.server.demo()["realms"][realm]["client_id"],
                "refreshToken": self.server.demo()["realms"][realm]["refresh_token"],
            }))],
            "spendesk" => vec![
                post(base, "/auth/token").basic(&key.id, &key.secret),
                post(base, "/v1/auth/token").basic(&client.id, &client.secret),
            ],
            "spiko" => {
                let kept = [("grant_type", "refresh_token"), ("refresh_token", &refresh.secret)];
                let token = || post(base, "/oauth2/token").basic(&client.id, &client.secret);
                let rotated = self.send(&token().form(&kept)).expect(200).json();
                self.needles.add("spiko successor", &text(&rotated, "refresh_token"));
                vec![token().form(&granted)]
            }
            "fyma" => vec![post(base, "/oauth/token").form(&[
                ("grant_type", "client_credentials"),
                ("client_id", &client.id),
                ("client_secret", &client.secret),
            ])],
            _ => Vec::new(),
        };
        let mut tokens = Vec::new();
        for ask in asks {
            let body = self.send(&ask).expect(200).json();
            let token = body["access_token"].as_str().or(body["accessToken"].as_str());
            tokens.push(token.unwrap().to_owned());
        }
        tokens
    }

    /// The two parts of a pair in the wrong order, and each in place of the other.
    fn misplace_pair(&mut self, base: &str, id: &str, secret: &str) {
        for path in TOKEN.into_iter().chain(["/introspect"]) {
            let fields = |id: &str, secret: &str| {
                let mut fields = vec![("grant_type", "client_credentials".to_owned())];
                fields.push(("client_id", id.to_owned()));
                fields.push(("client_secret", secret.to_owned()));
                fields
            };
            for (first, second) in [(secret, id), (secret, secret), (id, "wrong")] {
                let fields = fields(first, second);
                let fields: Vec<(&str, &str)> =
                    fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
                self.send(&post(base, path).basic(first, second));
                self.send(&post(base, path).form(&fields));
                let json = json!({"clientId": first, "refreshToken": second});
                self.send(&post(base, path).json(&json));
            }
        }
        for path in PLACES {
            self.send(&get(base, path).basic(id, secret));
            self.send(&get(base, path).basic(secret, id));
        }
    }

    /// A secret in a field where none belongs.
    pub(super) fn misplace(&mut self, admin: &Admin, secret: &str) {
        let base = &admin.base;
        self.present(base, secret);
        for parameter in ["grant_type", "scope", "audience", "client_id", "resource", "token"] {
            for path in TOKEN {
                self.send(&post(base, path).form(&[
                    ("grant_type", "client_credentials"),
                    ("client_id", "nobody"),
                    (parameter, secret),
                ]));
            }
        }
        let fyma = &self.server.demo()["realms"]["fyma"];
        for parameter in ["grant_type", "scope", "audience"] {
            let mut request = json!({
                "grant_type": "client_credentials",
                "audience": fyma["audience"],
                "client_id": fyma["client_id"],
                "client_secret": fyma["client_secret"],
            });
            request[parameter] = json!(secret);
            let ask = post(fyma["base"].as_str().unwrap(), "/oauth/token").json(&request);
            self.send(&ask);
        }
        let escaped = crate::harness::http::escaped(secret);
        self.send(&post(base, &format!("/token?access_token={escaped}&client_secret={escaped}")));
        self.send(&get(base, &format!("/v1/contacts?access_token={escaped}&cursor={escaped}")));
        self.send(&get(base, &format!("/{escaped}")));
        for place in ["why", "api-keys", "clients", "refresh-tokens", "personal-access-tokens"] {
            let ask = get(base, &format!("/admin/v1/{place}/{escaped}")).bearer(&admin.key);
            self.send(&ask);
        }
        let new = json!({"organization": secret, "label": "x", "nobody": secret});
        self.send(&post(base, "/admin/v1/api-keys").bearer(&admin.key).json(&new));
        let new = json!({"organization": secret, "label": "x"});
        self.send(&post(base, "/admin/v1/api-keys").bearer(&admin.key).json(&new));
        self.send(&get(base, "/admin/v1/clients").bearer(secret));
        let query = json!({"query": format!("mutation {{ apiTokenRevoke(token: \"{secret}\") }}")});
        self.send(&post(base, "/graphql").json(&query));
    }

    /// A string at every API and at every endpoint that checks one.
    fn present(&mut self, base: &str, secret: &str) {
        let cut = &secret[..secret.len() - 1];
        for header in [
            format!("Bearer {secret}"),
            format!("Bearer {cut}"),
            format!("Bearer {secret} {secret}"),
            format!("Basic {secret}"),
            secret.to_owned(),
        ] {
            for path in PLACES {
                self.send(&get(base, path).header("Authorization", &header));
            }
            let ask = post(base, "/graphql").json(&json!({"query": "{ activeUser { id } }"}));
            self.send(&ask.header("Authorization", &header));
        }
        for path in ["/introspect", "/revoke", "/oauth2/revoke"] {
            self.send(&post(base, path).form(&[("token", secret), ("client_id", "nobody")]));
        }
    }

    /// The same from the command line.
    pub(super) fn command_line(&mut self) {
        let run = |line: &[&str]| {
            let mut command = postern();
            command.args(line).args(["--demo", "fyma", "--data"]);
            let output = command.arg(self.server.folder().join("data")).output().unwrap();
            (String::from_utf8_lossy(&output.stdout).into_owned(), output.stderr)
        };
        let (made, _) = run(&["client", "create", "By hand", "--json"]);
        let made: Value = serde_json::from_str(&made).unwrap();
        let (id, secret) = (text(&made, "id"), text(&made, "secret"));
        let mut reported = Vec::new();
        let lines: [&[&str]; 5] = [
            &["client", "show", &id],
            &["secret", "list", "--client", &id],
            &["client", "show", &secret],
            &["why", &id],
            &["event", "list"],
        ];
        for line in lines {
            let (out, error) = run(line);
            reported.extend(out.into_bytes());
            // The command may repeat its input to its caller only.
            if !line.contains(&secret.as_str()) {
                reported.extend(error);
            }
        }
        self.needles.add_pair("of the command line", &id, &secret);
        let found = self.needles.found_in(&reported);
        assert!(found.is_empty(), "the command line tells {found:#?}");
    }
}

/// Every possible path of a realm's token endpoint.
const TOKEN: [&str; 4] = ["/oauth/token", "/oauth2/token", "/auth/token", "/token"];
const PLACES: [&str; 4] = ["/v1/contacts", "/settlements", "/v1/investors/", "/tracking-cameras"];

fn is_secret(member: &str) -> bool {
    ["secret", "token", "key", "password"].iter().any(|part| member.contains(part))
}
