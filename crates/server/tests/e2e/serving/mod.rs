//! What an operator does with the program: configure, check, start, monitor, end.

mod addresses;
mod admin_key;
mod check;
mod configuration;
mod dev_failures;
mod limits;
mod nodes;
mod nowhere;
mod proxies;
mod shutdown;
mod tls;
mod watching;

use std::os::unix::fs::PermissionsExt as _;
use std::process::Output;

use tempfile::TempDir;

use crate::harness::ports;

/// A folder with a configuration of one realm at `base`, and a master key.
pub(crate) struct Site {
    pub(crate) folder: TempDir,
    pub(crate) base: String,
}

impl Site {
    /// `more` comes before the tables of the configuration.
    pub(crate) fn new(dialect: &str, more: &str) -> Self {
        let port = ports::one();
        let base = format!("http://127.0.0.1:{port}");
        let realm =
            format!("[[realms]]\nname = \"main\"\nissuer = \"{base}\"\ndialect = \"{dialect}\"\n");
        let listener = format!("[[listeners]]\naddress = \"127.0.0.1:{port}\"\n");
        let site = Self { folder: tempfile::tempdir().unwrap(), base };
        site.write(&format!("{more}\n{realm}\n{listener}"));
        site
    }

    /// Replaces the configuration: `text` follows database and master key.
    pub(crate) fn write(&self, text: &str) {
        let text = format!(
            "database = \"sqlite:postern.db\"\nmaster_key = {{ file = \"master.key\" }}\n{text}"
        );
        std::fs::write(self.folder.path().join("postern.toml"), text).unwrap();
        let key = self.folder.path().join("master.key");
        std::fs::write(&key, format!("{}\n", "A".repeat(43))).unwrap();
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
    }

    /// Runs a command with `--config` to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        let file = self.folder.path().join("postern.toml");
        let mut command = crate::harness::postern();
        command.args(arguments).arg("--config").arg(file).output().unwrap()
    }
}

/// The one line on standard error of a command that failed with exit code 1.
pub(crate) fn one_line(output: &Output) -> String {
    let reported = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(output.status.code(), Some(1), "{reported}");
    let lines: Vec<&str> = reported.lines().filter(|line| !line.contains(" INFO ")).collect();
    let [line] = lines[..] else { panic!("expected one line:\n{reported}") };
    assert!(line.starts_with("postern: "), "{line}");
    assert!(!line.contains("panicked"), "{line}");
    line.to_owned()
}
