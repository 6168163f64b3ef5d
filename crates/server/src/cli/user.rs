//! `postern user`.

use clap::{Args, Subcommand};

use super::plan::{Named, Page, Plan, Planned, body};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Create one
    Create(Create),
    /// List them
    List(Page),
    /// Show one
    Show(Named),
    /// Change one; what is not named stays
    Update(Update),
    /// Suspend one
    Suspend(Named),
    /// Activate one again
    Activate(Named),
    /// Remove one for good: what they made stops
    Remove(Named),
    /// Make one a member of an organization, or change the role
    Join {
        /// The user's id
        id: String,
        /// The organization's id
        organization: String,
        /// As what, in the provider's words
        #[arg(long)]
        role: Option<String>,
    },
    /// End a membership
    Leave {
        /// The user's id
        id: String,
        /// The organization's id
        organization: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Create {
    /// Address; unique in the realm
    email: String,
    /// For people
    #[arg(long)]
    name: String,
    /// What the outside shall call them, where they have an identifier already
    #[arg(long)]
    id: Option<String>,
    /// Role at the provider as a whole
    #[arg(long)]
    role: Option<String>,
    /// The address was confirmed
    #[arg(long)]
    verified: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Update {
    /// Their id
    id: String,
    /// Address
    #[arg(long)]
    email: Option<String>,
    /// For people
    #[arg(long)]
    name: Option<String>,
    /// Role at the provider as a whole
    #[arg(long)]
    role: Option<String>,
    /// Where they work; empty: nowhere
    #[arg(long)]
    company: Option<String>,
}

const ALL: &str = "users";

impl Planned for Command {
    fn plan(self) -> Plan {
        match self {
            Self::Create(it) => Plan::post(
                &[ALL],
                body([
                    ("email", it.email.into()),
                    ("name", it.name.into()),
                    ("public_id", it.id.into()),
                    ("role", it.role.into()),
                    ("email_verified", it.verified.into()),
                ]),
            ),
            Self::List(page) => Plan::list(&[ALL], page, &["id", "email", "name", "status"]),
            Self::Show(it) => Plan::get(&[ALL, &it.id]),
            Self::Update(it) => Plan::patch(
                &[ALL, &it.id],
                body([
                    ("email", it.email.into()),
                    ("name", it.name.into()),
                    ("role", it.role.into()),
                    ("company", it.company.into()),
                ]),
            ),
            Self::Suspend(it) => Plan::post(&[ALL, &it.id, "suspend"], body([])),
            Self::Activate(it) => Plan::post(&[ALL, &it.id, "activate"], body([])),
            Self::Remove(it) => Plan::delete(&[ALL, &it.id]),
            Self::Join { id, organization, role } => {
                Plan::put(&[ALL, &id, "memberships", &organization], body([("role", role.into())]))
            }
            Self::Leave { id, organization } => {
                Plan::delete(&[ALL, &id, "memberships", &organization])
            }
        }
    }
}
