//! `cargo xtask test`: everything, on a machine that may have nothing.
//!
//! Owns the order: install what is missing, start PostgreSQL, run the steps, sum up, stop what was
//! started. Each step has a line with its seconds, and so has the whole. The last line is
//! `N passed, N failed`, over tests and steps.

mod clients;
mod deny;
mod postgres;
mod runners;
mod steps;
mod tally;

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use crate::packages::{self, Need, works};
use crate::process;
use crate::workspace::target;
use clients::{BROWSER, CLIENTS};
use steps::{Runner, Variables};
use tally::Tally;

/// What Apache's script speaks HTTP with; `mod_lua` is built with this version.
const LUA_SOCKET: &str = "/usr/share/lua/5.3/socket.lua";

const NEEDS: &[Need] = &[
    Need { present: || postgres::programs().is_some(), packages: &["postgresql"] },
    Need { present: || works("curl", &["--version"]), packages: &["curl"] },
    Need { present: || works("node", &["--version"]), packages: &["nodejs"] },
    Need { present: || works("npm", &["--version"]), packages: &["npm"] },
    // Without a font there is nothing to see on its pictures.
    Need {
        present: || works("chromium", &["--version"]),
        packages: &["chromium", "fonts-dejavu-core", "fonts-liberation"],
    },
    // The proxies of the cookbook. Envoy, Traefik and a newer Caddy are among the Python packages.
    Need { present: || works("nginx", &["-v"]), packages: &["nginx"] },
    Need { present: || works("haproxy", &["-v"]), packages: &["haproxy"] },
    Need { present: || works("apache2", &["-v"]), packages: &["apache2-bin"] },
    Need { present: || works("caddy", &["version"]), packages: &["caddy"] },
    Need { present: || Path::new(LUA_SOCKET).exists(), packages: &["lua-socket"] },
    Need {
        present: || works("python3", &["-c", "import venv, ensurepip"]),
        packages: &["python3", "python3-venv", "python3-pip"],
    },
];

/// Runs everything. `Ok(true)` when nothing failed.
///
/// # Errors
/// When interrupted: what was started is stopped by then.
pub(crate) fn run(root: &Path) -> Result<bool, String> {
    let started = Instant::now();
    process::catch_interrupts()?;
    let mut runner = Runner::default();
    everything(root, &mut runner);
    if process::interrupted() {
        return Err("interrupted".to_owned());
    }
    steps::summary(started);
    let Tally { passed, failed } = runner.total();
    println!("{passed} passed, {failed} failed");
    Ok(failed == 0)
}

/// Runs one command with PostgreSQL and the outside clients at hand.
///
/// # Errors
/// When the setting cannot be made, or the command not started.
pub(crate) fn with(root: &Path, arguments: &[String]) -> Result<bool, String> {
    process::catch_interrupts()?;
    let arguments = arguments.strip_prefix(&["--".to_owned()]).unwrap_or(arguments);
    let (program, rest) = arguments.split_first().ok_or("name a command after --")?;
    let mut runner = Runner::default();
    let (postgres, variables) = setting(root, &mut runner);
    if runner.total().failed > 0 {
        return Err("the setting could not be made".to_owned());
    }
    let mut command = Command::new(program);
    let status = process::run_visibly(command.args(rest).envs(variables));
    drop(postgres);
    Ok(status?.success())
}

fn everything(root: &Path, runner: &mut Runner) {
    let (postgres, variables) = setting(root, runner);
    steps::checks(root, runner);
    deny::run(root, runner);
    runners::run(root, &variables, runner);
    drop(postgres);
}

/// Installs and starts what tests need. What cannot be had is a failed step; the rest goes on.
fn setting(root: &Path, runner: &mut Runner) -> (Option<postgres::Postgres>, Variables) {
    let folder = target(root).join("xtask");
    runner.step("packages", || packages::install(NEEDS));
    let mut variables = Variables::new();
    if let Some(python) = runner.step("python clients", || clients::python(root, &folder)) {
        variables.push(("POSTERN_TEST_PYTHON".to_owned(), python));
    }
    if let Some(modules) = runner.step("node clients", || clients::node(root, &folder, CLIENTS)) {
        variables.push(("NODE_PATH".to_owned(), modules.clone()));
        variables.push(("POSTERN_TEST_NODE_MODULES".to_owned(), modules));
    }
    if let Some(modules) = runner.step("browser", || clients::node(root, &folder, BROWSER)) {
        variables.push(("POSTERN_TEST_BROWSER_MODULES".to_owned(), modules));
    }
    let postgres = runner.step("postgresql", postgres::Postgres::start);
    if let Some(postgres) = &postgres {
        variables.push(("POSTERN_TEST_POSTGRES".to_owned(), postgres.url()));
    }
    (postgres, variables)
}
