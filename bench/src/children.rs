//! The servers under measurement: started on their core, checked until ready, stopped when dropped.

use std::fs::File;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::load::answer::Answer;
use crate::load::client::Client;
use crate::load::request::Request;

/// The core of the server; the load runs on the other one.
pub(crate) const SERVER_CORE: &str = "0";
const STARTING: Duration = Duration::from_secs(60);
const STOPPING: Duration = Duration::from_secs(20);

/// The cores that a server may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Core {
    /// On [`SERVER_CORE`].
    Servers,
    /// All cores, where several servers and their load share the machine.
    Any,
}

/// A running server.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    started: Instant,
}

impl Server {
    /// Starts `program` on the server's core; what it prints goes to `log`.
    ///
    /// # Errors
    /// When it cannot be started.
    pub(crate) fn start(program: &Path, arguments: &[&str], log: &Path) -> Result<Self, String> {
        Self::start_on(Core::Servers, program, arguments, log)
    }

    /// The same, on `core`.
    ///
    /// # Errors
    /// When it cannot be started.
    pub(crate) fn start_on(
        core: Core,
        program: &Path,
        arguments: &[&str],
        log: &Path,
    ) -> Result<Self, String> {
        let failed = |problem: std::io::Error| format!("{}: {problem}", program.display());
        let file = File::create(log).map_err(failed)?;
        let second = file.try_clone().map_err(failed)?;
        let started = Instant::now();
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig=TERM", "--"]);
        if core == Core::Servers {
            command.args(["taskset", "-c", SERVER_CORE]);
        }
        command.arg(program).args(arguments);
        command.stdin(Stdio::null()).stdout(file).stderr(second);
        Ok(Self { child: command.spawn().map_err(failed)?, started })
    }

    /// Sends `request` to `port` until it is answered with success. Returns the time since the
    /// start.
    ///
    /// # Errors
    /// When the server ends, or has not answered so after a minute.
    pub(crate) fn until(&mut self, port: u16, request: &Request) -> Result<Duration, String> {
        loop {
            let asked = Client::connect(port).ok().map(|mut client| client.ask(request));
            match asked {
                Some(Ok(Answer { status: 200..300, .. })) => return Ok(self.started.elapsed()),
                Some(Ok(answer)) if self.started.elapsed() > STARTING => {
                    return Err(format!("not ready: {} {}", answer.status, answer.body));
                }
                _ if self.started.elapsed() > STARTING => return Err("does not answer".to_owned()),
                _ => {}
            }
            if let Ok(Some(status)) = self.child.try_wait() {
                return Err(format!("ended at start: {status}"));
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// The process, for [`crate::memory`].
    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    /// Asks the server to end (SIGTERM) and waits until it has ended.
    ///
    /// # Errors
    /// When it had to be killed.
    pub(crate) fn stop(mut self) -> Result<(), String> {
        self.end()
    }

    fn end(&mut self) -> Result<(), String> {
        if !matches!(self.child.try_wait(), Ok(None)) {
            return Ok(());
        }
        let kill = format!("kill -s TERM {}", self.child.id());
        let _gone_is_fine = Command::new("sh").args(["-c", &kill]).status();
        let asked = Instant::now();
        while matches!(self.child.try_wait(), Ok(None)) {
            if asked.elapsed() > STOPPING {
                let _may_be_gone = self.child.kill();
                let _reaped = self.child.wait();
                return Err("did not end when asked to".to_owned());
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _dropped_on_the_way_out = self.end();
    }
}
