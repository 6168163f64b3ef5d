//! Child processes that end with us, however we end.
//!
//! Each child leads a process group of its own. An interrupt is passed on to the group of the
//! running child; the task then winds up as after any failure, so that what it started is stopped
//! in one place. If this process is killed outright, PostgreSQL goes by its parent-death signal.

use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

static INTERRUPTED: AtomicBool = AtomicBool::new(false);
/// The process group to pass an interrupt on to; 0 for none.
static RUNNING: AtomicU32 = AtomicU32::new(0);

/// From now on an interrupt ends the running child instead of this process.
///
/// # Errors
/// When the system refuses the handler.
pub(crate) fn catch_interrupts() -> Result<(), String> {
    let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM, SIGHUP])
        .map_err(|problem| format!("cannot catch signals: {problem}"))?;
    std::thread::spawn(move || {
        for _ in signals.forever() {
            INTERRUPTED.store(true, Ordering::SeqCst);
            let group = RUNNING.load(Ordering::SeqCst);
            if group != 0 {
                signal("INT", &format!("-{group}"));
            }
        }
    });
    Ok(())
}

/// Whether someone asked us to stop.
pub(crate) fn interrupted() -> bool {
    INTERRUPTED.load(Ordering::SeqCst)
}

/// What a finished child left.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) status: ExitStatus,
    /// What it wrote, both streams.
    pub(crate) output: String,
}

/// Runs `command` to its end and keeps what it writes, both streams in the order written.
///
/// # Errors
/// When it cannot be started, or an interrupt came before.
pub(crate) fn run(command: &mut Command) -> Result<Finished, String> {
    let (mut reader, writer) = std::io::pipe().map_err(|problem| format!("pipe: {problem}"))?;
    let second = writer.try_clone().map_err(|problem| format!("pipe: {problem}"))?;
    command.stdin(Stdio::null()).stdout(writer).stderr(second);
    let mut child = spawn(command)?;
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut bytes = Vec::new();
    let read = std::io::Read::read_to_end(&mut reader, &mut bytes);
    let status = wait(&mut child)?;
    read.map_err(|problem| format!("{}: {problem}", name(command)))?;
    Ok(Finished { status, output: String::from_utf8_lossy(&bytes).into_owned() })
}

/// Runs `command` on our own terminal.
///
/// # Errors
/// As [`run`].
pub(crate) fn run_visibly(command: &mut Command) -> Result<ExitStatus, String> {
    let mut child = spawn(command)?;
    wait(&mut child)
}

/// Sends the signal called `name` to `target`, a process or, with a minus sign, a group.
pub(crate) fn signal(name: &str, target: &str) {
    // `-s`: the built-in of dash takes no `--` after a short signal.
    let kill = format!("kill -s {name} -- {target}");
    let _gone_is_fine = Command::new("sh").args(["-c", &kill]).stderr(Stdio::null()).status();
}

fn spawn(command: &mut Command) -> Result<Child, String> {
    if interrupted() {
        return Err("interrupted".to_owned());
    }
    let child = command.process_group(0).spawn();
    let child = child.map_err(|problem| format!("{}: {problem}", name(command)))?;
    RUNNING.store(child.id(), Ordering::SeqCst);
    if interrupted() {
        signal("INT", &format!("-{}", child.id()));
    }
    Ok(child)
}

fn wait(child: &mut Child) -> Result<ExitStatus, String> {
    let status = child.wait();
    RUNNING.store(0, Ordering::SeqCst);
    status.map_err(|problem| format!("wait: {problem}"))
}

fn name(command: &Command) -> String {
    command.get_program().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_reaches_the_whole_group() {
        let mut shell = Command::new("sh");
        shell.args(["-c", "sleep 60 & wait"]).stdin(Stdio::null()).process_group(0);
        let mut child = shell.spawn().unwrap();
        signal("TERM", &format!("-{}", child.id()));
        assert!(!child.wait().unwrap().success());
    }

    #[test]
    fn both_streams_are_kept_in_the_order_written() {
        let mut shell = Command::new("sh");
        let finished = run(shell.args(["-c", "echo one; echo two >&2; echo three; exit 3"]));
        let Finished { status, output } = finished.unwrap();
        assert_eq!((status.code(), output.as_str()), (Some(3), "one\ntwo\nthree\n"));
    }
}
