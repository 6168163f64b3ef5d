//! Starts the real program in its own folder on free ports, and talks to it.
//!
//! Invariant: a started process ends when its [`Server`] is dropped, and its folder is removed.

pub(crate) mod admin;
pub(crate) mod clock;
pub(crate) mod http;
pub(crate) mod jwt;
pub(crate) mod ports;
pub(crate) mod realm;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use admin::Admin;

/// The time limit for a start: the first one makes keys, and other tests run.
const START: Duration = Duration::from_secs(60);

/// A running `postern`.
pub(crate) struct Server {
    child: Child,
    folder: Option<TempDir>,
    log: PathBuf,
    /// The portal of `dev`, the one realm of `serve`: what answers `/readyz`.
    pub(crate) base: String,
    /// The time from the start to the first answer.
    pub(crate) took: Duration,
}

impl Server {
    /// `postern dev`, with the most detailed log.
    pub(crate) fn dev() -> Self {
        Self::dev_in(tempfile::tempdir().unwrap())
    }

    /// `postern dev` in a folder that may have data already.
    pub(crate) fn dev_in(folder: TempDir) -> Self {
        // Another test may take a port between the check and the use.
        for _ in 0..5 {
            let port = ports::seven();
            let mut command = postern();
            command.arg("dev").args(["--port", &port.to_string()]);
            command.arg("--data").arg(folder.path().join("data"));
            let base = format!("http://127.0.0.1:{port}");
            match start(command, folder.path(), base) {
                Ok(started) => return started.with(folder),
                Err(reported) if reported.contains("in use") => {}
                Err(reported) => panic!("postern dev did not start:\n{reported}"),
            }
        }
        panic!("no free ports");
    }

    /// `postern serve` for the configuration in `folder`, with a realm at `base`.
    pub(crate) fn serve(folder: TempDir, base: &str) -> Self {
        let mut command = postern();
        command.arg("serve").arg("--config").arg(folder.path().join("postern.toml"));
        match start(command, folder.path(), base.to_owned()) {
            Ok(started) => started.with(folder),
            Err(reported) => panic!("postern serve did not start:\n{reported}"),
        }
    }

    fn with(mut self, folder: TempDir) -> Self {
        self.folder = Some(folder);
        self
    }

    /// Its folder.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.as_ref().unwrap().path()
    }

    /// Its log, over all its starts.
    pub(crate) fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(&self.log).unwrap()).into_owned()
    }

    /// Its standard output.
    pub(crate) fn printed(&self) -> String {
        fs::read_to_string(self.folder().join("out.txt")).unwrap()
    }

    /// `demo.json` of `dev`.
    pub(crate) fn demo(&self) -> Value {
        let text = fs::read(self.folder().join("data/demo.json")).unwrap();
        serde_json::from_slice(&text).unwrap()
    }

    /// The admin API of a realm of `dev`.
    pub(crate) fn admin(&self, realm: &str) -> Admin {
        let demo = &self.demo()["realms"][realm];
        Admin::new(demo["base"].as_str().unwrap(), demo["admin_key"].as_str().unwrap())
    }

    /// Kills it, as a power failure does; its folder stays.
    pub(crate) fn kill(mut self) -> TempDir {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.folder.take().unwrap()
    }

    /// Ends it in order; its folder stays.
    pub(crate) fn end(mut self) -> TempDir {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        let ended = self.child.wait().unwrap();
        assert!(ended.success(), "it ended with {ended}:\n{}", self.log());
        self.folder.take().unwrap()
    }
}

impl Server {
    /// Asks it to end. Returns how it ended, and its log.
    pub(crate) fn signal_and_wait(mut self) -> (std::process::ExitStatus, String) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        let ended = self.child.wait().unwrap();
        (ended, self.log())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The program, without the environment of this process.
pub(crate) fn postern() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_postern"));
    command.env_remove("POSTERN_MASTER_KEY").env_remove("POSTERN_LOG");
    command
}

/// Runs it to its end.
pub(crate) fn run(arguments: &[&str]) -> Output {
    postern().args(arguments).stdin(Stdio::null()).output().unwrap()
}

fn start(mut command: Command, folder: &Path, base: String) -> Result<Server, String> {
    let log = folder.join("log.txt");
    let append = |path: &Path| File::options().create(true).append(true).open(path).unwrap();
    let out = append(&folder.join("out.txt"));
    command.stdin(Stdio::null()).stdout(out).stderr(append(&log));
    command.env("POSTERN_LOG", "trace");
    let ready = http::get(&base, "/readyz");
    let started = Instant::now();
    let mut child = command.spawn().unwrap();
    loop {
        if let Some(answer) = ready.try_send()
            && answer.status == 200
        {
            let took = started.elapsed();
            return Ok(Server { child, folder: None, log, base, took });
        }
        let reported = || String::from_utf8_lossy(&fs::read(&log).unwrap()).into_owned();
        if let Some(ended) = child.try_wait().unwrap() {
            return Err(format!("{ended}\n{}", reported()));
        }
        if started.elapsed() > START {
            let _ = child.kill();
            let _ = child.wait();
            return Err(format!("not ready in time\n{}", reported()));
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}
