//! `postern event` and `postern refusal`, newest first.

use clap::Subcommand;

use super::plan::{Page, Plan, Planned, Rendering};

#[derive(Debug, Subcommand)]
pub(crate) enum Events {
    /// List changes, newest first
    List {
        /// Only about this id
        #[arg(long, value_name = "ID")]
        target: Option<String>,
        /// Only by this request
        #[arg(long, value_name = "ID")]
        request_id: Option<String>,
        #[command(flatten)]
        page: Page,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Refusals {
    /// List the newest refusals
    List {
        /// Only of this client or credential
        #[arg(long, value_name = "ID")]
        subject: Option<String>,
        /// Only of this request
        #[arg(long, value_name = "ID")]
        request_id: Option<String>,
        /// At most so many rows, 1 to 200
        #[arg(long)]
        limit: Option<u16>,
    },
}

const EVENT: &[&str] = &["at", "action", "target.id", "actor.kind", "actor.id", "request_id"];
const REFUSAL: &[&str] = &["at", "request_id", "request", "problem", "reason", "subject"];

impl Planned for Events {
    fn plan(self) -> Plan {
        let Self::List { target, request_id, page } = self;
        Plan::list(&["events"], page, EVENT).with("target", target).with("request_id", request_id)
    }
}

impl Planned for Refusals {
    fn plan(self) -> Plan {
        let Self::List { subject, request_id, limit } = self;
        let mut plan = Plan::get(&["refusals"]);
        plan.rendering = Rendering::Many(REFUSAL);
        plan.with("limit", limit.map(|limit| limit.to_string()))
            .with("subject", subject)
            .with("request_id", request_id)
    }
}
