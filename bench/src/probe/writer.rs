//! Group commit: one thread, one row per token, all waiting rows in one commit, fsync at each.

use std::path::Path;
use std::sync::mpsc;

use rusqlite::{Connection, Result, Statement, params};
use tokio::sync::oneshot;

use super::digest::sha256;
use super::fixtures::Fixtures;
use super::reader;

/// The largest number of rows in one commit.
const GROUP: usize = 256;

/// What is written.
pub(super) enum Row {
    /// A token that was issued to a client.
    Spent { client: String, at: i64 },
    /// A refresh token that replaces another, if that one is still current.
    Rotated { family: i64, from: [u8; 32], to: [u8; 32] },
    /// The first refresh token of a family, named by the code that it uses up.
    Exchanged { family: i64, digest: [u8; 32] },
}

/// A row, and the sender for the result of its commit.
struct Waiting {
    row: Row,
    done: oneshot::Sender<bool>,
}

/// The queue of the writing thread.
pub(super) struct Writer(mpsc::Sender<Waiting>);

impl Writer {
    pub(super) fn start(folder: &Path, fixtures: &Fixtures) -> std::result::Result<Self, String> {
        let connection = create(folder, fixtures);
        let connection = connection.map_err(|problem| format!("database: {problem}"))?;
        let (sender, receiver) = mpsc::channel();
        std::thread::spawn(move || write(&connection, &receiver));
        Ok(Self(sender))
    }

    /// Queues a row. The receiver gets the result after the commit, and an error when there was
    /// none. `false`: another row was first.
    pub(super) fn write(&self, row: Row) -> oneshot::Receiver<bool> {
        let (done, committed) = oneshot::channel();
        let _the_receiver_fails = self.0.send(Waiting { row, done });
        committed
    }
}

fn create(folder: &Path, fixtures: &Fixtures) -> Result<Connection> {
    let mut connection = Connection::open(folder.join("write.db"))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.execute_batch(
        "CREATE TABLE issued (client TEXT NOT NULL, at INTEGER NOT NULL);
         CREATE TABLE family (id INTEGER PRIMARY KEY, digest BLOB NOT NULL);",
    )?;
    let transaction = connection.transaction()?;
    for (id, secret) in fixtures.tokens.iter().filter_map(|token| reader::parts(token)) {
        transaction.execute("INSERT INTO family VALUES (?1, ?2)", params![id, sha256(secret)])?;
    }
    transaction.commit()?;
    Ok(connection)
}

fn write(connection: &Connection, queue: &mpsc::Receiver<Waiting>) {
    let Ok(mut statements) = Statements::prepare(connection) else { return };
    let mut group = Vec::with_capacity(GROUP);
    while let Ok(first) = queue.recv() {
        group.push(first);
        // On one core, this lets the serving thread read what has arrived meanwhile, so that the
        // group is all of it and not the first request alone. It doubles the rate at 16
        // connections.
        std::thread::yield_now();
        group.extend(queue.try_iter().take(GROUP - 1));
        let Ok(written) = statements.commit(&group) else {
            let _nothing_was_written = connection.execute_batch("ROLLBACK");
            group.clear();
            continue;
        };
        for (waiting, written) in group.drain(..).zip(written) {
            let _client_may_be_gone = waiting.done.send(written);
        }
    }
}

struct Statements<'a> {
    begin: Statement<'a>,
    spend: Statement<'a>,
    rotate: Statement<'a>,
    exchange: Statement<'a>,
    commit: Statement<'a>,
}

impl<'a> Statements<'a> {
    fn prepare(connection: &'a Connection) -> Result<Self> {
        Ok(Self {
            begin: connection.prepare("BEGIN IMMEDIATE")?,
            spend: connection.prepare("INSERT INTO issued VALUES (?1, ?2)")?,
            rotate: connection
                .prepare("UPDATE family SET digest = ?3 WHERE id = ?1 AND digest = ?2")?,
            exchange: connection
                .prepare("INSERT INTO family VALUES (?1, ?2) ON CONFLICT (id) DO NOTHING")?,
            commit: connection.prepare("COMMIT")?,
        })
    }

    fn commit(&mut self, group: &[Waiting]) -> Result<Vec<bool>> {
        self.begin.execute([])?;
        let written = group.iter().map(|waiting| self.row(&waiting.row)).collect();
        self.commit.execute([])?;
        written
    }

    fn row(&mut self, row: &Row) -> Result<bool> {
        let rows = match row {
            Row::Spent { client, at } => self.spend.execute(params![client, at])?,
            Row::Rotated { family, from, to } => self.rotate.execute(params![family, from, to])?,
            Row::Exchanged { family, digest } => self.exchange.execute(params![family, digest])?,
        };
        Ok(rows == 1)
    }
}
