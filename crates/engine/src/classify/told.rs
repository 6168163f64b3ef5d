//! What is told of a denial: the client's answer, and the record that support finds.

use domain::Refusal;
use oauth::ErrorResponse;

use crate::{Context, Denial, redact};

impl Denial {
    /// What the client is told, in the RFCs' words.
    pub fn failure(&self) -> ErrorResponse {
        let verdict = self.verdict();
        match self {
            Self::Malformed(failure) => failure.clone(),
            Self::ParameterMalformed(parameter) => ErrorResponse::new(
                verdict.problem,
                format!("The parameter {parameter} is malformed."),
            ),
            Self::ParameterMissing(parameter) => ErrorResponse::new(
                verdict.problem,
                format!("The parameter {parameter} is missing."),
            ),
            // Administrators are told precisely.
            Self::InvalidField { .. } | Self::NotFound { .. } | Self::StateForbids(_) => {
                ErrorResponse::new(verdict.problem, self.to_string())
            }
            Self::BudgetSpent { client, organization, .. } => ErrorResponse {
                client_quota: *client,
                organization_quota: *organization,
                ..ErrorResponse::new(verdict.problem, verdict.description)
            },
            Self::Gate(gate) => gate.failure(),
            _ => ErrorResponse::new(verdict.problem, verdict.description),
        }
    }

    /// The record that `postern why` will find.
    pub fn refusal(&self, ctx: &Context<'_>) -> Refusal {
        let verdict = self.verdict();
        Refusal {
            request_id: ctx.origin.request_id.clone(),
            realm: ctx.issuer.realm().clone(),
            at: ctx.now,
            request: redact(&ctx.origin.request).into_owned(),
            problem: verdict.problem.as_str().to_owned(),
            reason: verdict.code.to_owned(),
            explanation: redact(&self.to_string()).into_owned(),
            subject: ctx.origin.recognized.get().map(ToString::to_string),
            address: ctx.origin.address.map(|address| address.to_string()),
        }
    }
}
