//! Without an answer from Postern no request passes, and no caller waits forever.

use std::time::{Duration, Instant};

use super::api::Way;
use super::proxy::Kind;
use super::setting::Setting;
use super::with_each_proxy;

with_each_proxy!(nothing_passes_while_postern_is_away);

/// How long a proxy may need until it asks again.
const WAIT: Duration = Duration::from_secs(18);

/// The longest that a caller waits: a second or two, with room for a busy machine.
const fn longest(way: Way) -> Duration {
    match way {
        Way::Silent => Duration::from_secs(5),
        Way::Open | Way::Cut => Duration::from_millis(2_500),
    }
}

fn nothing_passes_while_postern_is_away(kind: Kind) {
    let setting = Setting::new(kind);
    let (_, key) = setting.key(&["contacts.read"]);
    let ask = setting.get("/v1/contacts/7").bearer(&key);
    ask.send().expect(200);
    setting.api.reached();
    for way in [Way::Cut, Way::Silent] {
        setting.relay.set(way);
        for ask in [&ask, &setting.get("/v1/status")] {
            let started = Instant::now();
            let answer = ask.send();
            assert!(answer.status >= 500, "{kind:?} {way:?}: {}", answer.status);
            assert!(started.elapsed() < longest(way), "{kind:?} {way:?}: {:?}", started.elapsed());
        }
        assert_eq!(setting.api.reached(), [""; 0], "{kind:?} {way:?}");
    }
    setting.relay.set(Way::Open);
    let started = Instant::now();
    while ask.send().status != 200 {
        assert!(started.elapsed() < WAIT, "{kind:?} does not come back");
        std::thread::sleep(Duration::from_millis(200));
    }
    drop(setting.postern);
    let started = Instant::now();
    assert!(ask.send().status >= 500, "{kind:?}");
    assert!(started.elapsed() < longest(Way::Cut), "{kind:?}: {:?}", started.elapsed());
    assert_eq!(setting.api.reached(), ["GET /v1/contacts/7"], "{}", setting.proxy.log());
}
