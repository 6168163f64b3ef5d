//! A PostgreSQL server for tests: the one in `POSTERN_TEST_POSTGRES`, or one that this process
//! starts in a temporary folder, which ends with the process.

use std::fs::{self, File};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{OnceLock, mpsc};
use std::time::Duration;

/// The account of Debian's package: PostgreSQL refuses to run as root.
const USER: &str = "postgres";
const PREFIX: &str = "postern-suite-";
/// Without fsync: tests kill the processes that write to the database, never the database.
const SETTINGS: &[&str] =
    &["listen_addresses=127.0.0.1", "max_connections=400", "fsync=off", "full_page_writes=off"];

/// The address for connecting as a superuser: `postgres://user@host:port/database`, without
/// options.
///
/// # Panics
/// When the variable is not set and no server can be started.
pub fn url() -> &'static str {
    static URL: OnceLock<String> = OnceLock::new();
    URL.get_or_init(|| named().unwrap_or_else(start))
}

#[allow(clippy::disallowed_methods, reason = "the one place where tests learn of a server")]
fn named() -> Option<String> {
    std::env::var("POSTERN_TEST_POSTGRES").ok().filter(|url| !url.is_empty())
}

/// Starts a server from a thread that lives as long as the process: a child's parent-death signal
/// follows the thread that made it.
fn start() -> String {
    let (sender, ready) = mpsc::channel();
    std::thread::spawn(move || {
        let server = Server::start();
        sender.send(server.url()).unwrap();
        loop {
            std::thread::park();
        }
    });
    ready.recv().expect("a PostgreSQL server for the tests")
}

/// A server of its own for one test, beside the shared one.
#[derive(Debug)]
pub struct Server {
    process: std::process::Child,
    folder: PathBuf,
    programs: PathBuf,
    port: u16,
}

impl Server {
    /// Makes a database in a new folder and starts a server on a free port. It ends when the
    /// calling thread ends.
    ///
    /// # Panics
    /// When there is no server to start, or it does not start.
    pub fn start() -> Self {
        Self::start_in(new_folder())
    }

    /// As [`Server::start`], with TLS: a certificate and its key, in PEM.
    ///
    /// # Panics
    /// As [`Server::start`].
    pub fn start_encrypted(certificate: &str, key: &str) -> Self {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = new_folder();
        for (name, text) in [("certificate", certificate), ("key", key)] {
            let file = folder.join(name);
            fs::write(&file, text).unwrap();
            fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
            give(&file);
        }
        Self::start_in(folder)
    }

    fn start_in(folder: PathBuf) -> Self {
        let programs = programs().expect("PostgreSQL under /usr/lib/postgresql");
        run(as_user(&programs.join("initdb"))
            .args(["--username", USER, "--auth=trust", "--encoding=UTF8", "--no-locale"])
            .args(["--no-sync", "--pgdata"])
            .arg(folder.join("data"))
            .current_dir(&folder));
        let port = free_port();
        let process = serve(&programs, &folder, port);
        let server = Self { process, folder, programs, port };
        server.wait_until_ready();
        server
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The address for connecting as a superuser.
    pub fn url(&self) -> String {
        format!("postgres://{USER}@127.0.0.1:{}/postgres", self.port)
    }

    /// Ends the server at once, as a power failure does.
    pub fn kill(&mut self) {
        run(Command::new("kill").args(["-QUIT", &self.process.id().to_string()]));
        self.process.wait().unwrap();
    }

    /// Shuts the server down in order: running transactions are rolled back.
    pub fn end(&mut self) {
        run(Command::new("kill").args(["-INT", &self.process.id().to_string()]));
        self.process.wait().unwrap();
    }

    /// Starts it again, on the same port.
    pub fn restart(&mut self) {
        self.process = serve(&self.programs, &self.folder, self.port);
        self.wait_until_ready();
    }

    fn wait_until_ready(&self) {
        let port = self.port.to_string();
        for _ in 0..600 {
            let mut asking = Command::new(self.programs.join("pg_isready"));
            asking.args(["--quiet", "--host=127.0.0.1", "--port", &port]);
            if asking.status().unwrap().success() {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        panic!("PostgreSQL does not answer\n{log}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _may_be_gone = self.process.kill();
        let _reaped = self.process.wait();
        let _best_effort = fs::remove_dir_all(&self.folder);
    }
}

/// The folder of the newest installed server's programs.
fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?.flatten();
    let numbered = versions.filter_map(|version| {
        let number: u32 = version.file_name().to_str()?.parse().ok()?;
        Some((number, version.path().join("bin")))
    });
    numbered.filter(|(_, bin)| bin.join("initdb").exists()).max().map(|(_, bin)| bin)
}

fn serve(programs: &Path, folder: &Path, port: u16) -> std::process::Child {
    let log = File::options().create(true).append(true).open(folder.join("log")).unwrap();
    let mut command = as_user(&programs.join("postgres"));
    command.arg("-D").arg(folder.join("data")).args(["-p", &port.to_string(), "-k"]).arg(folder);
    command.args(SETTINGS.iter().flat_map(|setting| ["-c", setting])).current_dir(folder);
    if folder.join("key").exists() {
        let file = |name: &str| folder.join(name).display().to_string();
        command.args(["-c", "ssl=on", "-c", &format!("ssl_cert_file={}", file("certificate"))]);
        command.args(["-c", &format!("ssl_key_file={}", file("key"))]);
    }
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap()
}

/// `program`, run as a user that is not root. It ends when the thread that starts it ends.
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

/// A new folder of the server's user. Folders of ended processes are removed.
fn new_folder() -> PathBuf {
    static NUMBER: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    for entry in fs::read_dir(std::env::temp_dir()).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let process = name.to_str().and_then(|name| name.strip_prefix(PREFIX)?.split('-').next());
        if process.is_some_and(|process| !Path::new("/proc").join(process).exists()) {
            let _best_effort = fs::remove_dir_all(entry.path());
        }
    }
    let folder = std::env::temp_dir().join(format!("{PREFIX}{}-{number}", std::process::id()));
    fs::create_dir(&folder).unwrap();
    give(&folder);
    folder
}

/// Makes the server's user the owner of a path.
fn give(path: &Path) {
    if is_root() {
        run(Command::new("chown").arg(USER).arg(path));
    }
}

fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

fn run(command: &mut Command) {
    let output = command.stdin(Stdio::null()).output().expect("a program of the system");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {}\n{said}", output.status);
}
