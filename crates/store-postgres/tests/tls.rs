//! Encrypted connections: to a verified server only.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    unreachable_pub,
    dead_code,
    reason = "this is test code"
)]

mod database;

use database::options;
use postern_store_postgres::PostgresStore;
use store::{OpenError, StoreReader as _};
use store_suite::postgres::{self, Server};

/// A server whose certificate is for `name`, and the file of its root certificate.
async fn encrypted(name: &str) -> (Server, tempfile::NamedTempFile) {
    let certified = rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
    let (certificate, key) = (certified.cert.pem(), certified.signing_key.serialize_pem());
    let root = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(root.path(), &certificate).unwrap();
    let start = move || Server::start_encrypted(&certificate, &key);
    (tokio::task::spawn_blocking(start).await.unwrap(), root)
}

async fn refusal(url: &str) -> String {
    match PostgresStore::open(url, &options()).await {
        Err(OpenError::Unreachable(why)) => why,
        other => panic!("{url}: {other:?}"),
    }
}

#[tokio::test]
async fn a_server_with_a_known_root_and_the_right_name_is_believed() {
    let (server, root) = encrypted("127.0.0.1").await;
    for mode in ["require", "verify-ca", "verify-full"] {
        let url = format!("{}?sslmode={mode}&sslrootcert={}", server.url(), root.path().display());
        let store = PostgresStore::open(&url, &options()).await.unwrap();
        store.ping().await.unwrap();
        let sql = "SELECT bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
                   WHERE application_name = 'postern'";
        let (client, connection) =
            tokio_postgres::connect(&server.url(), tokio_postgres::NoTls).await.unwrap();
        tokio::spawn(connection);
        assert!(client.query_one(sql, &[]).await.unwrap().get::<_, bool>(0), "it is encrypted");
    }
}

#[tokio::test]
async fn a_server_of_another_name_or_root_is_not() {
    let (server, root) = encrypted("db.example.org").await;
    let url = format!("{}?sslmode=verify-full", server.url());
    let why = refusal(&format!("{url}&sslrootcert={}", root.path().display())).await;
    assert!(why.contains("not valid for name"), "{why}");
    let (_other, other_root) = encrypted("127.0.0.1").await;
    let why = refusal(&format!("{url}&sslrootcert={}", other_root.path().display())).await;
    assert!(why.contains("certificate"), "{why}");
}

#[tokio::test]
async fn a_server_without_tls_is_not_talked_to_in_plain() {
    let (_server, root) = encrypted("127.0.0.1").await;
    let url = postgres::url();
    let plain = format!("{url}?sslmode=verify-full&sslrootcert={}", root.path().display());
    let why = refusal(&plain).await;
    assert!(why.contains("does not support TLS"), "{why}");
}

#[tokio::test]
async fn an_address_that_lets_others_choose_is_refused() {
    for (query, expected) in [
        ("sslmode=prefer", "sslmode=verify-full"),
        ("sslmode=allow", "sslmode=verify-full"),
        ("sslrootcert=/some/where", "needs sslmode=verify-full"),
        ("sslmode=require&sslrootcert=/some/where", "/some/where"),
    ] {
        let why = refusal(&format!("{}?{query}", postgres::url())).await;
        assert!(why.contains(expected), "{query}: {why}");
    }
}
