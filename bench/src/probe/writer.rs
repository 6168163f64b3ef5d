//! Group commit: one thread, a row a token, as many rows a commit as are waiting, fsync at each.

use std::path::Path;
use std::sync::mpsc;

use rusqlite::{Connection, Statement, params};
use tokio::sync::oneshot;

/// Rows of one commit at most.
const GROUP: usize = 256;

/// A token that was spent, and whom to tell once it is on the disk.
struct Spent {
    client: String,
    at: i64,
    done: oneshot::Sender<()>,
}

/// The queue of the writing thread.
pub(super) struct Writer(mpsc::Sender<Spent>);

impl Writer {
    pub(super) fn start(folder: &Path) -> Result<Self, String> {
        let failed = |problem: rusqlite::Error| format!("database: {problem}");
        let connection = Connection::open(folder.join("write.db")).map_err(failed)?;
        connection.pragma_update(None, "journal_mode", "WAL").map_err(failed)?;
        connection.pragma_update(None, "synchronous", "FULL").map_err(failed)?;
        let table = "CREATE TABLE issued (client TEXT NOT NULL, at INTEGER NOT NULL)";
        connection.execute_batch(table).map_err(failed)?;
        let (sender, receiver) = mpsc::channel();
        std::thread::spawn(move || write(&connection, &receiver));
        Ok(Self(sender))
    }

    /// Queues a row; the receiver answers after its commit, and fails when there was none.
    pub(super) fn spend(&self, client: &str, at: i64) -> oneshot::Receiver<()> {
        let (done, committed) = oneshot::channel();
        let _the_receiver_fails = self.0.send(Spent { client: client.to_owned(), at, done });
        committed
    }
}

fn write(connection: &Connection, queue: &mpsc::Receiver<Spent>) {
    let Ok(mut statements) = Statements::prepare(connection) else { return };
    let mut group = Vec::with_capacity(GROUP);
    while let Ok(first) = queue.recv() {
        group.push(first);
        // On one core, let the serving thread read what has arrived meanwhile: the group is then
        // all of it and not the first alone. Doubles the rate at 16 connections.
        std::thread::yield_now();
        group.extend(queue.try_iter().take(GROUP - 1));
        if statements.commit(&group).is_err() {
            let _nothing_was_written = connection.execute_batch("ROLLBACK");
            group.clear();
        }
        for spent in group.drain(..) {
            let _client_may_be_gone = spent.done.send(());
        }
    }
}

struct Statements<'a> {
    begin: Statement<'a>,
    insert: Statement<'a>,
    commit: Statement<'a>,
}

impl<'a> Statements<'a> {
    fn prepare(connection: &'a Connection) -> rusqlite::Result<Self> {
        Ok(Self {
            begin: connection.prepare("BEGIN IMMEDIATE")?,
            insert: connection.prepare("INSERT INTO issued VALUES (?1, ?2)")?,
            commit: connection.prepare("COMMIT")?,
        })
    }

    fn commit(&mut self, group: &[Spent]) -> rusqlite::Result<()> {
        self.begin.execute([])?;
        for spent in group {
            self.insert.execute(params![spent.client, spent.at])?;
        }
        self.commit.execute([])?;
        Ok(())
    }
}
