//! The table `[realms.gate]`: the settings of a realm's gate (`web::gate::GateSettings`).
//!
//! Invariant: a route is either public or for one API, never both and never neither, and no two
//! routes answer the same method at the same path.

mod values;

use std::collections::HashMap;
use std::time::Duration;

use serde::Deserialize;
use serde_spanned::Spanned;
use web::gate::{
    Access, GateSettings, Identity, NoValue, Preflights, Rate, Route, Source as Words, WhenUnsure,
};

use super::ConfigError;
use super::error::Source;
use super::values::{Parsed, Span, Within};
use values::{Audience, Host, Kind, Method, Pattern};

/// The default lifetime of an identity token.
const IDENTITY_LIFETIME: Duration = Duration::from_secs(60);
/// The allowed lifetimes: long enough for clocks that differ, short enough to limit misuse.
const IDENTITY_LIFETIMES: std::ops::RangeInclusive<Duration> =
    Duration::from_secs(10)..=Duration::from_secs(3_600);
/// The default limit on the age of data from the database.
const STALE_AFTER: Duration = Duration::from_secs(10);
/// The smallest such limit. A node reads from its database several times a second.
const LEAST_STALE_AFTER: Duration = Duration::from_secs(1);
/// The smallest window. A smaller one would count single requests.
const LEAST_WINDOW: Duration = Duration::from_secs(1);

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GateFile {
    #[serde(default)]
    request: WordsFile,
    #[serde(default)]
    identity: IdentityFile,
    identity_lifetime: Option<Spanned<Parsed<Span>>>,
    #[serde(default)]
    no_value: NoValueFile,
    #[serde(default)]
    preflights: PreflightsFile,
    stale_after: Option<Spanned<Parsed<Span>>>,
    #[serde(default)]
    limits: LimitsFile,
    routes: Spanned<Vec<Spanned<RouteFile>>>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum WordsFile {
    #[default]
    Original,
    Forwarded,
    Path,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum IdentityFile {
    #[default]
    Headers,
    Token,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
enum NoValueFile {
    #[default]
    #[serde(rename = "-")]
    Hyphen,
    #[serde(rename = "")]
    Empty,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum PreflightsFile {
    #[default]
    Refuse,
    Pass,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct LimitsFile {
    credential: Option<RateFile>,
    organization: Option<RateFile>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RateFile {
    requests: Within<1, 1_000_000_000>,
    window: Spanned<Parsed<Span>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RouteFile {
    host: Option<Parsed<Host>>,
    path: Parsed<Pattern>,
    #[serde(default)]
    methods: Vec<Parsed<Method>>,
    #[serde(default)]
    public: bool,
    audience: Option<Parsed<Audience>>,
    #[serde(default)]
    scopes: Vec<Parsed<oauth::Scope>>,
    #[serde(default)]
    credentials: Vec<Parsed<Kind>>,
    #[serde(default)]
    when_unsure: UnsureFile,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum UnsureFile {
    #[default]
    Closed,
    Open,
}

/// Reads the table.
///
/// # Errors
/// The first mistake, with its position.
pub(super) fn gate(source: Source<'_>, file: &GateFile) -> Result<GateSettings, ConfigError> {
    let rate = |file: &Option<RateFile>| file.as_ref().map(|it| rate(source, it)).transpose();
    Ok(GateSettings {
        source: match file.request {
            WordsFile::Original => Words::Original,
            WordsFile::Forwarded => Words::Forwarded,
            WordsFile::Path => Words::Path,
        },
        identity: identity(source, file)?,
        no_value: match file.no_value {
            NoValueFile::Hyphen => NoValue::Hyphen,
            NoValueFile::Empty => NoValue::Empty,
        },
        preflights: match file.preflights {
            PreflightsFile::Refuse => Preflights::Refuse,
            PreflightsFile::Pass => Preflights::Pass,
        },
        stale_after: stale_after(source, file)?,
        per_credential: rate(&file.limits.credential)?,
        per_organization: rate(&file.limits.organization)?,
        routes: routes(source, &file.routes)?,
    })
}

fn identity(source: Source<'_>, file: &GateFile) -> Result<Identity, ConfigError> {
    match (file.identity, &file.identity_lifetime) {
        (IdentityFile::Headers, None) => Ok(Identity::Headers),
        (IdentityFile::Headers, Some(found)) => Err(source.at(
            &found.span(),
            "found a lifetime without a token; expected identity = \"token\" beside it",
        )),
        (IdentityFile::Token, None) => Ok(Identity::Token { lifetime: IDENTITY_LIFETIME }),
        (IdentityFile::Token, Some(found)) => {
            let lifetime = found.get_ref().0.0;
            if IDENTITY_LIFETIMES.contains(&lifetime) {
                Ok(Identity::Token { lifetime })
            } else {
                Err(source.at(&found.span(), "expected a time from \"10s\" to \"1h\""))
            }
        }
    }
}

fn stale_after(source: Source<'_>, file: &GateFile) -> Result<Duration, ConfigError> {
    match &file.stale_after {
        None => Ok(STALE_AFTER),
        Some(found) => at_least(source, found, LEAST_STALE_AFTER),
    }
}

fn rate(source: Source<'_>, file: &RateFile) -> Result<Rate, ConfigError> {
    Ok(Rate {
        requests: u32::try_from(file.requests.0).unwrap_or(u32::MAX),
        window: at_least(source, &file.window, LEAST_WINDOW)?,
    })
}

fn at_least(
    source: Source<'_>,
    found: &Spanned<Parsed<Span>>,
    least: Duration,
) -> Result<Duration, ConfigError> {
    let given = found.get_ref().0.0;
    if given >= least {
        Ok(given)
    } else {
        let expected = format!("expected a time of at least \"{}s\"", least.as_secs());
        Err(source.at(&found.span(), expected))
    }
}

fn routes(
    source: Source<'_>,
    found: &Spanned<Vec<Spanned<RouteFile>>>,
) -> Result<Vec<Route>, ConfigError> {
    if found.get_ref().is_empty() {
        return Err(source.at(&found.span(), "expected at least one route: what none fits is 403"));
    }
    let mut routes: Vec<Route> = Vec::new();
    // Routes with the same path, by host and shape.
    let mut places: HashMap<(Option<String>, String), Vec<usize>> = HashMap::new();
    for file in found.get_ref() {
        let route = route(source, file)?;
        let there = places.entry((route.host.clone(), shape(&route.path))).or_default();
        let meets = |index: &usize| routes.get(*index).is_some_and(|other| conflict(other, &route));
        if there.iter().any(meets) {
            let message =
                format!("there is a route for {:?} already that has its method", route.path);
            return Err(source.at(&file.span(), message));
        }
        there.push(routes.len());
        routes.push(route);
    }
    Ok(routes)
}

fn route(source: Source<'_>, found: &Spanned<RouteFile>) -> Result<Route, ConfigError> {
    let file = found.get_ref();
    let asks_nothing = file.scopes.is_empty() && file.credentials.is_empty();
    let access = match (file.public, &file.audience) {
        (true, None) if asks_nothing => Access::Public,
        (false, Some(audience)) => Access::Protected {
            audience: audience.0.0.clone(),
            scopes: file.scopes.iter().map(|scope| scope.0.clone()).collect(),
            credentials: file.credentials.iter().map(|kind| kind.0.0.to_owned()).collect(),
        },
        _ => {
            let expected = "expected either public = true alone, or the audience of the API, with \
                            scopes and credentials as you like";
            return Err(source.at(&found.span(), expected));
        }
    };
    Ok(Route {
        host: file.host.as_ref().map(|host| host.0.0.clone()),
        path: file.path.0.0.clone(),
        methods: file.methods.iter().map(|method| method.0.0.clone()).collect(),
        access,
        when_unsure: match file.when_unsure {
            UnsureFile::Closed => WhenUnsure::Closed,
            UnsureFile::Open => WhenUnsure::Open,
        },
    })
}

/// A path without the names of its placeholders. Routes of the same path have the same shape.
fn shape(path: &str) -> String {
    let segment = |text: &str| match text {
        text if text.starts_with("{*") => "{*}".to_owned(),
        text if text.starts_with('{') => "{}".to_owned(),
        text => text.to_owned(),
    };
    path.split('/').map(segment).collect::<Vec<_>>().join("/")
}

/// Whether two routes of a path conflict over a method. A route that names the method takes
/// precedence over one for any method.
fn conflict(one: &Route, other: &Route) -> bool {
    let both_any = one.methods.is_empty() && other.methods.is_empty();
    both_any || one.methods.iter().any(|method| other.methods.contains(method))
}

#[cfg(test)]
mod tests;
