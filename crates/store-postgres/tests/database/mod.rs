//! A schema per store: empty at first, dropped with the value.

use std::future::poll_fn;
use std::sync::atomic::{AtomicU32, Ordering};

use base::{Rng as _, SystemRng};
use postern_store_postgres::{OpenOptions, PostgresStore};
use store_suite::postgres;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio_postgres::{AsyncMessage, Client, NoTls};

/// The options with which every test opens its store.
pub fn options() -> OpenOptions {
    OpenOptions { master_fingerprint: "fingerprint".to_owned(), pool_size: 12 }
}

/// An empty schema in a database.
#[derive(Debug)]
pub struct Database {
    server: String,
    schema: String,
}

impl Database {
    /// On the shared server of the tests.
    pub async fn new() -> Self {
        Self::on(postgres::url()).await
    }

    /// On another server.
    pub async fn on(server: &str) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let schema = format!("test_{number}_{:032x}", SystemRng.u128());
        let database = Self { server: server.to_owned(), schema };
        let client = connect(server).await;
        client.batch_execute(&format!("CREATE SCHEMA {}", database.schema)).await.unwrap();
        database
    }

    /// The address for a store.
    pub fn url(&self) -> String {
        let sign = if self.server.contains('?') { '&' } else { '?' };
        format!("{}{sign}options=-csearch_path%3D{}", self.server, self.schema)
    }

    /// The name of the schema.
    pub fn schema(&self) -> &str {
        &self.schema
    }

    /// Opens a store in it.
    pub async fn open(&self) -> PostgresStore {
        PostgresStore::open(&self.url(), &options()).await.unwrap()
    }

    /// A connection to it.
    pub async fn connect(&self) -> Client {
        connect(&self.url()).await
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let (server, schema) = (self.server.clone(), self.schema.clone());
        let dropping = std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                if let Ok((client, connection)) = tokio_postgres::connect(&server, NoTls).await {
                    tokio::spawn(connection);
                    let drop = format!("SET lock_timeout = '5s'; DROP SCHEMA {schema} CASCADE");
                    let _best_effort = client.batch_execute(&drop).await;
                }
            });
        });
        let _best_effort = dropping.join();
    }
}

async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// A connection that listens to the feed, and the channel of its notifications.
pub async fn connect_listening(database: &Database) -> (Client, UnboundedReceiver<String>) {
    let (client, mut connection) = tokio_postgres::connect(&database.url(), NoTls).await.unwrap();
    let (sender, notifications) = unbounded_channel();
    tokio::spawn(async move {
        while let Some(message) = poll_fn(|context| connection.poll_message(context)).await {
            if let Ok(AsyncMessage::Notification(notification)) = message {
                let _receiver_may_be_gone = sender.send(notification.payload().to_owned());
            }
        }
    });
    client.batch_execute("LISTEN postern_feed").await.unwrap();
    (client, notifications)
}
