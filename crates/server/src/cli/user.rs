//! `postern user`.

use std::io::{IsTerminal as _, Read as _};

use clap::{Args, Subcommand};

use super::api_command::ApiCommand;
use super::plan::{Named, Page, Plan, Planned, body};
use crate::error::CommandError;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Create one
    Create(Create),
    /// List them
    List(Page),
    /// Show one
    Show(Named),
    /// Change one; what is not named stays as it is
    Update(Update),
    /// Suspend one
    Suspend(Named),
    /// Activate one again
    Activate(Named),
    /// Remove one permanently: their credentials and tokens are refused
    Remove(Named),
    /// Set a password, read from standard input; they are signed out everywhere
    SetPassword {
        /// The user's id
        id: String,
        /// Never on the command line, which others see.
        #[arg(skip)]
        password: String,
    },
    /// List the sessions of one
    Sessions(Named),
    /// End all sessions of one, or one session
    SignOut {
        /// The user's id
        id: String,
        /// Only of this session
        #[arg(long)]
        session: Option<String>,
    },
    /// Make one a member of an organization, or change the role
    Join {
        /// The user's id
        id: String,
        /// The organization's id
        organization: String,
        /// The role, as the provider names it
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
    /// The name that people see
    #[arg(long)]
    name: String,
    /// Their public id, if they have one in another system
    #[arg(long)]
    id: Option<String>,
    /// The role at the provider
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
    /// The name that people see
    #[arg(long)]
    name: Option<String>,
    /// The role at the provider
    #[arg(long)]
    role: Option<String>,
    /// The company that they work for; empty: none
    #[arg(long)]
    company: Option<String>,
}

const ALL: &str = "users";
const SESSIONS: &[&str] = &["id", "authenticated_at", "expires_at", "address", "user_agent"];
/// The length limit of a password, in bytes.
const MAX_PASSWORD: u64 = 4_096;

/// Runs a command.
///
/// # Errors
/// The error of the admin API, or why it could not be asked.
pub(crate) async fn run(mut it: ApiCommand<Command>) -> Result<(), CommandError> {
    if let Command::SetPassword { password, .. } = &mut it.command {
        *password = read_line()?;
    }
    it.run().await
}

/// Reads a line from standard input.
fn read_line() -> Result<String, CommandError> {
    let mut input = std::io::stdin();
    if input.is_terminal() {
        return Err(CommandError::usage("pipe the password in: typed here, it would be seen"));
    }
    let mut text = String::new();
    input.by_ref().take(MAX_PASSWORD).read_to_string(&mut text).map_err(CommandError::new)?;
    // The end of the line is not part of the password. Everything else is.
    let line = text.strip_suffix('\n').unwrap_or(&text);
    Ok(line.strip_suffix('\r').unwrap_or(line).to_owned())
}

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
            Self::SetPassword { id, password } => {
                Plan::put(&[ALL, &id, "password"], body([("password", password.into())]))
            }
            Self::Sessions(it) => Plan::list(&[ALL, &it.id, "sessions"], Page::default(), SESSIONS),
            Self::SignOut { id, session } => match session {
                Some(session) => Plan::delete(&[ALL, &id, "sessions", &session]),
                None => Plan::delete(&[ALL, &id, "sessions"]),
            },
            Self::Join { id, organization, role } => {
                Plan::put(&[ALL, &id, "memberships", &organization], body([("role", role.into())]))
            }
            Self::Leave { id, organization } => {
                Plan::delete(&[ALL, &id, "memberships", &organization])
            }
        }
    }
}
