//! `postern org`.

use clap::Subcommand;

use super::plan::{Limits, Named, Page, Plan, Planned, body};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Create one
    Create {
        /// The name that people see
        name: String,
        /// Its public id, if it has one in another system
        #[arg(long)]
        id: Option<String>,
        #[command(flatten)]
        limits: Limits,
    },
    /// List them
    List(Page),
    /// Show one
    Show(Named),
    /// Change the name of one
    Rename {
        /// Its id
        id: String,
        /// The name that people see
        name: String,
    },
    /// Suspend one: everything issued for it is refused
    Suspend(Named),
    /// Activate one again
    Activate(Named),
}

const ALL: &str = "organizations";

impl Planned for Command {
    fn plan(self) -> Plan {
        match self {
            Self::Create { name, id, limits } => Plan::post(
                &[ALL],
                body([
                    ("name", name.into()),
                    ("public_id", id.into()),
                    ("budget", limits.member()),
                ]),
            ),
            Self::List(page) => Plan::list(&[ALL], page, &["id", "name", "status", "created_at"]),
            Self::Show(it) => Plan::get(&[ALL, &it.id]),
            Self::Rename { id, name } => Plan::patch(&[ALL, &id], body([("name", name.into())])),
            Self::Suspend(it) => Plan::post(&[ALL, &it.id, "suspend"], body([])),
            Self::Activate(it) => Plan::post(&[ALL, &it.id, "activate"], body([])),
        }
    }
}
