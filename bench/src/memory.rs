//! Memory of a process and size of a folder, as the kernel reports them.

use std::path::Path;

/// Resident memory in MiB.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Memory {
    /// Pages in memory, shared ones counted whole.
    pub(crate) rss: f64,
    /// Shared pages divided by the number of processes that share them.
    pub(crate) pss: f64,
}

/// The memory of `process`, from `/proc/PID/smaps_rollup`.
///
/// # Errors
/// When the process is gone.
pub(crate) fn of(process: u32) -> Result<Memory, String> {
    let rollup = std::fs::read_to_string(format!("/proc/{process}/smaps_rollup"));
    let rollup = rollup.map_err(|problem| format!("memory of {process}: {problem}"))?;
    let field = |name: &str| {
        let line = rollup.lines().find_map(|line| line.strip_prefix(name))?;
        line.trim().strip_suffix(" kB")?.parse::<f64>().ok().map(|kib| kib / 1024.0)
    };
    match (field("Rss:"), field("Pss:")) {
        (Some(rss), Some(pss)) => Ok(Memory { rss, pss }),
        _ => Err(format!("memory of {process}: {rollup}")),
    }
}

/// Bytes of all files below `folder`.
pub(crate) fn size(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let sizes = entries.map(|entry| match entry.metadata() {
        Ok(metadata) if metadata.is_dir() => size(&entry.path()),
        Ok(metadata) => metadata.len(),
        Err(_) => 0,
    });
    sizes.sum()
}
