//! `crates/verify` in the process of an API: tokens seen before, each checked against a million
//! revocations, on one core.

pub(crate) mod issuer;

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::http::Method;
use base::Secret;
use verify::{Presented, RequestInfo, Verifier};

use self::issuer::AUDIENCE;
use crate::children::{Core, Server};
use crate::compare::{Plan, median};
use crate::load::pinned::run_pinned;
use crate::load::request::Request;
use crate::scratch::Scratch;
use crate::table::{Row, thousands};
use crate::{memory, ports};

/// The name in the table.
pub(crate) const NAME: &str = "verify in the process, seen token, a million bad marks";
/// The target, in verifications per second.
const TARGET: f64 = 1e6;
/// The limit on the memory of a million revocations, in MiB.
const MEMORY: f64 = 8.0;
/// The number of verifications between two readings of the clock.
const BATCH: u64 = 1_024;
const PATIENCE: Duration = Duration::from_secs(20);

/// The rate, and the memory of the revocations.
///
/// # Errors
/// With the first error.
pub(crate) fn rows(scratch: &Scratch, plan: Plan) -> Result<Vec<Row>, String> {
    let (folder, port) = (scratch.folder("issuer")?, ports::free(1)?);
    let program = std::env::current_exe().map_err(|problem| problem.to_string())?;
    let arguments = ["issuer", &folder.display().to_string(), &port.to_string()];
    let log = scratch.path().join("issuer.log");
    let mut server = Server::start_on(Core::Servers, &program, &arguments, &log)?;
    server.until(port, &Request::new("GET", port, "/jwks.json"))?;
    let tokens = std::fs::read_to_string(issuer::tokens(&folder));
    let tokens = tokens.map_err(|problem| format!("tokens: {problem}"))?;
    let tokens: Vec<_> = tokens.lines().map(|it| Presented::Bearer(Secret::new(it))).collect();
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(1).enable_all();
    let runtime = runtime.build().map_err(|problem| format!("runtime: {problem}"))?;
    let before = memory::of(std::process::id())?.rss;
    let verifier = runtime.block_on(async { follow(&format!("http://127.0.0.1:{port}")) })?;
    runtime.block_on(all_pass(&verifier, &tokens))?;
    let grown = memory::of(std::process::id())?.rss - before;
    let held = verifier.following().map_or(f64::MAX, |it| it.bytes as f64 / 1_048_576.0);
    let measure = |seconds: u32| {
        let time = Duration::from_secs(seconds.into());
        run_pinned(|| runtime.handle().block_on(rate(&verifier, &tokens, time)))
    };
    measure(1)?;
    let rates: Result<Vec<_>, _> = (0..plan.rounds).map(|_| measure(plan.seconds)).collect();
    let rate = median(rates?);
    Ok(vec![
        Row::limit(
            NAME,
            format!("{}/s · {:.2} µs", thousands(rate as u64), 1e6 / rate),
            format!("> {}/s", thousands(TARGET as u64)),
            rate > TARGET,
        ),
        Row::limit(
            "verify, a million bad marks in memory",
            format!("{held:.1} MiB; process +{grown:.1}"),
            format!("< {MEMORY} MiB"),
            held < MEMORY,
        ),
    ])
}

fn follow(issuer: &str) -> Result<Arc<Verifier>, String> {
    let builder = Verifier::builder().issuer(issuer).audience(AUDIENCE);
    let builder = builder.jwks_url(format!("{issuer}/jwks.json"));
    let verifier = builder.follow(format!("{issuer}/feed")).build();
    verifier.map(Arc::new).map_err(|problem| problem.to_string())
}

/// Checks that every token is accepted: at first the verifier may have no data yet.
async fn all_pass(verifier: &Verifier, tokens: &[Presented]) -> Result<(), String> {
    let (started, request) = (Instant::now(), request());
    for token in tokens {
        while let Err(no) = verifier.verify(token, &request).await {
            if started.elapsed() > PATIENCE {
                return Err(format!("a good token is refused: {no}"));
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    Ok(())
}

/// The rate in verifications per second.
async fn rate(verifier: &Verifier, tokens: &[Presented], time: Duration) -> Result<f64, String> {
    let (mut all, request, started) = (tokens.iter().cycle(), request(), Instant::now());
    let mut count = 0_u64;
    while started.elapsed() < time {
        for token in all.by_ref().take(BATCH as usize) {
            let verified = verifier.verify(token, &request).await;
            verified.map_err(|no| format!("a good token is refused: {no}"))?;
        }
        count += BATCH;
    }
    Ok(count as f64 / started.elapsed().as_secs_f64())
}

/// As a layer in front of the service would tell it.
pub(crate) fn request() -> RequestInfo {
    RequestInfo {
        method: Method::GET,
        path: "/contacts/4711".to_owned(),
        request_id: None,
        remote: None,
    }
}
