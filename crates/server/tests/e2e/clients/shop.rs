//! A realm with an API, an organization, a user who can sign in, and a partner's app, for the
//! libraries' flows with users.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::root;
use crate::dialects::person::Person;
use crate::harness::Server;
use crate::harness::admin::Admin;
use crate::harness::http::{get, post};
use crate::harness::realm::Realm;

pub(super) const REDIRECT: &str = "http://localhost:3000/callback";
const AUDIENCE: &str = "https://api.partner.example";
const PASSWORD: &str = "an engine that weaves algebra";

/// The realm, the app's case for the scripts, and the user.
pub(super) struct Shop {
    pub(super) server: Server,
    pub(super) admin: Admin,
    /// The library's configuration, from the realm's own metadata.
    pub(super) case: Value,
    pub(super) user: String,
}

impl Shop {
    /// A realm of a dialect, and an app that requests `scope`.
    pub(super) fn open(dialect: &str, scope: &str) -> Self {
        Self::with(dialect, scope, json!({}))
    }

    /// The same with a public app.
    pub(super) fn public(dialect: &str, scope: &str) -> Self {
        Self::with(dialect, scope, json!({"auth_methods": ["none"]}))
    }

    fn with(dialect: &str, scope: &str, more: Value) -> Self {
        let realm = Realm::new(dialect);
        let admin = realm.admin();
        let server = realm.serve();
        admin.api(AUDIENCE, &["things:read", "things:write"]);
        let organization = admin.create("/organizations", &json!({"name": "Analytical Engines"}));
        let user = admin.create(
            "/users",
            &json!({
                "email": "ada@example.com",
                "email_verified": true,
                "name": "Ada Lovelace",
                "password": PASSWORD,
                "memberships": [{"organization": organization["id"], "role": "admin"}],
            }),
        );
        let mut scopes = vec!["things:read", "things:write"];
        scopes.extend(scope.split(' ').filter(|it| !it.starts_with("things:")));
        let mut app = json!({
            "name": "Loom",
            "kind": "app",
            "redirect_uris": [REDIRECT],
            "scopes": scopes,
            "default_audience": AUDIENCE,
        });
        let more = more.as_object().unwrap().clone();
        app.as_object_mut().unwrap().extend(more);
        let app = admin.create("/clients", &app);
        let metadata = get(&admin.base, "/.well-known/oauth-authorization-server").send();
        let mut case = metadata.expect(200).json();
        let own = json!({
            "client_id": app["id"],
            "client_secret": app["secret"],
            "redirect_uri": REDIRECT,
            "scope": scope,
            "openid": scope.split(' ').any(|it| it == "openid"),
        });
        case.as_object_mut().unwrap().extend(own.as_object().unwrap().clone());
        let user = user["id"].as_str().unwrap().to_owned();
        Self { server, admin, case, user }
    }

    /// Adds what only this realm's documentation says.
    pub(super) fn reported(mut self, more: Value) -> Self {
        self.case.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self
    }

    pub(super) fn text(&self, member: &str) -> &str {
        self.case[member].as_str().unwrap_or_else(|| panic!("no {member} in {}", self.case))
    }

    /// The user follows the redirects, consents, and comes back to this address.
    pub(super) fn visit(&self, url: &str) -> String {
        let user = json!({"email": "ada@example.com", "password": PASSWORD});
        let mut person = Person::of(&json!({"base": self.admin.base, "user": user}));
        let path = url.strip_prefix(&self.admin.base).unwrap_or_else(|| panic!("{url}"));
        let back = person.follow(path);
        assert!(back.starts_with(&format!("{REDIRECT}?")), "{back}");
        back
    }

    /// Whether an access token is active now.
    pub(super) fn is_active(&self, token: &str) -> bool {
        let server = self.admin.read("/resource-servers")["data"][0]["id"].clone();
        let id = server.as_str().unwrap();
        let secrets = format!("/resource-servers/{id}/secrets");
        let secret = self.admin.create(&secrets, &json!({"label": "test"}));
        let ask = post(&self.admin.base, "/introspect");
        let ask = ask.basic(id, secret["secret"].as_str().unwrap());
        let answer = ask.form(&[("token", token)]).send().expect(200).json();
        answer["active"] == true
    }

    /// Runs a script of `tests/clients/` with a library. Returns its output.
    pub(super) fn script(&self, interpreter: &Path, name: &str, library: &str) -> Value {
        let case = self.case_file();
        let mut child = Command::new(interpreter)
            .arg(root().join("tests/clients").join(name))
            .arg(library)
            .arg(case)
            .env("HOME", self.server.folder())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = lines.next().and_then(Result::ok);
        let url = first.as_deref().and_then(|line| {
            let said: Value = serde_json::from_str(line).ok()?;
            Some(said["visit"].as_str()?.to_owned())
        });
        if let Some(url) = url {
            let back = self.visit(&url);
            writeln!(child.stdin.take().unwrap(), "{back}").unwrap();
        }
        let last = lines.map_while(Result::ok).last();
        let ended = child.wait_with_output().unwrap();
        let reported = String::from_utf8_lossy(&ended.stderr);
        let status = ended.status;
        assert!(status.success(), "{library}: {status}\n{reported}\n{}", self.server.log());
        let last = last.unwrap_or_else(|| panic!("{library} said nothing more: {reported}"));
        serde_json::from_str(&last).unwrap_or_else(|error| panic!("{library}: {error} in {last}"))
    }

    fn case_file(&self) -> PathBuf {
        let file = self.server.folder().join("case.json");
        std::fs::write(&file, self.case.to_string()).unwrap();
        file
    }
}
