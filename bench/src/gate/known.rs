//! Credentials that the server knows: API keys, opaque tokens, JWTs seen before.

use std::time::Duration;

use super::{CONTACTS, INVOICES};
use crate::compare::{self, Plan, median};
use crate::key_set::basic;
use crate::load::client::Client;
use crate::load::pump::{self, Next, SendRate, Stream, round};
use crate::load::request::Request;
use crate::load::request_source::{self, Collect};
use crate::load::wrk::{Load, Sample};
use crate::probe::{Fixtures, TOKENS};
use crate::scratch::Scratch;
use crate::subject::admin::text;
use crate::subject::gated::Gated;
use crate::subject::rfc::{JWT_API, OPAQUE_API, Pair};
use crate::table::Row;
use crate::work::Work;

/// The number of connections at a constant rate: as many as a proxy keeps.
const CONNECTIONS: usize = 64;
const PREPARE_LIMIT: Duration = Duration::from_secs(120);
/// The limit on the 99th percentile of answer times at half of the top rate, in milliseconds.
const P99: f64 = 1.0;

/// The kind of credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Known {
    ApiKey,
    Opaque,
    Jwt,
}

impl Known {
    pub(crate) const ALL: [Self; 3] = [Self::ApiKey, Self::Opaque, Self::Jwt];

    /// The name in the table.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::ApiKey => "gate, API key by Basic",
            Self::Opaque => "gate, opaque token",
            Self::Jwt => "gate, JWT seen before",
        }
    }

    const fn slug(self) -> &'static str {
        match self {
            Self::ApiKey => "gate-key",
            Self::Opaque => "gate-opaque",
            Self::Jwt => "gate-jwt",
        }
    }
}

/// The name in the table.
pub(crate) const AT_HALF: &str = "gate, p99 at half of the top rate";

/// A gate with credentials, and the requests to it.
pub(crate) struct Gate<'a> {
    realm: &'a Gated,
    machines: &'a [Pair],
    probe: (&'a Fixtures, u16),
    scratch: &'a Scratch,
    plan: Plan,
}

impl<'a> Gate<'a> {
    pub(crate) fn new(
        realm: &'a Gated,
        machines: &'a [Pair],
        probe: (&'a Fixtures, u16),
        scratch: &'a Scratch,
        plan: Plan,
    ) -> Self {
        Self { realm, machines, probe, scratch, plan }
    }

    /// One kind of credential, compared with the probe's opaque look-up.
    ///
    /// # Errors
    /// With the first error.
    pub(crate) fn row(&self, known: Known) -> Result<Row, String> {
        let requests = self.requests(known)?;
        check_answers(self.realm.home.port, &requests)?;
        let folder = self.scratch.path();
        let ours = Load::new(folder, known.slug(), self.realm.home.port, &requests)?;
        let (fixtures, port) = self.probe;
        let of_probe = Work::IntrospectOpaque.of_probe(fixtures, port);
        let probe = Load::new(folder, &format!("probe-{}", known.slug()), port, &of_probe)?;
        let compared =
            compare::alternate(&mut |it| ours.run(it), &mut |it| probe.run(it), self.plan)?;
        Ok(Row::rates(known.name(), compared, 0.7))
    }

    /// All three kinds in turn, at half of the rate that the gate reaches with them. Measures the
    /// time from the moment at which each request should have been sent. The probe's opaque look-up
    /// at the same rate shows the share of the machine in this.
    ///
    /// # Errors
    /// With the first error.
    pub(crate) fn at_half_rate(&self) -> Result<Row, String> {
        let mut mixed = Vec::new();
        let all = Known::ALL.map(|known| self.requests(known));
        let [keys, opaque, jwts] = all;
        for ((key, opaque), jwt) in keys?.iter().zip(&opaque?).zip(&jwts?) {
            mixed.extend([key.bytes(), opaque.bytes(), jwt.bytes()]);
        }
        let (fixtures, probe) = self.probe;
        let of_probe = Work::IntrospectOpaque.of_probe(fixtures, probe);
        let of_probe: Vec<_> = of_probe.iter().map(Request::bytes).collect();
        let port = self.realm.home.port;
        top(port, round(&mixed), 1)?;
        let top = top(port, round(&mixed), self.plan.seconds)?;
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..self.plan.rounds {
            ours.push(steady(port, round(&mixed), top.rate / 2.0, self.plan.seconds)?);
            theirs.push(steady(probe, round(&of_probe), top.rate / 2.0, self.plan.seconds)?);
        }
        let [ours, theirs] = [ours, theirs].map(|samples| {
            let of = |field: fn(&Sample) -> f64| median(samples.iter().map(field).collect());
            let (rate, p50, p99) = (of(|it| it.rate), of(|it| it.p50), of(|it| it.p99));
            Sample { requests: 0, rate, p50, p99 }
        });
        Ok(Row::delays(AT_HALF, ours, theirs, P99))
    }

    fn requests(&self, known: Known) -> Result<Vec<Request>, String> {
        let bearer = |token: &String| format!("Bearer {token}");
        match known {
            Known::ApiKey => {
                let keys = self.realm.keys()?;
                let value = |(id, secret): &Pair| basic(id, secret);
                Ok(keys.iter().map(|key| self.realm.asks(CONTACTS, &value(key))).collect())
            }
            Known::Opaque => {
                let tokens = mint(self.realm, self.machines, OPAQUE_API, TOKENS)?;
                Ok(tokens.iter().map(|it| self.realm.asks(INVOICES, &bearer(it))).collect())
            }
            Known::Jwt => {
                let tokens = mint(self.realm, self.machines, JWT_API, TOKENS)?;
                Ok(tokens.iter().map(|it| self.realm.asks(CONTACTS, &bearer(it))).collect())
            }
        }
    }
}

/// Mints access tokens by client credentials, each different.
///
/// # Errors
/// When one is refused.
pub(super) fn mint(
    realm: &Gated,
    machines: &[Pair],
    audience: &str,
    count: usize,
) -> Result<Vec<String>, String> {
    let machines = machines.iter().cycle().take(count);
    let asked = machines.map(|machine| realm.ask_token(machine, audience)).collect();
    let take = |answer: &crate::load::answer::Answer| text(&answer.json()?, "/access_token");
    let all = Collect { asked, take, taken: Default::default() };
    let (_, all) = request_source::run(realm.home.port, PREPARE_LIMIT, all)?;
    if all.taken.len() == count {
        Ok(all.taken.into())
    } else {
        Err(format!("{} of {count} tokens were minted in time", all.taken.len()))
    }
}

/// Checks that every request is accepted: a rate of refusals would mean nothing.
///
/// # Errors
/// When one is not.
pub(super) fn check_answers(port: u16, requests: &[Request]) -> Result<(), String> {
    let mut client = Client::connect(port).map_err(|problem| problem.to_string())?;
    for request in requests {
        let answer = client.ask(request)?;
        let subject = answer.field("x-postern-subject").unwrap_or_default();
        if answer.status != 200 || subject.is_empty() {
            return Err(format!("not let in: {}", answer.in_words()));
        }
    }
    Ok(())
}

/// The rate in a closed loop.
pub(super) fn top(port: u16, next: Next<'_>, seconds: u32) -> Result<Sample, String> {
    one(port, Stream::closed(next), seconds)
}

fn steady(port: u16, next: Next<'_>, rate: f64, seconds: u32) -> Result<Sample, String> {
    let stream =
        Stream { connections: CONNECTIONS, rate: SendRate::Open(rate), ..Stream::closed(next) };
    one(port, stream, seconds)
}

fn one(port: u16, stream: Stream<'_>, seconds: u32) -> Result<Sample, String> {
    let samples = pump::run(port, Duration::from_secs(seconds.into()), vec![stream])?;
    samples.first().copied().ok_or_else(|| "nothing was measured".to_owned())
}
