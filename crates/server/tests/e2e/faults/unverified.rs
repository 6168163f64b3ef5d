//! Every fault of an authorization request of an app that nobody verified: a page shows the error, and the browser
//! is not sent to the app with it (RFC 9700 §4.11.2).

use super::draft::{Draft, Value};
use super::judge::{decent, must, reported};
use super::parameters::strange_values;
use super::person::{App, BACK, People};
use crate::harness::http::Ask;

pub(super) fn check_all(people: &People<'_>) {
    let app = people.app("an app that nobody verified", false);
    people.realm.admin.act(&format!("/clients/{}/unverify", app.id));
    let good = people.asks(&app);
    for (index, field) in good.fields.iter().enumerate() {
        let own = match &field.value {
            Value::Text(text) => text.clone(),
            Value::Literal(_) => unreachable!(),
        };
        let name = field.named.parameter.as_str();
        let mut without = good.clone();
        without.fields.remove(index);
        stays(people, &format!("without {name}"), &without.ask());
        let long = ("too long", "x".repeat(9 * 1024));
        for (what, value) in strange_values(&own).into_iter().chain([long]) {
            let mut draft = good.clone();
            draft.fields[index].value = Value::Text(value);
            stays(people, &format!("{name} {what}"), &draft.ask());
        }
    }
    silent(people, &good, &app);
}

fn silent(people: &People<'_>, good: &Draft<'_>, app: &App) {
    if !people.asking.reads("prompt") {
        return;
    }
    let mut ask = good.ask();
    ask.target.push_str("&prompt=none");
    stays(people, "prompt=none", &ask);
    let refused = people.browser.send(ask);
    let shown = refused.text().contains("Go on to app.example");
    must(shown && refused.status == 400, || format!("{}: {}", app.id, refused.text()));
}

/// The answer does not lead to the app, whether somebody is signed in or not. Nobody consented, so there is no code.
fn stays(people: &People<'_>, what: &str, ask: &Ask) {
    let origin = BACK.split("/cb").next().unwrap_or_default();
    for (who, ask) in [("nobody", ask.clone()), ("a user", people.browser.with(ask.clone()))] {
        let what = format!("{} unverified, {what}, {who} signed in", people.realm.name);
        let answer = ask.clone().send();
        decent(&what, &ask, &answer);
        let location = answer.header("location").unwrap_or_default();
        let leads = location.starts_with(origin) || answer.header("refresh").is_some();
        must(!leads, || format!("{what}: {location}\n{}", reported(&ask, &answer)));
    }
}
