//! `postern api`: resource servers and their scopes.

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::plan::{Named, Page, Plan, Planned, body};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Create one
    Create(Create),
    /// List them
    List(Page),
    /// Show one
    Show(Named),
    /// Suspend one: every token for it is refused
    Suspend(Named),
    /// Activate one again
    Activate(Named),
    /// Add a scope, or change its description
    AddScope {
        /// The resource server's id
        id: String,
        /// The scope
        scope: String,
        /// What it means to a person
        #[arg(long, default_value = "")]
        description: String,
    },
    /// Take a scope off the list
    RemoveScope {
        /// The resource server's id
        id: String,
        /// The scope
        scope: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Create {
    /// The audience of its tokens, such as `https://api.example.com`
    identifier: String,
    /// For people
    #[arg(long)]
    name: String,
    /// What it shall call itself, where it has an identifier already
    #[arg(long)]
    id: Option<String>,
    /// A scope it understands; may be repeated
    #[arg(long = "scope", value_name = "SCOPE")]
    scopes: Vec<String>,
    /// What its tokens are made of
    #[arg(long, value_parser = ["jwt", "opaque"])]
    format: Option<String>,
    /// What its tokens are signed with
    #[arg(long, value_parser = ["ES256", "EdDSA", "RS256", "HS256"])]
    algorithm: Option<String>,
    /// How long its tokens are good
    #[arg(long, value_name = "SECONDS")]
    lifetime: Option<u64>,
}

const ALL: &str = "resource-servers";

fn create(it: Create) -> Plan {
    let scopes: Vec<Value> = it.scopes.into_iter().map(|scope| json!({"scope": scope})).collect();
    let tokens = body([
        ("format", it.format.into()),
        ("algorithm", it.algorithm.into()),
        ("lifetime", it.lifetime.into()),
    ]);
    Plan::post(
        &[ALL],
        body([
            ("identifier", it.identifier.into()),
            ("name", it.name.into()),
            ("public_id", it.id.into()),
            ("scopes", scopes.into()),
            ("tokens", tokens),
        ]),
    )
}

impl Planned for Command {
    fn plan(self) -> Plan {
        match self {
            Self::Create(it) => create(it),
            Self::List(page) => Plan::list(&[ALL], page, &["id", "identifier", "name", "status"]),
            Self::Show(it) => Plan::get(&[ALL, &it.id]),
            Self::Suspend(it) => Plan::post(&[ALL, &it.id, "suspend"], body([])),
            Self::Activate(it) => Plan::post(&[ALL, &it.id, "activate"], body([])),
            Self::AddScope { id, scope, description } => Plan::put(
                &[ALL, &id, "scopes", &scope],
                body([("description", description.into())]),
            ),
            Self::RemoveScope { id, scope } => Plan::delete(&[ALL, &id, "scopes", &scope]),
        }
    }
}
