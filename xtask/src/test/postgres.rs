//! A PostgreSQL server of our own, in a temporary folder, for as long as the tests run.
//!
//! It runs without fsync: the crash cases of the store suite kill the process that writes to the
//! database, never the database, so nothing they assert depends on the disk.

use std::fs::{self, File};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::packages::is_root;
use crate::process::{self, Finished};

/// The account that Debian's package makes: PostgreSQL refuses to run as root.
const USER: &str = "postgres";
const SETTINGS: &[&str] = &[
    "listen_addresses=127.0.0.1",
    "max_connections=400",
    "shared_buffers=64MB",
    "fsync=off",
    "full_page_writes=off",
    "log_min_messages=warning",
];
const STARTING: Duration = Duration::from_secs(30);
const STOPPING: Duration = Duration::from_secs(10);

/// A running server; dropping it stops it and removes its folder.
#[derive(Debug)]
pub(super) struct Postgres {
    server: Child,
    folder: PathBuf,
    port: u16,
}

impl Postgres {
    /// Makes a database in a new folder and starts a server on a free port.
    ///
    /// # Errors
    /// What initdb or the server wrote.
    pub(super) fn start() -> Result<Self, String> {
        let programs =
            programs().ok_or("no PostgreSQL server under /usr/lib/postgresql or in PATH")?;
        let folder = new_folder()?;
        let started = Self::start_in(&programs, &folder);
        if started.is_err() {
            let _best_effort = fs::remove_dir_all(&folder);
        }
        started
    }

    /// Where clients connect: every local client is let in as the superuser.
    pub(super) fn url(&self) -> String {
        format!("postgres://{USER}@127.0.0.1:{}/postgres", self.port)
    }

    fn start_in(programs: &Path, folder: &Path) -> Result<Self, String> {
        let data = folder.join("data");
        let mut initdb = as_user(&programs.join("initdb"));
        initdb.args(["--username", USER, "--auth=trust", "--encoding=UTF8", "--no-locale"]);
        initdb.args(["--no-sync", "--pgdata"]).arg(&data).current_dir(folder);
        match process::run(&mut initdb)? {
            Finished { status, .. } if status.success() => {}
            Finished { status, output } => return Err(format!("{output}\ninitdb: {status}")),
        }
        let port = free_port()?;
        let log = folder.join("log");
        let mut server =
            Self { server: serve(programs, folder, port)?, folder: folder.into(), port };
        server.wait_until_ready(programs).map_err(|problem| {
            format!("{}\npostgres: {problem}", fs::read_to_string(log).unwrap_or_default())
        })?;
        Ok(server)
    }

    fn wait_until_ready(&mut self, programs: &Path) -> Result<(), String> {
        let port = self.port.to_string();
        let mut asking = Command::new(programs.join("pg_isready"));
        asking.args(["--quiet", "--host=127.0.0.1", "--port", &port]);
        let started = Instant::now();
        while !process::run(&mut asking)?.status.success() {
            if let Ok(Some(status)) = self.server.try_wait() {
                return Err(format!("ended at once: {status}"));
            }
            if started.elapsed() > STARTING {
                return Err("does not answer".to_owned());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }
}

impl Drop for Postgres {
    /// SIGINT is PostgreSQL's fast shutdown: sessions end, nothing waits for clients.
    fn drop(&mut self) {
        process::signal("INT", &self.server.id().to_string());
        let asked = Instant::now();
        while matches!(self.server.try_wait(), Ok(None)) {
            if asked.elapsed() > STOPPING {
                let _may_be_gone = self.server.kill();
                let _reaped = self.server.wait();
                break;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let _best_effort = fs::remove_dir_all(&self.folder);
    }
}

/// The folder of the newest server's programs.
pub(super) fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let of_debian = versions.filter_map(|version| {
        let number: u32 = version.file_name().to_str()?.parse().ok()?;
        Some((number, version.path().join("bin")))
    });
    let newest = of_debian.filter(|(_, bin)| bin.join("initdb").exists()).max();
    let in_path = || {
        let path = crate::environment::variable("PATH")?;
        std::env::split_paths(&path).find(|bin| bin.join("initdb").exists())
    };
    newest.map(|(_, bin)| bin).or_else(in_path)
}

fn serve(programs: &Path, folder: &Path, port: u16) -> Result<Child, String> {
    let failed = |problem: std::io::Error| format!("postgres: {problem}");
    let log = File::create(folder.join("log")).map_err(failed)?;
    let mut command = as_user(&programs.join("postgres"));
    command.arg("-D").arg(folder.join("data")).args(["-p", &port.to_string(), "-k"]).arg(folder);
    command.args(SETTINGS.iter().flat_map(|setting| ["-c", setting])).current_dir(folder);
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let out = log.try_clone().map_err(failed)?;
    command.stdin(Stdio::null()).stdout(out).stderr(log).spawn().map_err(failed)
}

/// `program` as a user that is not root, and ended when we end without a word.
fn as_user(program: &Path) -> Command {
    let mut command = Command::new("setpriv");
    command.arg("--pdeathsig=INT");
    if is_root() {
        command.args(["--reuid", USER, "--regid", USER, "--init-groups"]);
    }
    command.arg("--").arg(program);
    command
}

const PREFIX: &str = "postern-test-";

/// In the system's folder for temporary files: other users may not be able to reach the workspace.
fn new_folder() -> Result<PathBuf, String> {
    remove_abandoned();
    let folder = std::env::temp_dir().join(format!("{PREFIX}{}", std::process::id()));
    let failed = |problem| format!("{}: {problem}", folder.display());
    fs::create_dir(&folder).map_err(failed)?;
    if is_root() {
        let mut chown = Command::new("chown");
        if !process::run(chown.arg(USER).arg(&folder))?.status.success() {
            return Err(format!("cannot give {} to {USER}", folder.display()));
        }
    }
    Ok(folder)
}

/// Removes the folders of runs that were killed: those whose process is gone.
fn remove_abandoned() {
    let entries = fs::read_dir(std::env::temp_dir()).into_iter().flatten().flatten();
    for entry in entries {
        let name = entry.file_name();
        let process = name.to_str().and_then(|name| name.strip_prefix(PREFIX)?.parse::<u32>().ok());
        if process.is_some_and(|process| !Path::new(&format!("/proc/{process}")).exists()) {
            let _best_effort = fs::remove_dir_all(entry.path());
        }
    }
}

fn free_port() -> Result<u16, String> {
    let bound = TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr());
    bound.map(|address| address.port()).map_err(|problem| format!("no free port: {problem}"))
}
