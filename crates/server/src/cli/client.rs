//! `postern client`.

use clap::{Args, Subcommand};
use serde_json::Value;

use super::plan::{Limits, Named, Page, Plan, Planned, body, list};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Create one, with its first secret
    Create(Box<Create>),
    /// List them
    List {
        /// Only of this organization
        #[arg(long)]
        organization: Option<String>,
        #[command(flatten)]
        page: Page,
    },
    /// Show one
    Show(Named),
    /// Change one; what is not named stays as it is
    Update(Box<Update>),
    /// Suspend one: its tokens are refused from now on
    Suspend(Named),
    /// Activate one again
    Activate(Named),
    /// Verify an app that a user registered
    Verify(Named),
    /// Vouch for an app no longer
    Unverify(Named),
    /// Revoke every connection of an app
    DropConnections(Named),
}

#[derive(Debug, Args)]
pub(crate) struct Create {
    /// The name that people see
    name: String,
    /// Its client_id, if it has one already
    #[arg(long)]
    id: Option<String>,
    /// What kind of program it is
    #[arg(long, value_parser = ["machine", "app"])]
    kind: Option<String>,
    /// A partner's app, which acts for the people who connect it: the same as --kind app
    #[arg(long, conflicts_with = "kind")]
    app: bool,
    /// The organization that owns it; without, the provider
    #[arg(long)]
    organization: Option<String>,
    /// How it may authenticate; may be repeated
    #[arg(long = "auth-method", value_name = "METHOD")]
    auth_methods: Vec<String>,
    /// A grant type it may use; may be repeated
    #[arg(long = "grant-type", value_name = "TYPE")]
    grant_types: Vec<String>,
    /// The identifier of the resource server for requests that name no audience
    #[arg(long, value_name = "AUDIENCE")]
    default_audience: Option<String>,
    #[command(flatten)]
    facts: Facts,
    #[command(flatten)]
    limits: Limits,
    /// Without a first secret
    #[arg(long)]
    without_secret: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Update {
    /// Its client_id
    id: String,
    /// The name that people see
    #[arg(long)]
    name: Option<String>,
    /// How it may authenticate; may be repeated
    #[arg(long = "auth-method", value_name = "METHOD")]
    auth_methods: Vec<String>,
    /// A grant type it may use; may be repeated
    #[arg(long = "grant-type", value_name = "TYPE")]
    grant_types: Vec<String>,
    /// The identifier of the resource server for requests that name no audience; empty: none
    #[arg(long, value_name = "AUDIENCE")]
    default_audience: Option<String>,
    #[command(flatten)]
    facts: Facts,
}

/// The fields about an app.
#[derive(Debug, Args)]
struct Facts {
    /// Where it runs: on a server or in a browser, or on a device
    #[arg(long, value_parser = ["web", "native"])]
    app_type: Option<String>,
    /// A redirect URI; may be repeated
    #[arg(long = "redirect-uri", value_name = "URI")]
    redirect_uris: Vec<String>,
    /// A redirect URI after sign-out; may be repeated
    #[arg(long = "post-logout-redirect-uri", value_name = "URI")]
    post_logout_redirect_uris: Vec<String>,
    /// The registered domain, for dialects that compare redirect URIs by domain
    #[arg(long, value_name = "DOMAIN")]
    redirect_domain: Option<String>,
    /// A scope that it may ask users for; may be repeated
    #[arg(long = "scope", value_name = "SCOPE")]
    scopes: Vec<String>,
    /// What it does, in a few sentences for users
    #[arg(long)]
    description: Option<String>,
    /// Its home page
    #[arg(long, value_name = "URL")]
    client_uri: Option<String>,
    /// Address of its logo
    #[arg(long, value_name = "URL")]
    logo_uri: Option<String>,
    /// Whether an app with a secret must use PKCE; without, as the realm's dialect has it
    #[arg(long, value_name = "BOOLEAN")]
    require_pkce: Option<bool>,
    /// What its ID tokens are signed with; RS256 without
    #[arg(long, value_name = "ALGORITHM")]
    id_token_alg: Option<String>,
}

impl Facts {
    /// Adds the given fields to a body.
    fn add_to(self, body: &mut Value) {
        let members = [
            ("app_type", self.app_type.into()),
            ("redirect_uris", list(self.redirect_uris)),
            ("post_logout_redirect_uris", list(self.post_logout_redirect_uris)),
            ("redirect_domain", self.redirect_domain.into()),
            ("scopes", list(self.scopes)),
            ("description", self.description.into()),
            ("client_uri", self.client_uri.into()),
            ("logo_uri", self.logo_uri.into()),
            ("require_pkce", self.require_pkce.into()),
            ("id_token_signed_response_alg", self.id_token_alg.into()),
        ];
        let said = members.into_iter().filter(|(_, value): &(_, Value)| !value.is_null());
        if let Some(body) = body.as_object_mut() {
            body.extend(said.map(|(name, value)| (name.to_owned(), value)));
        }
    }
}

const ALL: &str = "clients";
const COLUMNS: &[&str] = &["id", "name", "kind", "organization", "status", "created_at"];

impl Planned for Command {
    fn plan(self) -> Plan {
        match self {
            Self::Create(it) => create(*it),
            Self::List { organization, page } => {
                Plan::list(&[ALL], page, COLUMNS).with("organization", organization)
            }
            Self::Show(it) => Plan::get(&[ALL, &it.id]),
            Self::Update(it) => update(*it),
            Self::Suspend(it) => Plan::post(&[ALL, &it.id, "suspend"], body([])),
            Self::Activate(it) => Plan::post(&[ALL, &it.id, "activate"], body([])),
            Self::Verify(it) => Plan::post(&[ALL, &it.id, "verify"], body([])),
            Self::Unverify(it) => Plan::post(&[ALL, &it.id, "unverify"], body([])),
            Self::DropConnections(it) => Plan::post(&[ALL, &it.id, "drop-connections"], body([])),
        }
    }
}

fn create(it: Create) -> Plan {
    let mut body = body([
        ("name", it.name.into()),
        ("public_id", it.id.into()),
        ("kind", it.kind.or_else(|| it.app.then(|| "app".to_owned())).into()),
        ("organization", it.organization.into()),
        ("auth_methods", list(it.auth_methods)),
        ("grant_types", list(it.grant_types)),
        ("default_audience", it.default_audience.into()),
        ("budget", it.limits.member()),
        ("with_secret", it.without_secret.then_some(false).into()),
    ]);
    it.facts.add_to(&mut body);
    Plan::post(&[ALL], body)
}

fn update(it: Update) -> Plan {
    let mut body = body([
        ("name", it.name.into()),
        ("auth_methods", list(it.auth_methods)),
        ("grant_types", list(it.grant_types)),
        ("default_audience", it.default_audience.into()),
    ]);
    it.facts.add_to(&mut body);
    Plan::patch(&[ALL, &it.id], body)
}
