//! Free ports.

use std::net::TcpListener;

/// The first of `count` free ports in a row.
///
/// # Errors
/// When there are none.
pub(crate) fn free(count: u16) -> Result<u16, String> {
    let listen = |port: u16| TcpListener::bind(("127.0.0.1", port));
    let mut rows = (20_000..60_000).step_by(usize::from(count.max(1)));
    let free = rows.find(|first| (0..count).all(|next| listen(first + next).is_ok()));
    free.ok_or_else(|| format!("no {count} free ports in a row"))
}
