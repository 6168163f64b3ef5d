//! The flows with users: rotation and exchange compared with the probe, the processor time of a
//! page, and token traffic during a flood of sign-ins.

use std::collections::VecDeque;
use std::time::Duration;

use crate::compare::{self, Compared, Plan};
use crate::cpu;
use crate::load::answer::Answer;
use crate::load::client::Client;
use crate::load::flood::{self, Tally};
use crate::load::request::Request;
use crate::load::request_source::{self, Collect, RequestSource};
use crate::load::wrk::{Load, Sample};
use crate::probe::{Fixtures, TOKENS};
use crate::scratch::Scratch;
use crate::subject::partner::{self, Partner, challenge, code_of};
use crate::subject::rfc::{Pair, Rfc};
use crate::table::{Row, thousands};
use crate::work::Work;

/// A measurement of the flows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flow {
    Rotation,
    Exchange,
    Page,
    Flood,
}

impl Flow {
    pub(crate) const ALL: [Self; 4] = [Self::Rotation, Self::Exchange, Self::Page, Self::Flood];

    /// The name in the table.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Rotation => "refresh rotation, durable",
            Self::Exchange => "code exchange with PKCE, durable",
            Self::Page => "consent page, processor time of one",
            Self::Flood => "client_credentials in a flood of sign-ins",
        }
    }

    /// The minimum share of the probe's rate, or of its own rate without the flood.
    const fn target(self) -> f64 {
        match self {
            Self::Rotation | Self::Page => 0.5,
            Self::Exchange => 0.4,
            Self::Flood => 0.8,
        }
    }
}

/// Codes prepared for each second of a round: more than a server on one core can exchange.
const CODES_PER_SECOND: usize = 8_000;
/// The time limit for preparing.
const PREPARE_LIMIT: Duration = Duration::from_secs(120);
/// The limit on the processor time of a consent page.
const PAGE_LIMIT: Duration = Duration::from_millis(2);

/// The prepared measurements.
pub(crate) struct Flows<'a> {
    realm: Rfc,
    partner: Partner,
    probe: (&'a Fixtures, u16),
    scratch: &'a Scratch,
    plan: Plan,
}

impl<'a> Flows<'a> {
    /// Connects an app in `realm`, for this number of users.
    ///
    /// # Errors
    /// With the first error.
    pub(crate) fn new(
        realm: Rfc,
        probe: (&'a Fixtures, u16),
        scratch: &'a Scratch,
        plan: Plan,
        users: usize,
    ) -> Result<Self, String> {
        let partner = Partner::connect(&realm, users)?;
        Ok(Self { realm, partner, probe, scratch, plan })
    }

    /// Runs one measurement.
    pub(crate) fn row(&self, flow: Flow) -> Row {
        eprintln!("bench: {}", flow.name());
        let rates = |compared| Row::rates(flow.name(), compared, flow.target());
        let measured = match flow {
            Flow::Rotation => self.rotation().map(rates),
            Flow::Exchange => self.exchange().map(rates),
            Flow::Page => self.page(),
            Flow::Flood => self.flood().map(rates),
        };
        measured.unwrap_or_else(|problem| Row::failed(flow.name(), &problem))
    }

    /// Requests `count` codes, from users who consented before.
    fn codes(&self, count: usize) -> Result<VecDeque<String>, String> {
        let asked = (0..count).map(|number| self.partner.ask_code(number)).collect();
        let all = Collect { asked, take: code_of, taken: VecDeque::new() };
        request_source::run(self.realm.port, PREPARE_LIMIT, all).map(|(_, all)| all.taken)
    }

    fn rotation(&self) -> Result<Compared, String> {
        let codes = self.codes(TOKENS)?;
        let asked = codes.iter().map(|code| self.partner.exchange(code)).collect();
        let all = Collect { asked, take: refresh_token, taken: VecDeque::new() };
        let (_, all) = request_source::run(self.realm.port, PREPARE_LIMIT, all)?;
        let app = self.partner.app().clone();
        let mut ours = Rotation { port: self.realm.port, path: "/token", app, tokens: all.taken };
        let mut probe = Rotation::of_probe(self.probe)?;
        compare::alternate(&mut |it| ours.run(it), &mut |it| probe.run(it), self.plan)
    }

    fn exchange(&self) -> Result<Compared, String> {
        let mut ours = |seconds: u32| {
            let codes = self.codes(seconds as usize * CODES_PER_SECOND)?;
            let asked = codes.iter().map(|code| self.partner.exchange(code)).collect();
            exchanges(self.realm.port, seconds, asked)
        };
        let mut probe = exchanges_of_probe(self.probe)?;
        compare::alternate(&mut ours, &mut probe, self.plan)
    }

    fn page(&self) -> Result<Row, String> {
        let (pages, process) = (self.partner.ask_pages(), self.realm.server.process());
        let mut client = Client::connect(self.realm.port).map_err(|problem| problem.to_string())?;
        for page in &pages {
            let answer = client.ask(page)?;
            if answer.status != 200 || !answer.body.contains("name=\"decision\"") {
                return Err(format!("no consent page: {}", answer.in_words()));
            }
        }
        let load = Load::new(self.scratch.path(), "consent", self.realm.port, &pages)?;
        load.run(1)?;
        let before = cpu::of(process)?;
        let sample = load.run(self.plan.seconds)?;
        let each = (cpu::of(process)? - before) / u32::try_from(sample.requests).unwrap_or(1);
        let rate = thousands(sample.rate as u64);
        let ours = format!("{:.3} ms · {rate} pages/s", each.as_secs_f64() * 1e3);
        Ok(Row::limit(Flow::Page.name(), ours, "< 2 ms".to_owned(), each < PAGE_LIMIT))
    }

    /// Token traffic during a flood of sign-ins, compared with the same traffic without it.
    fn flood(&self) -> Result<Compared, String> {
        let (port, requests) = self.realm.requests(Work::ClientCredentials).unwrap_or_default();
        let load = Load::new(self.scratch.path(), "flood", port, &requests)?;
        let strangers = self.partner.strangers()?;
        let (mut tally, mut first) = (Tally::default(), 0);
        let mut flooded = |seconds: u32| {
            let (sample, more) = flood::beside(port, first, &strangers, || load.run(seconds))?;
            first += seconds * 1_000;
            tally = tally.and(more);
            Ok(sample)
        };
        let compared = compare::alternate(&mut flooded, &mut |it| load.run(it), self.plan)?;
        let Tally { password_checked, rate_limited, other } = tally;
        eprintln!(
            "bench: sign-ins: {password_checked} looked at, {rate_limited} put off, {other} otherwise"
        );
        if password_checked == 0 {
            Err("no password was looked at".to_owned())
        } else {
            Ok(compared)
        }
    }
}

/// The refresh token in an answer.
fn refresh_token(answer: &Answer) -> Result<String, String> {
    const FIELD: &str = "\"refresh_token\":\"";
    let found = answer.body.split_once(FIELD).and_then(|(_, rest)| rest.split_once('"'));
    match found {
        Some((token, _)) if answer.status == 200 => Ok(token.to_owned()),
        _ => Err(format!("no refresh token: {}", answer.in_words())),
    }
}

/// The probe compared with itself.
pub(crate) fn calibrate(
    flow: Flow,
    other: (&Fixtures, u16),
    probe: (&Fixtures, u16),
    plan: Plan,
) -> Option<Row> {
    let measured = match flow {
        Flow::Rotation => Rotation::of_probe(other).and_then(|mut one| {
            let mut two = Rotation::of_probe(probe)?;
            compare::alternate(&mut |it| one.run(it), &mut |it| two.run(it), plan)
        }),
        Flow::Exchange => exchanges_of_probe(other).and_then(|mut one| {
            compare::alternate(&mut one, &mut exchanges_of_probe(probe)?, plan)
        }),
        Flow::Page | Flow::Flood => return None,
    };
    let row = measured.map(|it| Row::rates(flow.name(), it, flow.target()));
    Some(row.unwrap_or_else(|problem| Row::failed(flow.name(), &problem)))
}

/// The client of the probe that presents its codes and refresh tokens.
fn client_of(fixtures: &Fixtures) -> Result<&Pair, String> {
    fixtures.clients.first().ok_or_else(|| "the probe has no clients".to_owned())
}

/// Exchanges codes at the probe, new ones at each call.
fn exchanges_of_probe(
    (fixtures, port): (&Fixtures, u16),
) -> Result<impl FnMut(u32) -> Result<Sample, String>, String> {
    let (app, challenge) = (client_of(fixtures)?, challenge());
    // After the families that the probe starts with.
    let mut next = 1 + TOKENS as u64;
    Ok(move |seconds: u32| {
        let numbers = next..next + u64::from(seconds) * CODES_PER_SECOND as u64;
        next = numbers.end;
        let code = |number| fixtures.code(number, &app.0, &challenge);
        let ask = |number| partner::exchange(port, "/exchange", app, &code(number));
        exchanges(port, seconds, numbers.map(ask).collect())
    })
}

/// Exchanges these codes, for at most this number of seconds.
fn exchanges(port: u16, seconds: u32, asked: VecDeque<Request>) -> Result<Sample, String> {
    let all = Collect { asked, take: refresh_token, taken: VecDeque::new() };
    request_source::run(port, Duration::from_secs(seconds.into()), all).map(|(sample, _)| sample)
}

/// Refresh tokens, each presented once and followed by its successor.
#[derive(Clone)]
struct Rotation {
    port: u16,
    path: &'static str,
    app: Pair,
    tokens: VecDeque<String>,
}

impl Rotation {
    fn of_probe((fixtures, port): (&Fixtures, u16)) -> Result<Self, String> {
        let (app, tokens) = (client_of(fixtures)?.clone(), fixtures.tokens.iter().cloned());
        Ok(Self { port, path: "/rotate", app, tokens: tokens.collect() })
    }

    fn run(&mut self, seconds: u32) -> Result<Sample, String> {
        let time = Duration::from_secs(seconds.into());
        let (sample, after) = request_source::run(self.port, time, self.clone())?;
        *self = after;
        Ok(sample)
    }
}

impl RequestSource for Rotation {
    fn next(&mut self) -> Option<Request> {
        let token = self.tokens.pop_front()?;
        Some(partner::refresh(self.port, self.path, &self.app, &token))
    }

    fn answered(&mut self, answer: &Answer) -> Result<(), String> {
        refresh_token(answer).map(|token| self.tokens.push_back(token))
    }
}
