//! One run: starts the servers, measures each kind of work, prints the table.

use std::time::Duration;

use crate::arguments::Arguments;
use crate::children::Server;
use crate::compare::{self, Plan};
use crate::flows::{Flow, Flows};
use crate::gate::known::{self, Known};
use crate::gate::{flood, fresh, scale};
use crate::load::client::Client;
use crate::load::request::Request;
use crate::load::wrk::Load;
use crate::probe::Fixtures;
use crate::scratch::Scratch;
use crate::subject::dev::Dev;
use crate::subject::gated::{Gated, Setting};
use crate::subject::rfc::Rfc;
use crate::table::{Row, Table};
use crate::work::Work;
use crate::{coldstart, flows, footprint, growth, ports, revocation, verifying};

/// Runs everything that was requested and prints the table.
///
/// # Errors
/// When the probe cannot be measured: without it no other figure means anything.
pub(crate) fn run(arguments: &Arguments) -> Result<(), String> {
    let scratch = Scratch::new()?;
    let probe = Probe::start(&scratch, "probe")?;
    let mut table = Table::default();
    if arguments.calibrate {
        let other = Probe::start(&scratch, "other")?;
        calibrate(arguments, &scratch, (&other, &probe), &mut table);
    } else {
        let mut all = Measuring { arguments, scratch: &scratch, probe: &probe, table: &mut table };
        for (name, outcome) in [
            ("realm by the RFCs", all.rfc()),
            ("flows with people", all.flows()),
            ("demo realms", all.demo()),
            ("cold start", all.cold_start()),
            ("gate", all.gate()),
            (scale::NAME, all.scale()),
            (flood::NAME, all.flood()),
            (verifying::NAME, all.verifying()),
            (revocation::NAME, all.revocation()),
        ] {
            if let Err(problem) = outcome {
                all.table.0.push(Row::failed(name, &problem));
            }
        }
    }
    print!("{table}");
    Ok(())
}

/// The context of a run.
struct Measuring<'a> {
    arguments: &'a Arguments,
    scratch: &'a Scratch,
    probe: &'a Probe,
    table: &'a mut Table,
}

impl Measuring<'_> {
    /// A realm with the RFC dialect: its kinds of work, and what issued tokens leave in the
    /// database.
    fn rfc(&mut self) -> Result<(), String> {
        let wanted = |work: &Work| !work.is_of_demo() && self.arguments.wants(work.name());
        if !Work::ALL.iter().any(wanted) && !self.arguments.wants("database") {
            return Ok(());
        }
        let realm = Rfc::start(&self.arguments.server, self.scratch, "rfc", ports::free(1)?)?;
        for work in Work::ALL.into_iter().filter(|work| self.arguments.wants(work.name())) {
            if let Some((port, requests)) = realm.requests(work) {
                self.beside(work, (port, &requests));
            }
        }
        if self.arguments.wants("database") {
            self.table.0.push(growth::row(realm, self.scratch, self.arguments.issue)?);
        }
        Ok(())
    }

    /// The flows with users, in their own realm.
    fn flows(&mut self) -> Result<(), String> {
        let wanted = |flow: &Flow| self.arguments.wants(flow.name());
        let wanted: Vec<Flow> = Flow::ALL.into_iter().filter(wanted).collect();
        if wanted.is_empty() {
            return Ok(());
        }
        let realm = Rfc::start(&self.arguments.server, self.scratch, "people", ports::free(1)?)?;
        let probe = (&self.probe.fixtures, self.probe.port);
        let flows =
            Flows::new(realm, probe, self.scratch, self.arguments.plan, self.arguments.users)?;
        self.table.0.extend(wanted.into_iter().map(|flow| flows.row(flow)));
        Ok(())
    }

    /// The start with many credentials.
    fn cold_start(&mut self) -> Result<(), String> {
        let Arguments { server, credentials, .. } = self.arguments;
        if self.arguments.wants("first answer") {
            self.table.0.extend(coldstart::rows(server, self.scratch, *credentials)?);
        }
        Ok(())
    }

    /// The gate, with known credentials and with new tokens.
    fn gate(&mut self) -> Result<(), String> {
        let wants = |name: &str| self.arguments.wants(name);
        let known: Vec<_> = Known::ALL.into_iter().filter(|it| wants(it.name())).collect();
        if known.is_empty() && !wants(known::AT_HALF) && !wants(fresh::NAME) {
            return Ok(());
        }
        let Arguments { server, plan, .. } = self.arguments;
        let realm = Gated::start(Setting::alone(server, self.scratch, "gate"))?;
        let machines = realm.machines()?;
        let probe = (&self.probe.fixtures, self.probe.port);
        let gate = known::Gate::new(&realm, &machines, probe, self.scratch, *plan);
        for known in known {
            eprintln!("bench: {}", known.name());
            self.table.0.push(gate.row(known)?);
        }
        if self.arguments.wants(known::AT_HALF) {
            eprintln!("bench: {}", known::AT_HALF);
            self.table.0.push(gate.at_half_rate()?);
        }
        if self.arguments.wants(fresh::NAME) {
            eprintln!("bench: {}", fresh::NAME);
            self.table.0.push(fresh::row(realm, &machines, probe, *plan)?);
        }
        Ok(())
    }

    /// The gate with up to a million keys.
    fn scale(&mut self) -> Result<(), String> {
        if self.arguments.wants_long(scale::NAME) {
            let Arguments { server, plan, .. } = self.arguments;
            self.table.0.extend(scale::rows(server, self.scratch, *plan)?);
        }
        Ok(())
    }

    /// The gate during a flood of random credentials.
    fn flood(&mut self) -> Result<(), String> {
        if self.arguments.wants(flood::NAME) {
            let Arguments { server, plan, .. } = self.arguments;
            self.table.0.extend(flood::rows(server, self.scratch, *plan)?);
        }
        Ok(())
    }

    /// The library in an API's own process.
    fn verifying(&mut self) -> Result<(), String> {
        if self.arguments.wants(verifying::NAME) {
            self.table.0.extend(verifying::rows(self.scratch, self.arguments.plan)?);
        }
        Ok(())
    }

    /// Three nodes, and how long a revocation takes to reach all observers.
    fn revocation(&mut self) -> Result<(), String> {
        let Arguments { server, revoke, chart, .. } = self.arguments;
        if self.arguments.wants(revocation::NAME) {
            let asked = (*revoke, chart.as_ref());
            self.table.0.extend(revocation::rows(server, self.scratch, asked)?);
        }
        Ok(())
    }

    fn beside(&mut self, work: Work, ours: (u16, &[Request])) {
        let row = beside(work, self.scratch, ours, self.probe, self.arguments.plan);
        self.table.0.push(row);
    }

    /// The five demo realms: memory idle, their kinds of work, memory under load.
    fn demo(&mut self) -> Result<(), String> {
        let wanted = |work: &Work| work.is_of_demo() && self.arguments.wants(work.name());
        if !Work::ALL.iter().any(wanted) && !self.arguments.wants("memory") {
            return Ok(());
        }
        let base = ports::free(7)?;
        let dev = Dev::start(&self.arguments.server, self.scratch, "dev", base)?;
        let process = dev.server.process();
        if self.arguments.wants("memory") {
            self.table.0.push(footprint::idle("memory, five realms, idle", process, 50.0));
        }
        let mut loads = Vec::new();
        for work in Work::ALL {
            let Some((port, requests)) = dev.requests(work)? else { continue };
            if self.arguments.wants(work.name()) {
                self.beside(work, (port, &requests));
            }
            let name = format!("memory-{}", work.slug());
            loads.push(Load::new(self.scratch.path(), &name, port, &requests)?);
        }
        if self.arguments.wants("memory") {
            let what = "memory, five realms, under load";
            self.table.0.push(footprint::loaded(what, process, &loads, 100.0));
        }
        dev.server.stop()
    }
}

fn calibrate(
    arguments: &Arguments,
    scratch: &Scratch,
    (other, probe): (&Probe, &Probe),
    table: &mut Table,
) {
    for work in Work::ALL.into_iter().filter(|work| arguments.wants(work.name())) {
        let requests = work.of_probe(&other.fixtures, other.port);
        table.0.push(beside(work, scratch, (other.port, &requests), probe, arguments.plan));
    }
    for flow in Flow::ALL.into_iter().filter(|flow| arguments.wants(flow.name())) {
        let [other, probe] = [other, probe].map(|probe| (&probe.fixtures, probe.port));
        table.0.extend(flows::calibrate(flow, other, probe, arguments.plan));
    }
}

/// Measures `work` on our server, given as port and requests, compared with the probe.
fn beside(
    work: Work,
    scratch: &Scratch,
    (port, requests): (u16, &[Request]),
    probe: &Probe,
    plan: Plan,
) -> Row {
    eprintln!("bench: {}", work.name());
    let measured = (|| {
        let of_probe = work.of_probe(&probe.fixtures, probe.port);
        check_answers(work, port, requests)?;
        check_answers(work, probe.port, &of_probe)?;
        let ours = Load::new(scratch.path(), work.slug(), port, requests)?;
        let name = format!("probe-{}", work.slug());
        let probe = Load::new(scratch.path(), &name, probe.port, &of_probe)?;
        compare::alternate(&mut |it| ours.run(it), &mut |it| probe.run(it), plan)
    })();
    match measured {
        Ok(compared) => Row::rates(work.name(), compared, work.target()),
        Err(problem) => Row::failed(work.name(), &problem),
    }
}

/// Checks that every request gets the right answer: a rate of refusals would mean nothing.
fn check_answers(work: Work, port: u16, requests: &[Request]) -> Result<(), String> {
    let mut client = Client::connect(port).map_err(|problem| problem.to_string())?;
    for request in requests {
        let answer = client.ask(request)?.json()?;
        if !work.is_right(&answer) {
            return Err(format!("{}: wrong answer: {answer}", work.name()));
        }
    }
    Ok(())
}

/// A running ceiling probe.
struct Probe {
    _server: Server,
    fixtures: Fixtures,
    port: u16,
}

impl Probe {
    fn start(scratch: &Scratch, name: &str) -> Result<Self, String> {
        let folder = scratch.folder(name)?;
        let port = ports::free(1)?;
        let program = std::env::current_exe().map_err(|problem| problem.to_string())?;
        let (path, number) = (folder.display().to_string(), port.to_string());
        let log = scratch.path().join(format!("{name}.log"));
        let mut server = Server::start(&program, &["probe", &path, &number], &log)?;
        let asked = Request::new("POST", port, "/introspect").form(&[("token", "1.x")]);
        server.until(port, &asked).map_err(|problem| {
            format!("probe: {problem}\n{}", std::fs::read_to_string(&log).unwrap_or_default())
        })?;
        std::thread::sleep(Duration::from_millis(50));
        Ok(Self { _server: server, fixtures: Fixtures::load(&folder)?, port })
    }
}
