//! One question has one request id, which is Postern's: the caller sees it, the API gets it, and support finds one
//! refusal by it.

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

fn a_refusal_is_recorded_once(kind: Kind) {
    let setting = Setting::new(kind);
    let (_, key) = setting.key(&["contacts.read"]);
    let get = setting.get("/v1/contacts/7");
    let post = setting.ask("POST", "/v1/contacts/7").bearer(&key).text("text/plain", "x");
    let asked = [(get.clone(), 401), (get.bearer("nonsense"), 401), (post, 403)];
    let seen = asked.iter().map(|(ask, status)| ask.send().expect(*status).request_id().to_owned());
    let mut seen: Vec<String> = seen.collect();
    seen.sort();
    assert_eq!(setting.admin.recorded(seen.len()), seen, "{kind:?}");
}
