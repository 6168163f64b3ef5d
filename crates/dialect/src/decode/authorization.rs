//! The `Authorization` header: Basic (RFC 7617, RFC 6749 §2.3.1) and Bearer (RFC 6750 §2.1).

use std::borrow::Cow;

use oauth::percent::{Plus, decode};
use oauth::{BasicCredentials, ErrorResponse, Problem};
use zeroize::Zeroizing;

use super::collector::{Collector, Presented};
use super::refuse::invalid_request;
use super::rules::{BasicEncoding, BasicPart, BasicUse, Rules};

/// The length limit of credentials, in bytes of base64.
const MAX_CREDENTIALS: usize = 24 * 1024;

/// Reads the header if the endpoint uses it. Other schemes are ignored; the engine then finds no
/// credential.
pub(super) fn read(
    rules: &Rules,
    headers: &[&[u8]],
    collector: &mut Collector<'_, '_>,
) -> Result<Presented, ErrorResponse> {
    let mut presented = Presented::default();
    let header = match headers {
        [] => return Ok(presented),
        [header] => *header,
        _ => return Err(invalid_request("The Authorization header came more than once.")),
    };
    let cut = header.iter().position(|b| *b == b' ').unwrap_or(header.len());
    let (scheme, credentials) = header.split_at(cut);
    if scheme.eq_ignore_ascii_case(b"basic") {
        let Some(used) = &rules.basic else { return Ok(presented) };
        let (id, secret) = basic(credentials, rules.basic_encoding).ok_or_else(malformed)?;
        match used {
            BasicUse::Client => {
                let secret = base::Secret::new(secret);
                presented.basic = Some(BasicCredentials { id, secret });
            }
            BasicUse::Parameters(parts) => {
                let mut values = [Some(id), Some(secret)];
                for (part, parameter) in parts {
                    let value = match part {
                        BasicPart::Username => values[0].take(),
                        BasicPart::Password => values[1].take(),
                    };
                    let value = value.unwrap_or_default();
                    collector.put(*parameter, parameter.as_str(), Some(value.into()));
                }
            }
        }
    } else if scheme.eq_ignore_ascii_case(b"bearer") && rules.bearer {
        // RFC 6750 §2.1: b64token is ASCII, so other bytes cannot be a token.
        let token = std::str::from_utf8(credentials).map_err(|_| {
            ErrorResponse::new(Problem::InvalidToken, "The bearer token is malformed.")
        })?;
        presented.bearer = Some(base::Secret::new(token.trim_start_matches(' ')));
    }
    Ok(presented)
}

fn malformed() -> ErrorResponse {
    ErrorResponse::new(Problem::InvalidClient, "The Authorization header is not HTTP Basic.")
}

/// The two parts, decoded.
fn basic(credentials: &[u8], encoding: BasicEncoding) -> Option<(String, String)> {
    let token = credentials.trim_ascii();
    if token.len() > MAX_CREDENTIALS {
        return None;
    }
    let pair = String::from_utf8(base::encoding::parse_base64(token)?).ok().map(Zeroizing::new)?;
    let (id, secret) = pair.split_once(':')?;
    Some((part(id, encoding)?.into_owned(), part(secret, encoding)?.into_owned()))
}

/// Decodes one part. `Either` takes a part literally where no form encoder could have written it
/// (no escape, or a broken one). A plus sign is a space only when the part has an escape.
fn part(text: &str, encoding: BasicEncoding) -> Option<Cow<'_, str>> {
    match encoding {
        BasicEncoding::Plain => Some(Cow::Borrowed(text)),
        BasicEncoding::Form => decode(text.as_bytes(), Plus::Space),
        BasicEncoding::Either if text.contains('%') => {
            Some(decode(text.as_bytes(), Plus::Space).unwrap_or(Cow::Borrowed(text)))
        }
        BasicEncoding::Either => Some(Cow::Borrowed(text)),
    }
}
