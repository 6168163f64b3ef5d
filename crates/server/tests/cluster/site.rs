//! The site: PostgreSQL, three nodes that reach it through proxies, two gateways, four services
//! with verifiers, and the entities that exist from the beginning.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use store_suite::postgres;
use tokio::runtime::Runtime;
use verify::WhenStale;

use crate::gateways::{Gateways, Ports};
use crate::history::{Endpoint, Subject};
use crate::load::life_cycle::{self, Ground, created, noted, text};
use crate::load::refreshes::Family;
use crate::node::Node;
use crate::proxy::Proxy;
use crate::verifiers::{Service, Trust, trusting_api};
use crate::world::{AUDIENCES, Addresses, World};

/// The number of nodes.
pub(crate) const NODES: usize = 3;
/// The number of services; the last of them fails open.
const SERVICES: usize = 4;
/// When gates and verifiers stop using their memory.
pub(crate) const STALE_AFTER: Duration = Duration::from_secs(3);
/// The number of families of refresh tokens.
const FAMILIES: usize = 5;

/// A dialect with everything to be tested: rotation, and tokens that never expire.
const DIALECT: &str = "\
name = \"cluster\"
description = \"What has to hold on several nodes\"

[refresh]
rotation = \"rotating\"

[access_token]
lifetime = \"never\"
";

/// Everything that runs. The first field ends first.
#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) gateways: Gateways,
    pub(crate) nodes: Vec<Node>,
    pub(crate) database: postgres::Server,
    pub(crate) proxies: Vec<Proxy>,
    pub(crate) services: Vec<Service>,
    pub(crate) world: Arc<World>,
    pub(crate) ground: Ground,
    pub(crate) runtime: Runtime,
}

impl Site {
    /// Starts everything. It ends when the calling thread does.
    pub(crate) fn start() -> Self {
        let runtime = Runtime::new().unwrap();
        let database = postgres::Server::start();
        let port = database.url().rsplit([':', '/']).nth(1).unwrap().parse().unwrap();
        let to_database = SocketAddr::from(([127, 0, 0, 1], port));
        let ports = Ports::choose();
        let proxies: Vec<Proxy> =
            (0..NODES).map(|_| runtime.block_on(Proxy::start(to_database))).collect();
        let mut nodes: Vec<Node> = proxies
            .iter()
            .map(|proxy| Node::new(|port| configuration(port, proxy.port, ports.issuer), DIALECT))
            .collect();
        let admin_key = nodes[0].admin_key();
        nodes.iter_mut().for_each(Node::start);
        let api = runtime.block_on(trusting_api());
        let of_nodes: Vec<u16> = nodes.iter().map(|node| node.port).collect();
        let gateways = Gateways::start(ports, &of_nodes, api);
        let issuer = format!("http://127.0.0.1:{}", ports.issuer);
        let services = (0..SERVICES).map(|service| {
            let last = service == SERVICES - 1;
            let trust = Trust {
                issuer: &issuer,
                audiences: &[AUDIENCES[0].1, AUDIENCES[2].1],
                stale_after: STALE_AFTER,
                when_stale: if last { WhenStale::Open } else { WhenStale::Closed },
            };
            runtime.block_on(Service::start(nodes[followed(service)].port, trust))
        });
        let services: Vec<Service> = services.collect();
        let addresses = Addresses {
            nodes: nodes.iter().map(Node::base).collect(),
            nginx: format!("http://127.0.0.1:{}", ports.nginx),
            haproxy: format!("http://127.0.0.1:{}", ports.haproxy),
            verifiers: services.iter().map(|service| service.base.clone()).collect(),
            open_verifier: SERVICES - 1,
            admin_key,
            introspectors: Vec::new(),
        };
        let (world, ground) = runtime.block_on(furnish(addresses));
        Self { gateways, nodes, database, proxies, services, world, ground, runtime }
    }

    /// The endpoints that notice when something happens to a node.
    pub(crate) fn endpoints_of(&self, node: usize) -> Vec<Endpoint> {
        let services = (0..SERVICES).filter(|service| followed(*service) == node);
        let own = [Endpoint::Gate(node), Endpoint::OpenGate(node), Endpoint::Introspection(node)];
        let beside = [Endpoint::Nginx, Endpoint::Haproxy];
        own.into_iter().chain(beside).chain(services.map(|it| self.world.verifier(it))).collect()
    }

    /// All endpoints.
    pub(crate) fn endpoints(&self) -> Vec<Endpoint> {
        (0..NODES).flat_map(|node| self.endpoints_of(node)).collect()
    }
}

/// The node that a service follows.
const fn followed(service: usize) -> usize {
    service % NODES
}

fn configuration(port: u16, database: u16, issuer: u16) -> String {
    let routes: String = [("closed", "closed"), ("open", "open")]
        .iter()
        .flat_map(|(path, when)| AUDIENCES.map(|audience| (*path, *when, audience)))
        .map(|(path, when, (name, identifier))| {
            format!(
                "[[realms.gate.routes]]\npath = \"/{path}/{name}/{{*rest}}\"\n\
                 audience = \"{identifier}\"\nwhen_unsure = \"{when}\"\n"
            )
        })
        .collect();
    format!(
        "database = \"postgres://postgres@127.0.0.1:{database}/postgres\"\n\
         master_key = {{ file = \"master.key\" }}\nlog = {{ format = \"text\" }}\n\n\
         [[realms]]\nname = \"main\"\nissuer = \"http://127.0.0.1:{issuer}\"\n\
         dialect = \"dialect.toml\"\n\n[realms.gate]\nrequest = \"original\"\n\
         stale_after = \"{stale}s\"\n{routes}\n\
         [[listeners]]\naddress = \"127.0.0.1:{port}\"\n",
        stale = STALE_AFTER.as_secs(),
    )
}

/// Creates the entities that exist from the beginning.
async fn furnish(addresses: Addresses) -> (Arc<World>, Ground) {
    let first = World::new(Instant::now(), addresses.clone());
    let mut introspectors = Vec::new();
    for (name, identifier) in AUDIENCES {
        // The dialect decides which tokens never expire; the resource servers override it.
        let tokens = match name {
            "eternal" => json!({}),
            "opaque" => json!({"format": "opaque", "lifetime": 3_600}),
            _ => json!({"lifetime": 3_600}),
        };
        let scopes = json!([{"scope": "things:read"}]);
        let new = json!({
            "identifier": identifier, "name": name, "scopes": scopes, "tokens": tokens,
        });
        let made = must(&first, "/resource-servers", new).await;
        let id = text(&made, "id").to_owned();
        let path = format!("/resource-servers/{id}/secrets");
        let made = must(&first, &path, json!({"label": "introspection"})).await;
        introspectors.push((id, text(&made, "secret").to_owned()));
    }
    let world = World::new(Instant::now(), Addresses { introspectors, ..addresses });
    for secret in world.addresses.introspectors.iter().map(|(_, secret)| secret) {
        world.secret(secret);
    }
    world.secret(&world.addresses.admin_key);
    let ground = settle(&world).await;
    (Arc::new(world), ground)
}

async fn must(world: &World, path: &str, body: Value) -> Value {
    created(world, 0, path, body).await.unwrap_or_else(|| panic!("{path}: no answer"))
}

/// Organizations, users, and their credentials.
async fn settle(world: &World) -> Ground {
    let mut organizations = Vec::new();
    for name in ["Atelier", "Bakery", "Cooper", "Dyer"] {
        let made = must(world, "/organizations", json!({"name": name})).await;
        organizations.push((text(&made, "id").to_owned(), noted(world, "/organizations", &made)));
    }
    let mut users = Vec::new();
    for name in ["ada", "ben"] {
        let new = json!({"email": format!("{name}@example.com"), "name": name});
        users.push(text(&must(world, "/users", new).await, "id").to_owned());
    }
    let mut suspendable = Vec::new();
    for organization in &organizations {
        life_cycle::api_key(world, 0, organization, false).await.unwrap();
        suspendable.push(life_cycle::machine(world, 0, organization, false).await.unwrap());
    }
    // The first organization is never suspended, so that some credentials are always active.
    let stays = organizations[0].clone();
    suspendable.remove(0);
    let (calm, wild) = (vec![stays], organizations.split_off(1));
    suspendable.extend(wild.iter().map(|(_, subject)| *subject));
    for user in &users {
        life_cycle::personal_access_token(world, 0, user, false).await.unwrap();
    }
    let mut families = Vec::new();
    for number in 0..FAMILIES {
        families.push(family(world, number, &calm[0]).await);
    }
    Ground { organizations: calm.into_iter().chain(wild).collect(), users, suspendable, families }
}

/// A client with a refresh token. An old token of the last one is presented later.
async fn family(world: &World, number: usize, (organization, _): &(String, Subject)) -> Family {
    let grant_types = ["client_credentials", "refresh_token"];
    let new = json!({"name": "an app", "organization": organization, "grant_types": grant_types});
    let made = must(world, "/clients", new).await;
    let (client, secret) = (text(&made, "id").to_owned(), text(&made, "secret").to_owned());
    must(world, "/grants", json!({"client": client, "audience": AUDIENCES[0].1})).await;
    let new = json!({"client": client, "audience": AUDIENCES[0].1});
    let first = text(&must(world, "/refresh-tokens", new).await, "secret").to_owned();
    [&secret, &first].into_iter().for_each(|it| world.secret(it));
    Family { number, client, secret, first, replays: number == FAMILIES - 1 }
}
