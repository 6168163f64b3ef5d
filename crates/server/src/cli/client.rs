//! `postern client`.

use clap::{Args, Subcommand};

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
    /// Change one; what is not named stays
    Update(Update),
    /// Suspend one: its tokens are refused from now on
    Suspend(Named),
    /// Activate one again
    Activate(Named),
}

#[derive(Debug, Args)]
pub(crate) struct Create {
    /// For people
    name: String,
    /// Its client_id, where it has one already
    #[arg(long)]
    id: Option<String>,
    /// What kind of program it is
    #[arg(long, value_parser = ["machine", "app"])]
    kind: Option<String>,
    /// The organization that owns it; without, the provider
    #[arg(long)]
    organization: Option<String>,
    /// How it may authenticate; may be repeated
    #[arg(long = "auth-method", value_name = "METHOD")]
    auth_methods: Vec<String>,
    /// A grant type it may use; may be repeated
    #[arg(long = "grant-type", value_name = "TYPE")]
    grant_types: Vec<String>,
    /// The resource server meant when a request names none
    #[arg(long, value_name = "AUDIENCE")]
    default_audience: Option<String>,
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
    /// For people
    #[arg(long)]
    name: Option<String>,
    /// How it may authenticate; may be repeated
    #[arg(long = "auth-method", value_name = "METHOD")]
    auth_methods: Vec<String>,
    /// A grant type it may use; may be repeated
    #[arg(long = "grant-type", value_name = "TYPE")]
    grant_types: Vec<String>,
    /// The resource server meant when a request names none; empty: none
    #[arg(long, value_name = "AUDIENCE")]
    default_audience: Option<String>,
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
            Self::Update(it) => Plan::patch(
                &[ALL, &it.id],
                body([
                    ("name", it.name.into()),
                    ("auth_methods", list(it.auth_methods)),
                    ("grant_types", list(it.grant_types)),
                    ("default_audience", it.default_audience.into()),
                ]),
            ),
            Self::Suspend(it) => Plan::post(&[ALL, &it.id, "suspend"], body([])),
            Self::Activate(it) => Plan::post(&[ALL, &it.id, "activate"], body([])),
        }
    }
}

fn create(it: Create) -> Plan {
    Plan::post(
        &[ALL],
        body([
            ("name", it.name.into()),
            ("public_id", it.id.into()),
            ("kind", it.kind.into()),
            ("organization", it.organization.into()),
            ("auth_methods", list(it.auth_methods)),
            ("grant_types", list(it.grant_types)),
            ("default_audience", it.default_audience.into()),
            ("budget", it.limits.member()),
            ("with_secret", it.without_secret.then_some(false).into()),
        ]),
    )
}
