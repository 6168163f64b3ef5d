//! The parts of a browser that the flows need: cookies, redirects and forms.

use std::collections::BTreeMap;

use crate::load::answer::Answer;
use crate::load::client::Client;
use crate::load::request::Request;

/// The largest number of redirects.
const REDIRECTS: usize = 10;

/// The fields of a form.
pub(crate) type Fields = Vec<(String, String)>;

/// A browser that knows one server.
#[derive(Debug)]
pub(crate) struct Browser {
    client: Client,
    port: u16,
    jar: BTreeMap<String, String>,
}

impl Browser {
    /// Opens a new one, without cookies.
    ///
    /// # Errors
    /// When nothing listens on `port`.
    pub(crate) fn open(port: u16) -> Result<Self, String> {
        let client = Client::connect(port).map_err(|problem| problem.to_string())?;
        Ok(Self { client, port, jar: BTreeMap::new() })
    }

    /// Opens `path` and follows redirects. Returns the last address and its page. Another server is
    /// not asked; its page is empty.
    ///
    /// # Errors
    /// When the redirects do not end, or end without success.
    /// When the way does not end, or not with success.
    pub(crate) fn follow(&mut self, path: &str) -> Result<(String, String), String> {
        let answer = self.ask(Request::new("GET", self.port, path))?;
        self.arrive(path, answer)
    }

    /// Submits a form to the page at `path`, and goes on as [`Browser::follow`].
    ///
    /// # Errors
    /// As [`Browser::follow`].
    pub(crate) fn submit(&mut self, path: &str, form: &Fields) -> Result<(String, String), String> {
        let fields: Vec<_> = form.iter().map(|(name, value)| (&**name, &**value)).collect();
        let answer = self.ask(Request::new("POST", self.port, path).form(&fields))?;
        self.arrive(path, answer)
    }

    fn arrive(&mut self, path: &str, mut answer: Answer) -> Result<(String, String), String> {
        let mut at = path.to_owned();
        for _ in 0..REDIRECTS {
            match answer.status {
                302 | 303 => at = answer.field("location").unwrap_or_default().to_owned(),
                200 => return Ok((at, answer.body)),
                _ => return Err(format!("{at}: {}", answer.in_words())),
            }
            let own = format!("http://127.0.0.1:{}", self.port);
            let path = at.strip_prefix(&own).unwrap_or(&at).to_owned();
            if !path.starts_with('/') {
                return Ok((at, String::new()));
            }
            answer = self.ask(Request::new("GET", self.port, &path))?;
            at = path;
        }
        Err(format!("{path} leads round and round"))
    }

    fn ask(&mut self, request: Request) -> Result<Answer, String> {
        let request = match self.cookies() {
            none if none.is_empty() => request,
            cookies => request.header("Cookie", &cookies),
        };
        let answer = self.client.ask(&request)?;
        for cookie in answer.fields("set-cookie") {
            let pair = cookie.split(';').next().and_then(|pair| pair.split_once('='));
            if let Some((name, value)) = pair {
                self.jar.insert(name.trim().to_owned(), value.trim().to_owned());
            }
        }
        Ok(answer)
    }

    /// Its cookies, as the header has them.
    pub(crate) fn cookies(&self) -> String {
        let pairs: Vec<_> =
            self.jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.join("; ")
    }
}

/// The page's form, with its token and these fields.
///
/// # Errors
/// When the page has no form, or lacks one of the fields.
pub(crate) fn form(page: &str, fields: &[(&str, &str)]) -> Result<Fields, String> {
    let csrf = hidden(page, "csrf").ok_or_else(|| format!("no form in {}", title(page)))?;
    let mut form = vec![("csrf".to_owned(), csrf)];
    for (name, value) in fields {
        if !page.contains(&format!("name=\"{name}\"")) {
            return Err(format!("no {name} in {}", title(page)));
        }
        form.push(((*name).to_owned(), (*value).to_owned()));
    }
    Ok(form)
}

/// The value of a hidden field.
pub(crate) fn hidden(page: &str, name: &str) -> Option<String> {
    let tags = page.split("<input").skip(1).filter_map(|rest| rest.split('>').next());
    let attribute = |tag: &str, attribute: &str| -> Option<String> {
        let (_, rest) = tag.split_once(&format!("{attribute}=\""))?;
        rest.split('"').next().map(str::to_owned)
    };
    let mut named = tags.filter(|tag| attribute(tag, "name").as_deref() == Some(name));
    named.next().and_then(|tag| attribute(tag, "value"))
}

fn title(page: &str) -> &str {
    let title = page.split_once("<title>").and_then(|(_, rest)| rest.split_once("</title>"));
    title.map_or("a page without a title", |(title, _)| title)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = r#"<title>Allow?</title><form method="post"><input type="hidden" name="csrf"
        value="a_b"><button name="decision" value="allow"></form>"#;

    #[test]
    fn a_form_has_its_token_and_the_fields_that_the_page_has() {
        let fields = form(PAGE, &[("decision", "allow")]).unwrap();
        let expected = [("csrf", "a_b"), ("decision", "allow")];
        assert_eq!(fields, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
        assert_eq!(form(PAGE, &[("email", "")]).unwrap_err(), "no email in Allow?");
        assert!(form("<title>Error</title>", &[]).unwrap_err().contains("Error"));
    }
}
