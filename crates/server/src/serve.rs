//! `postern serve`: serves the realms of a configuration.

use std::sync::Arc;

use prometheus_client::collector::Collector;
use web::feed::RealmFeed;
use web::mail::Mailer;
use web::metrics::Metrics;
use web::{AppState, ListenerService, Realms, Serves, Site, TrustedProxies, WebLimits};

use crate::config::{self, Config, Limits, Realm};
use crate::error::CommandError;
use crate::listen::{self, Listener, Tls};
use crate::mail::Smtp;
use crate::run::{self, Running};
use crate::signals::Ending;
use crate::{database, logging, master_key, realms};

/// Serves until a signal ends it.
///
/// # Errors
/// Why it could not start, or did not end in order.
pub(crate) async fn serve(file: &std::path::Path) -> Result<(), CommandError> {
    let config = config::load(file).map_err(CommandError::new)?;
    logging::start(&config.log)?;
    let ending = Ending::listen()?;
    let master = master_key::read(&config.master_key)?;
    // The ports come before the database: if one is in use, nothing is changed.
    let sockets = Sockets::bind(&config)?;
    let opened = database::open(&config.database, &master).await?;
    let app = realms::app(opened.store, &master);
    let mut feeds = Vec::new();
    for realm in &config.realms {
        let state = realms::open(realm, &app, &master).await?;
        realms::warn_of_unknown_apis(realm, &state).await?;
        feeds.push(RealmFeed::new(state));
    }
    let mailer = config.mail.as_ref().map(Smtp::new).transpose()?;
    let mailer = mailer.map(|smtp| Arc::new(smtp) as Arc<dyn Mailer>);
    let figures: Vec<Box<dyn Collector>> =
        vec![Box::new(opened.figures), Box::new(Arc::clone(&app))];
    let listeners = sockets.listeners(&config, &app, &feeds, figures)?;
    tracing::info!(realms = feeds.len(), listeners = listeners.len(), "serving");
    let running = Running {
        app,
        realms: feeds,
        listeners,
        limits: config.limits,
        mailer,
        delay: config.shutdown_delay,
        grace: config.shutdown_grace,
    };
    run::run(running, ending).await
}

/// The limits of a request.
pub(crate) const fn web_limits(limits: &Limits) -> WebLimits {
    WebLimits {
        body: limits.body_bytes,
        body_time: limits.body_timeout,
        answer_time: limits.request_timeout,
    }
}

/// The realm with the gate of its configuration.
pub(crate) fn with_gate(
    served: web::Realm,
    configured: &Realm,
) -> Result<web::Realm, CommandError> {
    let Some(gate) = &configured.gate else { return Ok(served) };
    let refused =
        |error| CommandError::new(format!("the gate of realm {}: {error}", configured.name));
    served.with_gate(gate.clone()).map_err(refused)
}

struct Sockets {
    realms: Vec<(tokio::net::TcpListener, Option<Arc<Tls>>)>,
    metrics: Option<tokio::net::TcpListener>,
}

impl Sockets {
    fn bind(config: &Config) -> Result<Self, CommandError> {
        let mut realms = Vec::new();
        for listener in &config.listeners {
            let tls = listener.tls.clone().map(Tls::load).transpose()?.map(Arc::new);
            realms.push((listen::bind(listener.address)?, tls));
        }
        let metrics = config.metrics.map(listen::bind).transpose()?;
        Ok(Self { realms, metrics })
    }

    fn listeners(
        self,
        config: &Config,
        app: &Arc<AppState>,
        feeds: &[RealmFeed],
        figures: Vec<Box<dyn Collector>>,
    ) -> Result<Vec<Listener>, CommandError> {
        let limits = web_limits(&config.limits);
        let realms: Vec<(Site, Arc<web::Realm>)> = config
            .realms
            .iter()
            .zip(feeds)
            .map(|(realm, feed)| {
                let served = web::Realm::new(feed.clone(), limits, None);
                Ok((realm.issuer.clone(), Arc::new(with_gate(served, realm)?)))
            })
            .collect::<Result<_, CommandError>>()?;
        let counted = feeds.iter().map(|feed| Arc::clone(feed.state().metrics())).collect();
        let metrics = Arc::new(Metrics::new(counted, figures));
        let proxies = Arc::new(TrustedProxies::new(config.trusted_proxies.clone()));
        let service = |serves| {
            let (app, proxies) = (Arc::clone(app), Arc::clone(&proxies));
            let metrics = Arc::clone(&metrics);
            let local_hosts_only = false;
            Arc::new(ListenerService { app, proxies, metrics, serves, local_hosts_only })
        };
        let of_realms =
            config.listeners.iter().zip(self.realms).map(|(listener, (socket, tls))| {
                let behind = listener.realms.iter().filter_map(|index| realms.get(*index).cloned());
                let service = service(Serves::Realms(Realms::new(behind.collect())));
                Listener { socket, tls, service }
            });
        let of_metrics = self.metrics.map(|socket| Listener {
            socket,
            tls: None,
            service: service(Serves::Metrics),
        });
        Ok(of_realms.chain(of_metrics).collect())
    }
}
