//! The admin API, as an administrator's script uses it.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::http::{Answer, ask};

/// A realm's admin API and a key to it.
#[derive(Clone, Debug)]
pub(crate) struct Admin {
    pub(crate) base: String,
    pub(crate) key: String,
}

impl Admin {
    pub(crate) fn new(base: &str, key: &str) -> Self {
        Self { base: base.to_owned(), key: key.to_owned() }
    }

    /// Sends a call; `path` is below `/admin/v1`.
    pub(crate) fn call(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let ask = ask(&self.base, method, &format!("/admin/v1{path}")).bearer(&self.key);
        match body {
            Some(body) => ask.json(body).send(),
            None => ask.send(),
        }
    }

    /// Creates an entity.
    pub(crate) fn create(&self, path: &str, body: &Value) -> Value {
        self.call("POST", path, Some(body)).expect(201).json()
    }

    /// Runs an action.
    pub(crate) fn act(&self, path: &str) -> Value {
        self.call("POST", path, Some(&json!({}))).expect(200).json()
    }

    /// Reads something.
    pub(crate) fn read(&self, path: &str) -> Value {
        self.call("GET", path, None).expect(200).json()
    }

    /// The request ids of all stored refusals, sorted, as soon as there are `least`. A refusal is stored a moment
    /// after its answer, so one that is too many is waited for, too.
    pub(crate) fn recorded(&self, least: usize) -> Vec<String> {
        let stored = || {
            let page = self.read("/refusals?limit=200");
            let ids = page["data"].as_array().unwrap().iter();
            let mut ids: Vec<_> =
                ids.map(|it| it["request_id"].as_str().unwrap().to_owned()).collect();
            ids.sort();
            ids
        };
        let started = Instant::now();
        while stored().len() < least && started.elapsed() < Duration::from_secs(10) {
            thread::sleep(Duration::from_millis(50));
        }
        thread::sleep(Duration::from_millis(500));
        stored()
    }

    /// The private reason of the refusal with this answer's request id. Refusals are kept a moment after
    /// the answer.
    pub(crate) fn why(&self, refused: &Answer) -> String {
        let report = || self.read(&format!("/why/{}", refused.request_id()));
        let started = Instant::now();
        let mut reported = report();
        while reported["refusals"][0].is_null() && started.elapsed() < Duration::from_secs(10) {
            thread::sleep(Duration::from_millis(50));
            reported = report();
        }
        reported["refusals"][0]["reason"]
            .as_str()
            .unwrap_or_else(|| panic!("{reported}"))
            .to_owned()
    }
}
