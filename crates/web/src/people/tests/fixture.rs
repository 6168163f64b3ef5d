//! A realm with people, organizations and an app, and a browser that walks through it: it keeps
//! cookies, follows nothing by itself, and fills in forms as they stand in the page.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use axum::body::Body;
use axum::http::{HeaderMap, Request};
use base::{FixedClock, MasterKey, Secret, SystemRng, Timestamp};
use dialect::{Dialect, Environment};
use domain::{Client, Entity, Kind, PasswordHash, User};
use engine::people::{Check, Password, Passwords};
use engine::{Denial, Issuer, IssuerSettings, RefusalLog, RequestOrigin, UseLog};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use store::{Batch, Hot, HotOptions, Loaded, Memory, StoreExt as _, Write};
use web_base::attempts::Attempts;
use web_base::metrics::Metrics;

use crate::feed::RealmFeed;
use crate::{
    AppState, ListenerService, Realm, RealmState, Realms, Serves, TrustedProxies, WebLimits,
};

pub(super) const PASSWORD: &str = "correct horse";
pub(super) const CALLBACK: &str = "https://app.example/cb";

/// Hashes nothing, and counts what it was asked.
#[derive(Debug, Default)]
pub(super) struct Counting {
    pub(super) checks: AtomicUsize,
    pub(super) busy: AtomicBool,
}

#[async_trait]
impl Passwords for Counting {
    async fn verify(
        &self,
        hash: Option<PasswordHash>,
        password: Secret<Password>,
    ) -> Result<Check, Denial> {
        if self.busy.load(Ordering::Relaxed) {
            return Err(Denial::SignInBusy);
        }
        self.checks.fetch_add(1, Ordering::Relaxed);
        let fits = hash.is_some_and(|hash| hash.as_phc() == password.expose());
        Ok(if fits { Check::Right { outdated: false } } else { Check::Wrong })
    }

    async fn hash(&self, password: Secret<Password>) -> Result<PasswordHash, Denial> {
        Ok(PasswordHash::new(password.expose().to_owned()))
    }
}

/// A realm behind a door.
pub(super) struct Fixture {
    pub(super) url: String,
    pub(super) listener: ListenerService,
    pub(super) state: RealmState,
    pub(super) clock: Arc<FixedClock>,
    pub(super) passwords: Arc<Counting>,
}

const BITS: u128 = 0x0190_0000_0000_7000_8000_0000_0000_0000;

fn id(number: u128) -> String {
    base::Id::<()>::from_u128(BITS + number).to_string()
}

impl Fixture {
    /// One that is reached at `url`.
    pub(super) async fn at(url: &str) -> Self {
        let master = MasterKey::generate(&SystemRng);
        let clock = Arc::new(FixedClock::new(Timestamp::from_seconds(1_800_000_000)));
        let passwords = Arc::new(Counting::default());
        let options = HotOptions { clock: Arc::clone(&clock) as _, ..Default::default() };
        let memory = Arc::new(Hot::new(Arc::new(Memory::default()), options));
        let app = Arc::new(AppState {
            store: Arc::clone(&memory) as _,
            memory,
            clock: Arc::clone(&clock) as _,
            rng: Arc::new(SystemRng),
            digests: master.digest_key(),
            passwords: Arc::clone(&passwords) as _,
            attempts: Attempts::new(),
            uses: Arc::new(UseLog::new()),
            refusals: Arc::new(RefusalLog::new()),
            refusals_dropped: AtomicU64::new(0),
            draining: AtomicBool::new(false),
        });
        let settings = IssuerSettings {
            realm: "main".parse().unwrap(),
            url: url.to_owned(),
            dialect: Arc::new(Dialect::builtin("rfc").unwrap()),
            environment: Environment::Live,
            display_name: None,
        };
        let issuer = Arc::new(Issuer::new(settings, &master, &SystemRng));
        let state = RealmState::new(Arc::clone(&app), issuer);
        let metrics = Metrics::new(vec![Arc::clone(state.metrics())], Vec::new());
        let limits = WebLimits {
            body: 1 << 20,
            body_time: Duration::from_secs(1),
            answer_time: Duration::from_secs(5),
        };
        let realm = Arc::new(Realm::new(RealmFeed::new(state.clone()), limits, None));
        let listener = ListenerService {
            app,
            proxies: Arc::new(TrustedProxies::default()),
            metrics: Arc::new(metrics),
            serves: Serves::Realms(Realms::new(vec![(url.parse().unwrap(), realm)])),
        };
        let fixture = Self { url: url.to_owned(), listener, state, clock, passwords };
        fixture.populate().await;
        fixture
    }

    pub(super) async fn new() -> Self {
        Self::at("http://127.0.0.1:8081").await
    }

    async fn populate(&self) {
        let at = 1_800_000_000_000_i64;
        let of = |kind, json: Value| Entity::from_json(kind, &json.to_string()).unwrap();
        let common = |number, public: &str, mut rest: Value| {
            let own = json!({ "id": id(number), "realm": "main", "public_id": public,
                "status": "active", "created_at": at });
            rest.as_object_mut().unwrap().extend(own.as_object().unwrap().clone());
            rest
        };
        let budget = json!({ "per_hour": null, "per_day": null });
        let mut entities = Vec::new();
        for (number, name) in [(1, "Northwind"), (2, "Contoso"), (3, "Elsewhere")] {
            let rest = json!({ "name": name, "budget": budget });
            entities.push(of(Kind::Organization, common(number, &format!("org_{number}"), rest)));
        }
        for (number, email, organizations) in
            [(11, "ada@example.com", vec![1]), (12, "bob@example.com", vec![1, 2])]
        {
            let member = |it: &u128| json!({ "organization": id(*it), "role": "admin" });
            let rest = json!({ "email": email, "email_verified": true, "name": "Ada",
                "profile": { "company": null, "bio": null, "avatar": null }, "role": "user",
                "memberships": organizations.iter().map(member).collect::<Vec<_>>() });
            entities.push(of(Kind::User, common(number, &format!("user_{number}"), rest)));
        }
        let scope = |name: &str| json!({ "scope": name, "description": format!("May {name}") });
        let api = json!({ "identifier": "https://api.example", "name": "API",
            "scopes": [scope("read"), scope("write")],
            "tokens": { "format": null, "algorithm": null, "lifetime": null } });
        entities.push(of(Kind::ResourceServer, common(21, "api_1", api)));
        let app = json!({ "name": "Ledger Sync", "kind": "app", "organization": null,
            "auth_methods": ["client_secret_basic"],
            "grant_types": ["authorization_code", "refresh_token"], "default_audience": id(21),
            "redirect_uris": [CALLBACK], "post_logout_redirect_uris": ["https://app.example/bye"],
            "scopes": ["read", "write"], "logo_uri": "https://cdn.example/logo.png",
            "budget": budget });
        entities.push(of(Kind::Client, common(31, "app_1", app)));
        let writes = entities.into_iter().map(Write::Insert).collect();
        self.state.app().store.commit(Batch { writes, events: Vec::new() }).await.unwrap();
        for email in ["ada@example.com", "bob@example.com"] {
            self.set_password(email, PASSWORD).await;
        }
    }

    pub(super) async fn user(&self, email: &str) -> Loaded<User> {
        let store = &self.state.app().store;
        store.by_handle(self.state.issuer().realm(), email).await.unwrap().unwrap()
    }

    pub(super) async fn set_password(&self, email: &str, password: &str) {
        let origin = RequestOrigin::default();
        let ctx = self.state.context(&origin);
        let user = self.user(email).await;
        let hash = PasswordHash::new(password.to_owned());
        let system = domain::Actor::System;
        engine::settle(ctx.store, async || {
            engine::people::set_password(&ctx, &system, &user, hash.clone()).await
        })
        .await
        .unwrap();
    }

    pub(super) async fn change_client(&self, change: impl Fn(&mut Client)) {
        let store = &self.state.app().store;
        let found: Loaded<Client> =
            store.by_public_id(self.state.issuer().realm(), "app_1").await.unwrap().unwrap();
        let mut after = Client::clone(&found);
        change(&mut after);
        let writes = vec![found.replace_with(after)];
        store.commit(Batch { writes, events: Vec::new() }).await.unwrap();
    }

    /// The private reasons of the refusals noted since the last time, with their request ids.
    pub(super) fn refusals(&self) -> Vec<String> {
        self.state.app().refusals.drain().0.into_iter().map(|it| it.reason).collect()
    }

    /// Path and query of an app's request.
    pub(super) fn asks(&self, more: &str) -> String {
        let prefix = self.url.splitn(4, '/').nth(3).map(|it| format!("/{it}")).unwrap_or_default();
        format!(
            "{prefix}/authorize?response_type=code&client_id=app_1&scope=read&state=a%2bB+%C3%A9{more}"
        )
    }
}

/// A browser with its cookies.
pub(super) struct Browser<'a> {
    pub(super) fixture: &'a Fixture,
    pub(super) cookies: BTreeMap<String, String>,
    /// The address it comes from.
    pub(super) address: [u8; 4],
    /// Headers that it sends with forms.
    pub(super) headers: Vec<(&'static str, String)>,
}

/// What came back.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) text: String,
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(super) fn location(&self) -> &str {
        assert!(matches!(self.status, 302 | 303), "{} {}", self.status, self.text);
        self.header("location")
    }

    pub(super) fn title(&self) -> &str {
        let title = self.text.split("<title>").nth(1).unwrap_or_default();
        title.split(" · ").next().unwrap_or_default()
    }

    /// The value of a hidden field.
    pub(super) fn csrf(&self) -> String {
        let rest = self.text.split("name=\"csrf\" value=\"").nth(1).expect("a form");
        rest.split('"').next().unwrap().to_owned()
    }

    pub(super) fn cookies(&self) -> Vec<&str> {
        self.headers.get_all("set-cookie").iter().map(|it| it.to_str().unwrap()).collect()
    }
}

impl<'a> Browser<'a> {
    pub(super) fn new(fixture: &'a Fixture) -> Self {
        Self { fixture, cookies: BTreeMap::new(), address: [192, 0, 2, 7], headers: Vec::new() }
    }

    pub(super) async fn get(&mut self, path: &str) -> Answer {
        self.send("GET", path, &[], Body::empty()).await
    }

    /// Sends a form with these fields.
    pub(super) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let pairs = fields.iter().map(|(name, value)| {
            let value: String = form_urlencoded::byte_serialize(value.as_bytes()).collect();
            format!("{name}={value}")
        });
        let body = pairs.collect::<Vec<_>>().join("&");
        let form = ("content-type", "application/x-www-form-urlencoded".to_owned());
        let headers = [&self.headers[..], &[form]].concat();
        self.send("POST", path, &headers, Body::from(body)).await
    }

    pub(super) async fn send(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&'static str, String)],
        body: Body,
    ) -> Answer {
        let authority = self.fixture.url.split('/').nth(2).unwrap();
        let mut request = Request::builder().method(method).uri(path).header("host", authority);
        if !self.cookies.is_empty() {
            let pairs = self.cookies.iter().map(|(name, value)| format!("{name}={value}"));
            request = request.header("cookie", pairs.collect::<Vec<_>>().join("; "));
        }
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let peer = SocketAddr::from((self.address, 4711));
        let https = self.fixture.url.starts_with("https");
        let response = self.fixture.listener.answer(peer, https, request.body(body).unwrap()).await;
        let (head, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes().to_vec();
        let answer = Answer {
            status: head.status.as_u16(),
            headers: head.headers,
            text: String::from_utf8(bytes).unwrap(),
        };
        for cookie in answer.cookies() {
            let (name, rest) = cookie.split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            if rest.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }

    /// Fills in the sign-in page at `path`.
    pub(super) async fn sign_in_at(&mut self, path: &str, email: &str, password: &str) -> Answer {
        let csrf = self.get(path).await.csrf();
        self.post(path, &[("csrf", &csrf), ("email", email), ("password", password)]).await
    }

    pub(super) async fn sign_in(&mut self, email: &str, password: &str) -> Answer {
        self.sign_in_at("/sign-in?switch=1", email, password).await
    }

    /// Somebody who is signed in.
    pub(super) async fn of(fixture: &'a Fixture, email: &str) -> Self {
        let mut browser = Self::new(fixture);
        let answer = browser.sign_in(email, PASSWORD).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        browser
    }
}
