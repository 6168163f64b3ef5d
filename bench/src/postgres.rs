//! Our own PostgreSQL server in a temporary folder, for the time of a measurement. It commits to
//! the disk, as in production.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::ports;

/// The account that Debian's package makes: PostgreSQL refuses to run as root.
const USER: &str = "postgres";
const SETTINGS: [&str; 3] =
    ["listen_addresses=127.0.0.1", "max_connections=100", "log_min_messages=warning"];
const STARTING: Duration = Duration::from_secs(30);
const STOPPING: Duration = Duration::from_secs(10);

/// A running server; dropping it stops it and removes its folder.
#[derive(Debug)]
pub(crate) struct Postgres {
    server: Child,
    folder: PathBuf,
    port: u16,
}

impl Postgres {
    /// Makes a database and starts a server.
    ///
    /// # Errors
    /// What initdb or the server wrote.
    pub(crate) fn start() -> Result<Self, String> {
        let programs = programs().ok_or("no PostgreSQL under /usr/lib/postgresql")?;
        let name = format!("postern-bench-{}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir(&folder).map_err(|it| format!("{}: {it}", folder.display()))?;
        let started = start_in(&programs, &folder);
        if started.is_err() {
            let _best_effort = fs::remove_dir_all(&folder);
        }
        started
    }

    /// The address for connecting as the superuser.
    pub(crate) fn url(&self) -> String {
        format!("postgres://{USER}@127.0.0.1:{}/postgres", self.port)
    }
}

fn start_in(programs: &Path, folder: &Path) -> Result<Postgres, String> {
    if is_root() {
        run(Command::new("chown").arg(USER).arg(folder))?;
    }
    let mut initdb = as_user(&programs.join("initdb"));
    initdb.args(["--username", USER, "--auth=trust", "--encoding=UTF8", "--no-locale"]);
    run(initdb.args(["--no-sync", "--pgdata"]).arg(folder.join("data")).current_dir(folder))?;
    let port = ports::free(1)?;
    let server = serve(programs, folder, port).map_err(|problem| format!("postgres: {problem}"))?;
    let postgres = Postgres { server, folder: folder.into(), port };
    let mut asking = Command::new(programs.join("pg_isready"));
    asking.args(["--quiet", "--host=127.0.0.1", "--port", &port.to_string()]);
    let started = Instant::now();
    while run(&mut asking).is_err() {
        if started.elapsed() > STARTING {
            let log = fs::read_to_string(folder.join("log")).unwrap_or_default();
            return Err(format!("postgres does not answer\n{log}"));
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(postgres)
}

fn serve(programs: &Path, folder: &Path, port: u16) -> std::io::Result<Child> {
    let log = File::create(folder.join("log"))?;
    let mut command = as_user(&programs.join("postgres"));
    command.arg("-D").arg(folder.join("data")).args(["-p", &port.to_string(), "-k"]).arg(folder);
    command.args(SETTINGS.iter().flat_map(|setting| ["-c", setting])).current_dir(folder);
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).spawn()
}

impl Drop for Postgres {
    /// SIGINT is PostgreSQL's fast shutdown: sessions end, nothing waits for clients.
    fn drop(&mut self) {
        let process = self.server.id().to_string();
        let _gone_is_fine = run(Command::new("kill").args(["-s", "INT", &process]));
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
fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?.flatten();
    let numbered = versions.filter_map(|version| {
        let number: u32 = version.file_name().to_str()?.parse().ok()?;
        Some((number, version.path().join("bin")))
    });
    numbered.filter(|(_, bin)| bin.join("initdb").exists()).max().map(|(_, bin)| bin)
}

/// `program` as a user that is not root, ended when the thread that starts it ends.
fn as_user(program: &Path) -> Command {
    let mut command = Command::new("setpriv");
    command.arg("--pdeathsig=INT");
    if is_root() {
        command.args(["--reuid", USER, "--regid", USER, "--init-groups"]);
    }
    command.arg("--").arg(program);
    command
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

fn run(command: &mut Command) -> Result<(), String> {
    let output = command.stdin(Stdio::null()).output();
    let output = output.map_err(|problem| format!("{command:?}: {problem}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    if output.status.success() { Ok(()) } else { Err(format!("{command:?}: {said}")) }
}
