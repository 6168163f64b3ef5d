//! The core of the load: every thread that loads the server runs there.

use super::wrk::LOAD_CORE;

/// Runs `work` on its own thread on the load's core.
///
/// # Errors
/// The work's own; when the thread cannot be had.
pub(crate) fn run_pinned<T: Send>(
    work: impl FnOnce() -> Result<T, String> + Send,
) -> Result<T, String> {
    std::thread::scope(|scope| {
        let thread = scope.spawn(|| pin().and_then(|()| work()));
        thread.join().map_err(|_| "the load panicked".to_owned())?
    })
}

/// The same for asynchronous work.
///
/// # Errors
/// As [`run_pinned`].
pub(crate) fn on_the_loads_core<T: Send, F>(work: impl FnOnce() -> F + Send) -> Result<T, String>
where
    F: Future<Output = Result<T, String>>,
{
    run_pinned(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.map_err(|problem| format!("runtime: {problem}"))?.block_on(work())
    })
}

/// Moves the calling thread to the load's core.
fn pin() -> Result<(), String> {
    let thread = std::fs::read_link("/proc/thread-self");
    let thread = thread.map_err(|problem| format!("/proc/thread-self: {problem}"))?;
    let thread = thread.file_name().ok_or("/proc/thread-self has no name")?;
    let mut command = std::process::Command::new("taskset");
    let output = command.args(["-pc", LOAD_CORE]).arg(thread).output();
    let output = output.map_err(|problem| format!("taskset: {problem}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    if output.status.success() { Ok(()) } else { Err(format!("taskset: {said}")) }
}
