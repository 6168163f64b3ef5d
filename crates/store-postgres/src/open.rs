//! Opens a database: connects, checks that it is ours and of a known version, and migrates it.
//!
//! Invariant: after an error, nothing was overwritten.

use std::time::Duration;

use deadpool_postgres::{
    Client, Manager, ManagerConfig, Pool, QueueMode, RecyclingMethod, Runtime,
};
use store::OpenError;
use tokio_postgres::config::SslMode;
use tokio_postgres::{Config, NoTls};

use crate::database::{CONNECT_TIMEOUT, Database, Lost, STATEMENT_TIMEOUT};
use crate::error::text;
use crate::migrations;
use crate::tls::{self, Encrypted, Tls};

/// The options for opening a database.
#[derive(Clone, Debug)]
pub struct OpenOptions {
    /// [`base::MasterKey::fingerprint`] of the key under which the contents are sealed and
    /// digested. A new database stores it; an existing one must have the same.
    pub master_fingerprint: String,
    /// The largest number of connections. At least 1 is used.
    pub pool_size: usize,
}

/// The address of the database, with the connection settings.
#[derive(Clone, Debug)]
pub(crate) struct Address {
    pub(crate) config: Config,
    pub(crate) tls: Tls,
}

/// After this time without an answer a connection counts as lost; while it is idle, after two
/// probes.
const KEEPALIVE_TIMEOUT: Duration = Duration::from_secs(15);
const PROBES: (Duration, u32) = (Duration::from_secs(5), 2);

pub(crate) async fn open(
    url: &str,
    options: &OpenOptions,
) -> Result<(Database, Address), OpenError> {
    let address = address(url)?;
    let database = connect(&address, options.pool_size)?;
    let mut client = database.pool.get().await.map_err(|error| match error {
        deadpool_postgres::PoolError::Backend(error) => OpenError::Unreachable(text(&error)),
        other => OpenError::Unreachable(other.to_string()),
    })?;
    migrations::migrate(&mut client, &options.master_fingerprint).await?;
    warn_if_commits_are_not_durable(&client).await;
    drop(client);
    Ok((database, address))
}

/// Warns where the server acknowledges commits before they are durable.
async fn warn_if_commits_are_not_durable(client: &Client) {
    let sql = "SELECT name FROM pg_settings
               WHERE name IN ('fsync', 'synchronous_commit') AND setting = 'off'";
    for row in client.query(sql, &[]).await.unwrap_or_default() {
        let setting: &str = row.try_get(0).unwrap_or_default();
        tracing::warn!(setting, "is off at the server: a power cut may undo acknowledged commits");
    }
}

fn unreachable(problem: &dyn std::fmt::Display) -> OpenError {
    OpenError::Unreachable(format!("the address of the database: {problem}"))
}

fn address(url: &str) -> Result<Address, OpenError> {
    let (url, tls) = tls::take_from(url).map_err(|problem| unreachable(&problem))?;
    let mut config: Config = url.parse().map_err(|error| unreachable(&text(&error)))?;
    prepare(&mut config);
    if let Tls::Verified(_) = tls {
        config.ssl_mode(SslMode::Require);
    }
    Ok(Address { config, tls })
}

fn connect(address: &Address, pool_size: usize) -> Result<Database, OpenError> {
    let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
    let config = address.config.clone();
    let manager = match &address.tls {
        Tls::Plain => Manager::from_config(config, NoTls, recycling),
        Tls::Verified(settings) => {
            Manager::from_config(config, Encrypted(settings.clone()), recycling)
        }
    };
    let lost = Lost::default();
    let pool = Pool::builder(manager)
        .max_size(pool_size.max(1))
        .wait_timeout(Some(CONNECT_TIMEOUT))
        .create_timeout(Some(CONNECT_TIMEOUT))
        .recycle_timeout(Some(CONNECT_TIMEOUT))
        .runtime(Runtime::Tokio1)
        // A few busy connections are better than many that are idle in turns and must be checked.
        .queue_mode(QueueMode::Lifo)
        .pre_recycle(lost.hook())
        .build();
    pool.map(|pool| Database { pool, lost }).map_err(|error| unreachable(&error))
}

/// Sets a limit on every wait for which the address does not set its own.
fn prepare(config: &mut Config) {
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(CONNECT_TIMEOUT);
    }
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(KEEPALIVE_TIMEOUT);
    }
    if config.get_application_name().is_none() {
        config.application_name("postern");
    }
    config
        .keepalives_idle(KEEPALIVE_TIMEOUT)
        .keepalives_interval(PROBES.0)
        .keepalives_retries(PROBES.1);
    let given = config.get_options().unwrap_or_default();
    let ours = format!(
        "-c statement_timeout={0} -c idle_in_transaction_session_timeout={0} {given}",
        STATEMENT_TIMEOUT.as_millis()
    );
    config.options(ours);
}
