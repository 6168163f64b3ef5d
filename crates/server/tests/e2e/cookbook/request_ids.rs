//! One question has one request id, which is Postern's: the caller sees it, the API gets it, and support finds one
//! refusal by it.

use serde_json::Value;

use super::proxy::Kind;
use super::setting::{Setting, header, reached};
use super::with_each_proxy;

with_each_proxy!(nobody_chooses_a_request_id, a_refusal_is_recorded_once);

const CHOSEN: &str = "chosen-by-the-caller";

fn nobody_chooses_a_request_id(kind: Kind) {
    let setting = Setting::new(kind);
    let (_, key) = setting.key(&["contacts.read"]);
    let ask = setting.get("/v1/contacts/7").header("X-Request-Id", CHOSEN);
    let passed = ask.clone().bearer(&key).send();
    let reported = reached(&passed);
    let ids = header(&reported, "x-request-id");
    assert!(ids.len() == 1 && ids[0] != CHOSEN && ids[0] != "the-apis-own", "{kind:?}: {reported}");
    if kind.adds_to_answers() {
        assert_eq!(passed.request_id(), ids[0], "{kind:?}");
    }
    let refused = ask.send().expect(401);
    assert_ne!(refused.request_id(), CHOSEN, "{kind:?}");
    assert_eq!(setting.admin.why(&refused), "no_credential");
    setting.admin.call("GET", &format!("/why/{CHOSEN}"), None).expect(404);
}

fn refusals(setting: &Setting) -> Vec<Value> {
    let page = setting.admin.read("/refusals?limit=200");
    page["data"].as_array().unwrap_or_else(|| panic!("{page}")).clone()
}

fn a_refusal_is_recorded_once(kind: Kind) {
    let setting = Setting::new(kind);
    let (_, key) = setting.key(&["contacts.read"]);
    let get = setting.get("/v1/contacts/7");
    let post = setting.ask("POST", "/v1/contacts/7").bearer(&key).text("text/plain", "x");
    for (ask, status) in [(get.clone(), 401), (get.bearer("nonsense"), 401), (post, 403)] {
        let before = refusals(&setting).len();
        let refused = ask.send().expect(status);
        let after = refusals(&setting);
        assert_eq!(after.len(), before + 1, "{kind:?}: {after:?}");
        let found = after.iter().filter(|it| it["request_id"] == refused.request_id());
        assert_eq!(found.count(), 1, "{kind:?}: {after:?}");
    }
}
