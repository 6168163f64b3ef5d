//! A user in a browser without JavaScript: keeps cookies, follows redirects within the issuer, and
//! fills in every form. Addresses elsewhere are returned.

use serde_json::Value;

use super::text;
use crate::harness::http::{Answer, Ask, form, get, post};

/// The largest number of redirects and pages in one flow; more is a loop.
const MOST_STEPS: usize = 12;

/// A user and their browser.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) base: String,
    pub(crate) email: String,
    pub(crate) password: String,
    /// The name of the organization to choose, where there is a choice.
    pub(crate) organization: Option<String>,
    /// The answer to the consent page.
    pub(crate) decision: &'static str,
    cookies: Vec<(String, String)>,
    /// The titles of the pages that were shown, in order.
    pub(crate) seen: Vec<&'static str>,
}

/// A form of a page: its target and its preset fields.
#[derive(Debug)]
struct Form {
    action: Option<String>,
    hidden: Vec<(String, String)>,
    html: String,
}

impl Person {
    /// The demo's user of a realm, who consents.
    pub(crate) fn of(demo: &Value) -> Self {
        Self {
            base: text(demo, "base").to_owned(),
            email: text(&demo["user"], "email").to_owned(),
            password: text(&demo["user"], "password").to_owned(),
            organization: None,
            decision: "allow",
            cookies: Vec::new(),
            seen: Vec::new(),
        }
    }

    pub(crate) fn choosing(mut self, organization: &str) -> Self {
        self.organization = Some(organization.to_owned());
        self
    }

    pub(crate) fn denying(mut self) -> Self {
        self.decision = "deny";
        self
    }

    /// The cookies of the browser.
    pub(crate) fn cookies(&self) -> &[(String, String)] {
        &self.cookies
    }

    /// Sends a request with this browser's cookies, and keeps new ones.
    pub(crate) fn ask(&mut self, mut ask: Ask) -> Answer {
        if !self.cookies.is_empty() {
            let pairs: Vec<_> =
                self.cookies.iter().map(|(name, it)| format!("{name}={it}")).collect();
            ask = ask.header("Cookie", pairs.join("; "));
        }
        let answer = ask.send();
        for (_, set) in answer.headers.iter().filter(|(name, _)| name == "set-cookie") {
            let (name, value) = set.split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.retain(|(known, _)| known != name);
            if !value.is_empty() {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        answer
    }

    pub(crate) fn open(&mut self, target: &str) -> Answer {
        let ask = get(&self.base, target);
        self.ask(ask)
    }

    /// From an address of the issuer to the last address of its redirects, which is elsewhere.
    pub(crate) fn follow(&mut self, target: &str) -> String {
        let (mut at, mut answer) = (target.to_owned(), self.open(target));
        for _ in 0..MOST_STEPS {
            if let Some(location) = answer.header("location") {
                assert!((300..400).contains(&answer.status), "{}", answer.status);
                let Some(inside) = self.inside(location) else { return location.to_owned() };
                at = inside;
                answer = self.open(&at.clone());
                continue;
            }
            (at, answer) = self.fill(&at, &answer);
        }
        panic!("no end: {:?}", self.seen);
    }

    /// The path of an address of the issuer.
    fn inside(&self, location: &str) -> Option<String> {
        let path = location.strip_prefix(&self.base).unwrap_or(location);
        path.starts_with('/').then(|| path.to_owned())
    }

    /// Answers a page.
    fn fill(&mut self, at: &str, page: &Answer) -> (String, Answer) {
        assert_eq!(page.status, 200, "{at}: {}", page.text());
        let mut shown = forms(page.text());
        let by = |name: &'static str| {
            let field = format!("name=\"{name}\"");
            move |form: &Form| form.html.contains(&field)
        };
        let (title, own, at_form) = if let Some(it) = shown.iter().position(by("password")) {
            let own = vec![("email", self.email.clone()), ("password", self.password.clone())];
            ("sign-in", own, it)
        } else if let Some(it) = shown.iter().position(by("organization")) {
            let wanted = self.organization.clone().expect("nobody said which organization");
            ("picker", vec![("organization", value_beside(&shown[it].html, &wanted))], it)
        } else if let Some(it) = shown.iter().position(by("decision")) {
            ("consent", vec![("decision", self.decision.to_owned())], it)
        } else {
            panic!("nothing to do at {at}: {}", page.text())
        };
        let form_shown = shown.swap_remove(at_form);
        self.seen.push(title);
        let to = form_shown.action.map_or_else(|| at.to_owned(), |it| self.inside(&it).unwrap());
        let mut fields = form_shown.hidden;
        fields.extend(own.into_iter().map(|(name, value)| (name.to_owned(), value)));
        let fields: Vec<_> = fields.iter().map(|(name, it)| (name.as_str(), it.as_str())).collect();
        let ask = post(&self.base, &to).header("Origin", &self.base);
        let ask = ask.text("application/x-www-form-urlencoded", form(&fields));
        let answer = self.ask(ask);
        (to, answer)
    }
}

/// The value of the choice with a label.
fn value_beside(html: &str, name: &str) -> String {
    let before = html.split(name).next().unwrap();
    let tag = before.rfind("name=\"organization\"").expect("no choice before the name");
    let start = before[..tag].rfind('<').unwrap();
    attribute(html[start..].split('>').next().unwrap(), "value").unwrap()
}

fn forms(html: &str) -> Vec<Form> {
    let form = |rest: &str| {
        let html = rest.split("</form>").next().unwrap().to_owned();
        let (head, body) = html.split_once('>').unwrap();
        let inputs = body.split("<input").skip(1).map(|it| it.split('>').next().unwrap());
        let hidden = inputs.filter(|tag| attribute(tag, "type").as_deref() == Some("hidden"));
        let pair = |tag| Some((attribute(tag, "name")?, attribute(tag, "value")?));
        Form { action: attribute(head, "action"), hidden: hidden.filter_map(pair).collect(), html }
    };
    html.split("<form").skip(1).map(form).collect()
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    Some(unescaped(rest.split('"').next()?))
}

/// The five characters that templates escape.
fn unescaped(text: &str) -> String {
    let pairs = [("&#34;", "\""), ("&#39;", "'"), ("&#60;", "<"), ("&#62;", ">"), ("&#38;", "&")];
    pairs.iter().fold(text.to_owned(), |text, (escaped, plain)| text.replace(escaped, plain))
}

/// A parameter of a query, decoded. It may occur once.
pub(crate) fn parameter(url: &str, name: &str) -> Option<String> {
    let query = url.split_once('?')?.1;
    let mut values = query.split('&').filter_map(|pair| {
        let (known, value) = pair.split_once('=').unwrap_or((pair, ""));
        (known == name).then(|| decoded(value))
    });
    let value = values.next();
    assert!(values.next().is_none(), "{name} came twice: {url}");
    value
}

fn decoded(value: &str) -> String {
    let value = value.replace('+', " ");
    percent_encoding::percent_decode_str(&value).decode_utf8().unwrap().into_owned()
}

/// The names of a query's parameters, in their order.
pub(crate) fn parameters(url: &str) -> Vec<&str> {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    query.split('&').map(|pair| pair.split('=').next().unwrap()).collect()
}
