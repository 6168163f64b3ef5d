//! Faults of an authorization request: of each parameter, of the redirect URI, of `state`, of cookies.

use dialect::RedirectMatch;
use oauth::Problem as P;

use super::draft::{Draft, Value};
use super::parameters::strange_values;
use super::person::{App, BACK, Browser, People, STATE};
use super::table::Location;
use super::ways::{Way, led};
use crate::harness::http::Ask;

pub(super) fn check_all(people: &People<'_>, stranger: &Browser) {
    let app = people.app("an app", false);
    let ask = people.asks(&app).ask();
    led(people, "nobody is signed in", &ask, sent(people), &Way::sign_in());
    let granted = people.allows(&people.asks(&app));
    super::ways::judged(people, "the first time", (&ask, &granted), sent(people), &Way::fine());
    led(people, "remembered", &people.browser.with(ask.clone()), sent(people), &Way::fine());
    parameters(people, &app);
    redirect_uris(people, &app);
    native(people);
    states(people, &app);
    rarer(people, &app);
    cookies(people, &ask, stranger);
    unknown(people, &app);
    posted(people, &app);
}

/// RFC 6749 §3.1: what nobody reads is ignored, before and after signing in.
fn unknown(people: &People<'_>, app: &App) {
    for unknown in super::parameters::UNKNOWN {
        let text = String::from_utf8_lossy(unknown);
        let mut ask = people.asks(app).ask();
        let mark = if ask.target.contains('?') { '&' } else { '?' };
        ask.target.push_str(&format!("{mark}{text}"));
        let what = format!("with {text:?}");
        led(people, &format!("{what}, nobody signed in"), &ask, sent(people), &Way::sign_in());
        led(people, &what, &people.browser.with(ask), sent(people), &Way::fine());
    }
}

/// OpenID Connect Core §3.1.2.1: an app may POST its request, which is then the same one in the URL.
fn posted(people: &People<'_>, app: &App) {
    if !people.asking.reads("redirect_uri") {
        return;
    }
    let ask = people.asks(app).ask();
    let (path, query) = ask.target.split_once('?').unwrap();
    let reads_nonce = people.asking.reads("nonce");
    let twice = if reads_nonce { Way::back(&[P::InvalidRequest]) } else { Way::fine() };
    for (what, extra, way) in [
        ("alone", &b""[..], Way::fine()),
        ("with what nobody reads", b"&utm_campaign=50%off&foo=%e4", Way::fine()),
        ("with other bytes", b"&foo=\xe4<>\"#\\", Way::fine()),
        ("twice", b"&nonce=x&nonce=x", twice),
    ] {
        let body = [query.as_bytes(), extra].concat();
        let form = "application/x-www-form-urlencoded";
        let sent_by_post = crate::harness::http::post(&people.realm.base, path).text(form, body);
        let moved = people.browser.send(sent_by_post).expect(303);
        let location = moved.header("location").unwrap();
        let again = crate::harness::http::get(&people.realm.base, location);
        let what = format!("by POST, {what}");
        led(people, &what, &people.browser.with(again), sent(people), &way);
    }
}

/// The `state` of a valid request, where the dialect has one.
pub(super) fn sent(people: &People<'_>) -> Option<&'static str> {
    people.asking.reads("state").then_some(STATE)
}

fn ask(people: &People<'_>, draft: &Draft<'_>) -> Ask {
    people.browser.with(draft.ask())
}

fn parameters(people: &People<'_>, app: &App) {
    let good = people.asks(app);
    for (index, field) in good.fields.iter().enumerate() {
        let parameter = field.named.parameter.as_str();
        let own = match &field.value {
            Value::Text(text) => text.clone(),
            Value::Literal(_) => unreachable!(),
        };
        let spoilt = |value: Value| {
            let mut draft = good.clone();
            draft.fields[index].value = value;
            draft
        };
        let state_of = |now: &str| -> Option<String> {
            let state = if parameter == "state" { now } else { STATE };
            (sent(people).is_some() && !state.is_empty()).then(|| state.to_owned())
        };
        let judge = |what: &str, draft: &Draft<'_>, state: Option<String>, way: &Way| {
            let what = format!("{parameter} {what}");
            led(people, &what, &ask(people, draft), state.as_deref(), way);
        };
        let in_path = matches!(field.named.location, Location::Path(_));
        let left_out = if in_path { Way::page() } else { missing(people, parameter) };
        let mut without = good.clone();
        without.fields.remove(index);
        judge("missing", &without, state_of(""), &left_out);
        judge("empty", &spoilt(Value::Text(String::new())), state_of(""), &left_out);
        // RFC 6749 §4.1.2.1: told to the app, once it is known where that is.
        let told = match parameter {
            "client_id" | "redirect_uri" => Way::page(),
            _ => Way::back(&[P::InvalidRequest]),
        };
        let long = "x".repeat(9 * 1024);
        judge("too long", &spoilt(Value::Text(long)), state_of(""), &told);
        for (what, literal) in [("not UTF-8", &b"a%ff"[..]), ("half an escape", b"a%f")] {
            judge(what, &spoilt(Value::Literal(literal.to_vec())), state_of(""), &told);
        }
        if !in_path {
            for other in [own.clone(), "x".to_owned()] {
                let mut twice = spoilt(Value::Text(other));
                twice.fields.push(field.clone());
                judge("doubled", &twice, state_of(""), &told);
            }
            let mut empty_first = spoilt(Value::Text(String::new()));
            empty_first.fields.push(field.clone());
            judge("after an empty one", &empty_first, state_of(STATE), &Way::fine());
        }
        for (what, value) in strange_values(&own) {
            if parameter == "redirect_uri" && what == "another" && has_domains(people) {
                continue;
            }
            judge(what, &spoilt(Value::Text(value.clone())), state_of(&value), &strange(parameter));
        }
    }
}

fn missing(people: &People<'_>, parameter: &str) -> Way {
    match parameter {
        "client_id" => Way::page(),
        "response_type" | "code_challenge" => Way::back(&[P::InvalidRequest]),
        "state" if people.realm.dialect.state_rule().required => Way::back(&[P::InvalidState]),
        _ => Way::fine(),
    }
}

fn strange(parameter: &str) -> Way {
    match parameter {
        "client_id" | "redirect_uri" => Way::page(),
        "response_type" => Way::back(&[P::UnsupportedResponseType]),
        "scope" => Way::back(&[P::InvalidScope]).or_fine(),
        "state" => Way::fine(),
        "code_challenge" | "nonce" => Way::back(&[P::InvalidRequest]).or_fine(),
        "code_challenge_method" => Way::back(&[P::InvalidRequest]),
        "audience" => Way::back(&[P::AudienceUnknown, P::AudienceNotGranted]),
        _ => Way::back(&[P::InvalidRequest]),
    }
}

/// Addresses that look like the app's, but are not.
const ELSEWHERE: [&str; 42] = [
    "https://evil.example/cb?own=1",
    "https://app.example.evil.example/cb?own=1",
    "https://evilapp.example/cb?own=1",
    "https://app.example@evil.example/cb?own=1",
    "https://app.example:x@evil.example/cb?own=1",
    "https://user@app.example/cb?own=1",
    "https://app.example\\@evil.example/cb?own=1",
    "https://evil.example\\.app.example/cb?own=1",
    "https://evil.example#app.example/cb?own=1",
    "https://evil.example?app.example/cb?own=1",
    "https://evil.example%2fapp.example/cb?own=1",
    "https://evil.example%00.app.example/cb?own=1",
    "https://evil.example\t.app.example/cb?own=1",
    "https://app.example\n.evil.example/cb?own=1",
    "https://app.example/cb?own=1#",
    "https://app.example/cb?own=1#fragment",
    "https://app.example/cb/../cb?own=1",
    "https://app.example/./cb?own=1",
    "https://app.example/x/%2e%2e/cb?own=1",
    "https://app.example/x/.%2E/cb?own=1",
    "https://app.example/x\\..\\cb?own=1",
    "https://app.example:444/cb?own=1",
    "https://app.example:8443/cb?own=1",
    "https://app.example./cb?own=1&x",
    "http://app.example/cb?own=1",
    "http://app.example:80/cb?own=1",
    "HTTP://app.example/cb?own=1",
    "ftp://app.example/cb?own=1",
    "//app.example/cb?own=1",
    "/cb?own=1",
    "cb",
    "https:app.example/cb?own=1",
    "https:///app.example/cb?own=1",
    "https://\u{430}pp.example/cb?own=1",
    "https://app\u{3002}example/cb?own=1",
    "https://xn--pp-6kc.example/cb?own=1",
    "https://b\u{fc}cher.example/cb",
    "javascript:alert(1)//https://app.example/cb?own=1",
    "data:text/html,https://app.example/cb?own=1",
    "com.example.app:/cb",
    "http://127.0.0.1.evil.example/cb",
    "http://[::ffff:7f00:1]/cb",
];

/// Addresses of the app's own site that it has not registered.
const UNREGISTERED: [&str; 9] = [
    "https://app.example/cb",
    "https://app.example/cb?own=1&more=2",
    "https://app.example/cb?own=2",
    "https://app.example/cb/?own=1",
    "https://app.example/other",
    "https://app.example/CB?own=1",
    "https://app.example//cb?own=1",
    "https://APP.example/cb?own=1",
    "https://sub.app.example/cb?own=1",
];

/// Whether a partner may use every path of its registered domain.
fn has_domains(people: &People<'_>) -> bool {
    people.realm.dialect.redirect_rule().matching == RedirectMatch::Domain
}

fn redirect_uris(people: &People<'_>, app: &App) {
    if !people.asking.reads("redirect_uri") {
        return;
    }
    let mut elsewhere: Vec<&str> = ELSEWHERE.to_vec();
    if !has_domains(people) {
        elsewhere.extend(UNREGISTERED);
        elsewhere.extend([
            "http://localhost/cb",
            "http://localhost:3000/cb",
            "http://127.0.0.1/cb",
        ]);
    }
    elsewhere.extend([
        "https://app.example/cb?code=forged",
        "https://app.example/cb?own=1&c%6fde=forged",
        "https://app.example/cb?state=forged",
        "https://app.example/cb?iss=https://evil.example",
    ]);
    for uri in elsewhere {
        let mut draft = people.asks(app);
        draft.set("redirect_uri", uri);
        led(people, &format!("back to {uri:?}"), &ask(people, &draft), None, &Way::page());
        // Also not where something else is wrong, too.
        draft.set("response_type", "token");
        draft.set("scope", "nothing");
        led(people, &format!("amiss, to {uri:?}"), &ask(people, &draft), None, &Way::page());
    }
}

/// RFC 8252 §7.3: a native app chooses its port, and nothing else.
fn native(people: &People<'_>) {
    if !people.asking.reads("redirect_uri") {
        return;
    }
    let app = people.native_app("http://127.0.0.1/cb");
    for (uri, good) in [
        ("http://127.0.0.1/cb", true),
        ("http://127.0.0.1:1/cb", true),
        ("http://127.0.0.1:51004/cb", true),
        ("http://127.0.0.1:65535/cb", true),
        ("http://127.0.0.1:65536/cb", false),
        // Without a port, the default one is meant (RFC 3986 §3.2.3).
        ("http://127.0.0.1:/cb", true),
        ("http://127.0.0.1:51004/other", false),
        ("http://127.0.0.1:51004/cb/", false),
        ("http://127.0.0.1:51004/cb?x", false),
        ("http://127.0.0.1:51004/cb#", false),
        ("http://127.0.0.1:51004/../cb", false),
        ("http://x@127.0.0.1:51004/cb", false),
        ("http://127.0.0.2:51004/cb", false),
        ("http://127.1:51004/cb", false),
        ("http://2130706433:51004/cb", false),
        ("http://0x7f.0.0.1:51004/cb", false),
        ("http://localhost:51004/cb", false),
        ("http://[::1]:51004/cb", false),
        ("https://127.0.0.1:51004/cb", false),
        ("http://127.0.0.1.evil.example:51004/cb", false),
        ("http://evil.example:51004/cb", false),
    ] {
        let mut draft = people.asks(&app);
        draft.set("redirect_uri", uri);
        let way = if good { Way::asks() } else { Way::page() };
        led(people, &format!("an app on a device, to {uri}"), &ask(people, &draft), None, &way);
    }
    // RFC 9700 §4.1.3: the same for `localhost`.
    let app = people.native_app("http://localhost/callback");
    for (uri, good) in [
        ("http://localhost/callback", true),
        ("http://localhost:3118/callback", true),
        ("http://localhost:3118/other", false),
        ("http://127.0.0.1:3118/callback", false),
        ("https://localhost:3118/callback", false),
        ("http://localhost.evil.example:3118/callback", false),
    ] {
        let mut draft = people.asks(&app);
        draft.set("redirect_uri", uri);
        let way = if good { Way::asks() } else { Way::page() };
        led(people, &format!("an app on a device, to {uri}"), &ask(people, &draft), None, &way);
    }
}

/// RFC 6749 §4.1.2: "The exact value received from the client."
fn states(people: &People<'_>, app: &App) {
    if sent(people).is_none() {
        return;
    }
    let long = "s".repeat(4_000);
    for state in [
        "a b c d e f",
        "a+b+c+d+e",
        "%20%2B%00%",
        "&code=evil&x=",
        "#fragment",
        "========",
        "\r\n\r\n\r\n\r\n",
        "x\r\nLocation: https://evil.example",
        "\u{e9}\u{e8}\u{2028}\u{2029}\u{feff}....",
        "\u{1F511}\u{1F511}\u{1F511}.....",
        "\0\0\0\0\0\0\0\0",
        "\"'<script>alert(1)</script>",
        "https://evil.example/?a=b#c",
        "..\\..\\..\\..",
        "eyJhbGciOiJub25lIn0.e30.",
        "        ",
        long.as_str(),
    ] {
        let mut draft = people.asks(app);
        draft.set("state", state);
        let what = format!("the state {:?}", state.chars().take(40).collect::<String>());
        led(people, &what, &ask(people, &draft), Some(state), &Way::fine());
        if draft.set("scope", "nothing") {
            let way = Way::back(&[P::InvalidScope]);
            led(people, &what, &ask(people, &draft), Some(state), &way);
        }
    }
    let rule = people.realm.dialect.state_rule();
    if rule.min_length > 0 {
        let short = "s".repeat(rule.min_length - 1);
        let mut draft = people.asks(app);
        draft.set("state", &short);
        let way = Way::back(&[P::InvalidState]);
        led(people, "a weak state", &ask(people, &draft), Some(&short), &way);
    }
}

/// Parameters that valid requests do not have.
fn rarer(people: &People<'_>, app: &App) {
    let never = people.app("nobody says yes", false);
    let request = [P::InvalidRequest];
    let cases: [(&str, &str, &App, Way); 15] = [
        ("prompt", "none", &never, Way::back(&[P::ConsentRequired])),
        ("prompt", "none login", app, Way::back(&request)),
        ("prompt", "nonsense", app, Way::back(&request)),
        ("prompt", "login", app, Way::sign_in()),
        ("prompt", "consent", app, Way::fine()),
        ("max_age", "-1", app, Way::back(&request)),
        ("max_age", "x", app, Way::back(&request)),
        ("max_age", "99999999999999999999999", app, Way::back(&request)),
        (
            "response_mode",
            "fragment",
            app,
            Way::back(&[P::UnsupportedResponseType, P::InvalidRequest]),
        ),
        (
            "response_mode",
            "form_post",
            app,
            Way::back(&[P::UnsupportedResponseType, P::InvalidRequest]),
        ),
        ("request", "e30.e30.", app, Way::back(&[P::RequestNotSupported])),
        ("request_uri", "https://evil.example/x", app, Way::back(&[P::RequestUriNotSupported])),
        ("organization", &people.foreign, app, Way::back(&[P::AccessDenied])),
        ("organization", "nobody", app, Way::back(&[P::AccessDenied])),
        ("organization", &people.organization, app, Way::fine()),
    ];
    for (parameter, value, app, way) in cases {
        let mut draft = people.asks(app);
        let Some(named) = people.asking.named.iter().find(|it| it.parameter == parameter) else {
            continue;
        };
        let value = Value::Text(value.to_owned());
        draft.fields.push(super::draft::Field { named: named.clone(), value });
        let what = format!("{parameter} {:?}", draft.fields.last().unwrap().value);
        led(people, &what, &ask(people, &draft), sent(people), &way);
    }
    if people.asking.reads("prompt") {
        let mut draft = people.asks(app);
        let named = people.asking.named.iter().find(|it| it.parameter == "prompt").unwrap();
        let value = Value::Text("none".to_owned());
        draft.fields.push(super::draft::Field { named: named.clone(), value });
        let way = Way::back(&[P::LoginRequired]);
        led(people, "no prompt for nobody", &draft.ask(), sent(people), &way);
    }
    assert!(BACK.contains("own=1"));
}

fn cookies(people: &People<'_>, ask: &Ask, stranger: &Browser) {
    let (name, value) = people.browser.cookie("postern_session");
    let (_, foreign) = stranger.cookie("postern_session");
    let mut changed = value.clone();
    let last = changed.pop().unwrap();
    changed.push(if last == 'a' { 'b' } else { 'a' });
    let other = name.replace(people.realm.name, "other");
    for (what, cookie) in [
        ("an empty cookie", format!("{name}=")),
        ("a cookie without value", name.clone()),
        ("a cookie of nonsense", format!("{name}=\u{1F511}")),
        ("half a cookie", format!("{name}={}", &value[..value.len() / 2])),
        ("a changed cookie", format!("{name}={changed}")),
        ("a longer cookie", format!("{name}={value}x")),
        ("a long cookie", format!("{name}={}", "x".repeat(8_000))),
        ("a cookie of another realm", format!("{name}={foreign}")),
        ("a cookie of another name", format!("{other}={value}")),
        ("a bad cookie before the good one", format!("{name}=x; {name}={value}")),
        ("separators alone", ";;; = ; =x;".to_owned()),
    ] {
        let ask = ask.clone().header("Cookie", cookie);
        led(people, what, &ask, sent(people), &Way::sign_in());
    }
    // The first of two cookies counts, and two headers are equivalent to one.
    let two = ask.clone().header("Cookie", "a=b").header("Cookie", format!("{name}={value}"));
    led(people, "two headers", &two, sent(people), &Way::fine());
    let both = ask.clone().header("Cookie", format!("{name}={value}; {name}=x"));
    let way = Way::fine().or_sign_in();
    led(people, "the good cookie before a bad one", &both, sent(people), &way);
}
