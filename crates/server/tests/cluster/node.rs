//! A node: the real program in its own folder.
//!
//! Invariant: a started process ends when its [`Node`] is dropped.

use std::fs::{self, File};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// The time limit for a start on a busy machine.
const START: Duration = Duration::from_secs(60);

/// A free port.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

/// One node, running or not.
#[derive(Debug)]
pub(crate) struct Node {
    folder: TempDir,
    child: Option<Child>,
    pub(crate) port: u16,
}

impl Node {
    /// Creates its files. Nothing runs yet.
    pub(crate) fn new(configuration: impl FnOnce(u16) -> String, dialect: &str) -> Self {
        let (folder, port) = (tempfile::tempdir().unwrap(), free_port());
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        write("postern.toml", &configuration(port));
        write("dialect.toml", dialect);
        write("master.key", &format!("{}\n", "A".repeat(43)));
        let key = folder.path().join("master.key");
        let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        fs::set_permissions(key, private).unwrap();
        Self { folder, child: None, port }
    }

    pub(crate) fn base(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Creates the first admin key.
    pub(crate) fn admin_key(&self) -> String {
        let made = self.command(&["admin-key", "create", "--realm", "main"]).output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        String::from_utf8(made.stdout).unwrap().trim().to_owned()
    }

    /// Starts it, and waits until it is ready.
    pub(crate) fn start(&mut self) {
        let append = |path: PathBuf| File::options().create(true).append(true).open(path).unwrap();
        let mut command = self.command(&["serve"]);
        command.stdin(Stdio::null()).stderr(append(self.log_file()));
        command.stdout(append(self.folder.path().join("out.txt")));
        self.child = Some(command.spawn().unwrap());
        let started = Instant::now();
        while !is_ready(self.port) {
            let ended = self.child.as_mut().unwrap().try_wait().unwrap();
            let failed = ended.is_some() || started.elapsed() > START;
            assert!(!failed, "a node did not start: {ended:?}\n{}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Kills it, as a power failure would.
    pub(crate) fn kill(&mut self) {
        let mut child = self.child.take().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// Asks it to end, and waits.
    pub(crate) fn terminate(&mut self) -> ExitStatus {
        let mut child = self.child.take().unwrap();
        let id = child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        child.wait().unwrap()
    }

    /// Its whole log.
    pub(crate) fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(self.log_file()).unwrap_or_default()).into_owned()
    }

    fn log_file(&self) -> PathBuf {
        self.folder.path().join("log.txt")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_postern"));
        command.env_remove("POSTERN_MASTER_KEY").env_remove("POSTERN_LOG");
        command.args(arguments).arg("--config").arg(self.folder.path().join("postern.toml"));
        command
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        end(self.child.take());
    }
}

/// Another program, run in a folder.
#[derive(Debug)]
pub(crate) struct Beside {
    child: Option<Child>,
    pub(crate) log: PathBuf,
}

impl Beside {
    pub(crate) fn start(command: &mut Command, folder: &Path, name: &str) -> Self {
        let log = folder.join(format!("{name}.log"));
        let file = File::options().create(true).append(true).open(&log).unwrap();
        command.stdin(Stdio::null()).stdout(file.try_clone().unwrap()).stderr(file);
        let child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        Self { child: Some(child), log }
    }

    pub(crate) fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(&self.log).unwrap_or_default()).into_owned()
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        end(self.child.take());
    }
}

fn end(child: Option<Child>) {
    if let Some(mut child) = child {
        let _may_be_gone = child.kill();
        let _reaped = child.wait();
    }
}

fn is_ready(port: u16) -> bool {
    use std::io::{Read as _, Write as _};
    let ask = || {
        let mut stream = std::net::TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        stream
            .write_all(b"GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")?;
        let mut answer = [0; 12];
        stream.read_exact(&mut answer)?;
        std::io::Result::Ok(answer == *b"HTTP/1.1 200")
    };
    ask().unwrap_or(false)
}
