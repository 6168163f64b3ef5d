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
        /// Its description for users
        #[arg(long, default_value = "")]
        description: String,
    },
    /// Remove a scope
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
    /// The name that people see
    #[arg(long)]
    name: String,
    /// Its public id, if it has one in another system
    #[arg(long)]
    id: Option<String>,
    /// A scope that it has; may be repeated
    #[arg(long = "scope", value_name = "SCOPE")]
    scopes: Vec<String>,
    /// The format of its access tokens
    #[arg(long, value_parser = ["jwt", "opaque"])]
    format: Option<String>,
    /// The algorithm that signs its access tokens
    #[arg(long, value_parser = ["ES256", "EdDSA", "RS256", "HS256"])]
    algorithm: Option<String>,
    /// The lifetime of its access tokens
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
