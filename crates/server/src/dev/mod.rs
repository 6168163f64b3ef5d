//! `postern dev`: five demo realms with sample data and without configuration.
//!
//! The ports `port + 1` to `port + 5` are those of the realms, each with its demo API. `port` is
//! that of the portal, and `port + 6` that of a partner's app, which knows of the realms only what
//! a partner can know.

mod accounts;
mod apis;
mod folder;
mod gate;
mod partner;
mod private_file;
mod ready_text;
mod seed;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use base::SystemRng;
use dialect::{Dialect, Environment};
use prometheus_client::collector::Collector;
use tokio::net::TcpListener;
use web::feed::RealmFeed;
use web::mail::{Mailer, Outbox};
use web::metrics::Metrics;
use web::{
    AppState, ListenerService, Portal, PortalApp, PortalRealm, RealmState, Realms, Serves, Site,
    TrustedProxies,
};

use crate::arguments;
use crate::config::{Limits, Log, LogFormat, Realm};
use crate::error::CommandError;
use crate::listen::{self, Listener};
use crate::run::{self, Running};
use crate::serve::{web_limits, with_gate};
use crate::signals::Ending;
use crate::{database, logging, realms};
use folder::{Folder, State};
use seed::{DemoFile, SeedRealms};

/// The demo realms, in the order of their ports. Each has the name of its dialect.
const REALMS: [&str; 5] = ["speculo", "spendesk", "spiko", "fyma", "speckle"];
/// The port of the partner's app, relative to the portal's.
const PARTNER: u16 = REALMS.len() as u16 + 1;
const GRACE: Duration = Duration::from_secs(5);

/// Serves the demo until a signal ends it.
///
/// # Errors
/// Why it could not start. Nothing was overwritten then.
pub(crate) async fn dev(arguments: &arguments::Dev) -> Result<(), CommandError> {
    logging::start(&Log { level: "warn,postern=info".to_owned(), format: LogFormat::Text })?;
    let ending = Ending::listen()?;
    // The ports come first: if one is in use, nothing is changed.
    let mut sockets = (0..=PARTNER)
        .map(|offset| listen::bind(address(arguments.port, offset)))
        .collect::<Result<Vec<_>, _>>()?;
    let partner_socket = sockets.pop();
    let folder = Folder::open(&arguments.data)?;
    let configured = configured(arguments.port)?;
    let portal = format!("http://{}", address(arguments.port, 0));
    let master = folder.master_key(&SystemRng)?;
    let partner = partner::base(arguments.port.saturating_add(PARTNER));
    if folder.state() == State::New {
        seed(&folder, &configured, (&portal, &partner), &master).await?;
    }
    let opened = database::open(&folder.database(), &master).await?;
    let app = realms::app(opened.store, &master);
    let states = open_realms(&configured, &app, &master).await?;
    let demo = folder.demo_file(&portal, &configured)?;
    let realms = SeedRealms { portal: &portal, realms: &states };
    let settings = partner::settings(&folder, realms, &demo, &partner).await?;
    let partner_app = partner_app::router(settings).map_err(CommandError::new)?;
    let outbox = Arc::new(Outbox::new(Arc::clone(&app.clock)));
    let feeds: Vec<RealmFeed> = states.into_iter().map(RealmFeed::new).collect();
    let inputs = ListenerInputs {
        app: &app,
        configured: &configured,
        feeds: &feeds,
        demo: &demo,
        outbox: &outbox,
        partner: &partner,
    };
    let listeners = inputs.listeners(sockets, Box::new(opened.figures))?;
    ready_text::print(&demo, &partner, &arguments.data);
    if let Some(socket) = partner_socket {
        // It ends with the process. Its users lose nothing.
        let only_local = partner_app.layer(axum::middleware::from_fn(partner::only_local_hosts));
        tokio::spawn(partner_app::serve(socket, only_local));
    }
    let limits = Limits::default();
    let delay = Duration::ZERO;
    let mailer = Some(outbox as Arc<dyn Mailer>);
    let running = Running { app, realms: feeds, listeners, limits, mailer, delay, grace: GRACE };
    run::run(running, ending).await
}

fn address(port: u16, offset: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port.saturating_add(offset)).into()
}

fn configured(port: u16) -> Result<Vec<Realm>, CommandError> {
    let realm = |(name, offset): (&&str, u16)| {
        let dialect = Dialect::builtin(name);
        let dialect =
            dialect.ok_or_else(|| CommandError::new(format!("there is no dialect {name}")))?;
        let issuer: Site =
            format!("http://{}", address(port, offset)).parse().map_err(CommandError::new)?;
        let gate = gate::settings(name, dialect.prefixes())?;
        Ok(Realm {
            name: name.parse().map_err(CommandError::new)?,
            issuer,
            dialect: Arc::new(dialect),
            environment: Environment::Live,
            display_name: None,
            gate,
        })
    };
    REALMS.iter().zip(1..).map(realm).collect()
}

async fn open_realms(
    configured: &[Realm],
    app: &Arc<AppState>,
    master: &base::MasterKey,
) -> Result<Vec<RealmState>, CommandError> {
    let mut states = Vec::new();
    for realm in configured {
        states.push(realms::open(realm, app, master).await?);
    }
    Ok(states)
}

/// Creates the first database at a temporary path, and moves it when it is complete.
async fn seed(
    folder: &Folder,
    configured: &[Realm],
    (portal, partner): (&str, &str),
    master: &base::MasterKey,
) -> Result<(), CommandError> {
    let temporary = folder.begin_seeding()?;
    let opened = database::open(&temporary, master).await?;
    let app = realms::app(opened.store, master);
    let states = open_realms(configured, &app, master).await?;
    let realms = SeedRealms { portal, realms: &states };
    let demo = seed::seed(realms).await?;
    let settings = seed::people(realms, &demo, partner).await?;
    // Dropping the last handles closes the database.
    drop((states, app));
    folder.finish_seeding(&demo, &settings)
}

/// The inputs of the listeners.
struct ListenerInputs<'a> {
    app: &'a Arc<AppState>,
    configured: &'a [Realm],
    /// The opened realms.
    feeds: &'a [RealmFeed],
    demo: &'a DemoFile,
    outbox: &'a Arc<Outbox>,
    /// The address of the partner's app.
    partner: &'a str,
}

impl ListenerInputs<'_> {
    /// The listener of the portal, then those of the realms.
    fn listeners(
        &self,
        sockets: Vec<TcpListener>,
        figures: Box<dyn Collector>,
    ) -> Result<Vec<Listener>, CommandError> {
        let counted = self.feeds.iter().map(|feed| Arc::clone(feed.state().metrics())).collect();
        let sources: Vec<Box<dyn Collector>> = vec![figures, Box::new(Arc::clone(self.app))];
        let metrics = Arc::new(Metrics::new(counted, sources));
        let proxies = Arc::new(TrustedProxies::default());
        let mut listeners = vec![Serves::Portal(Box::new(self.portal()?))];
        for (configured, feed) in self.configured.iter().zip(self.feeds) {
            let state = feed.state();
            let beside = apis::beside(state, self.demo)?;
            let realm = web::Realm::new(feed.clone(), web_limits(&Limits::default()), beside);
            let realm = with_gate(realm, configured)?;
            let site: Site = state.issuer().url().parse().map_err(CommandError::new)?;
            listeners.push(Serves::Realms(Realms::new(vec![(site, Arc::new(realm))])));
        }
        let listener = |(socket, serves)| {
            let (app, proxies) = (Arc::clone(self.app), Arc::clone(&proxies));
            let metrics = Arc::clone(&metrics);
            let local_hosts_only = true;
            let service =
                Arc::new(ListenerService { app, proxies, metrics, serves, local_hosts_only });
            Listener { socket, tls: None, service }
        };
        Ok(sockets.into_iter().zip(listeners).map(listener).collect())
    }

    fn portal(&self) -> Result<Portal, CommandError> {
        let samples = ready_text::samples(self.demo)?;
        let realm = |state: &RealmState| {
            let name = state.issuer().realm().as_str();
            let sample = samples.iter().find(|(of, _)| *of == name);
            let sample = sample.map(|(_, text)| text.clone()).unwrap_or_default();
            let shown = PortalRealm::new(state.issuer(), sample);
            let password_in = format!("demo.json, realms.{name}.user.password");
            match self.demo.person(name) {
                Some(person) => shown.with_person(&person.email, &password_in),
                None => shown,
            }
        };
        let realms: Vec<PortalRealm> = self.feeds.iter().map(RealmFeed::state).map(realm).collect();
        let note = "The values for <…> are in demo.json, in the data folder.";
        let app = PortalApp {
            name: "Demo partner".to_owned(),
            description: "An app that somebody else made: connect it to a realm, and see what a \
                          partner sees."
                .to_owned(),
            url: format!("{}/", self.partner),
        };
        let portal = Portal::new(&realms, &[app], note).map_err(CommandError::new)?;
        Ok(portal.with_outbox(Arc::clone(self.outbox)))
    }
}
