//! An authorization code or a refresh token cannot be exchanged (RFC 6749 §4.1.3, RFC 7636 §4.6, RFC 9700
//! §4.14.2).

use base::Timestamp;

use super::text::PublicText::{self, Fixed};

const CODE: PublicText = Fixed("The authorization code is invalid.");
const CODE_USED: PublicText = Fixed("The authorization code was used before.");

/// Why a code or a refresh token gives no token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExchangeReason {
    /// The code does not open: it was changed or cut, or another realm sealed it.
    #[error("the code does not open: changed, cut, or of another realm")]
    CodeUnsealable,
    /// The code expired at this time.
    #[error("the code expired at {0}")]
    CodeExpired(Timestamp),
    /// The code was exchanged before: all that it gave is revoked (RFC 6749 §4.1.2).
    #[error("the code was used before; what it gave is revoked")]
    CodeReplayed,
    /// An attempt with this code failed before, and the dialect allows one attempt only.
    #[error("an earlier attempt with this code failed, and only one attempt is allowed")]
    CodeTried,
    /// The code was issued to another client.
    #[error("the code was issued to another client")]
    CodeOfAnotherClient,
    /// The `redirect_uri` differs from that of the authorization request.
    #[error("the redirect URI differs from that of the authorization request")]
    RedirectDiffers,
    /// The authorization request had a challenge, and the token request has no verifier.
    #[error("the code has a challenge, and the request carries no verifier")]
    VerifierMissing,
    /// The token request has a verifier, and the authorization request had no challenge (RFC 9700 §2.1.1).
    #[error("the request carries a verifier, and the code has no challenge")]
    VerifierUnexpected,
    /// The verifier is too short or too long, or has other characters than RFC 7636 §4.1 allows.
    #[error("the code verifier is malformed: expected 43 to 128 unreserved characters")]
    VerifierMalformed,
    /// The challenge was not made of this verifier.
    #[error("the code verifier does not fit the challenge")]
    VerifierMismatch,
    /// A refresh token came again after it was rotated: its family is revoked.
    #[error(
        "the refresh token of generation {generation} was rotated before; its family is revoked"
    )]
    RefreshReplayed {
        /// The generation of the token that came again, from 0.
        generation: u32,
    },
}

rows! { ExchangeReason {
    CodeUnsealable => "code_not_good", Info, Request, InvalidGrant, CODE,
        "The app must decode the `code` of its callback exactly once, and bring it to the realm that issued it.";
    CodeExpired => "code_expired", Info, Request, InvalidGrant, Fixed("The authorization code has expired."),
        "The app must exchange the code at once: `[lifetimes] code` of the dialect says how long it lives. Let the user \
         connect again.";
    CodeReplayed => "code_replayed", Warn, Request, InvalidGrant, CODE_USED,
        "The app exchanged one `code` twice, or somebody else has it: look at how it handles reloads and retries of its \
         callback, then let the user connect again.";
    CodeTried => "code_tried", Warn, Request, InvalidGrant, CODE_USED,
        "A failed attempt spent the code, as `code_single_attempt` of the dialect says: find the earlier denial in \
         `postern refusal list`, then let the user connect again.";
    CodeOfAnotherClient => "code_of_another", Warn, Request, InvalidGrant, CODE,
        "The app must exchange the code with the same `client_id` that it sent in the authorization request.";
    RedirectDiffers => "code_redirect_differs", Info, Request, InvalidGrant,
        Fixed("The redirect URI differs from that of the authorization request."),
        "The app must send the same `redirect_uri` to the token endpoint as in the authorization request, character by \
         character.";
    VerifierMissing => "verifier_missing", Info, Request, InvalidGrant, Fixed("The code verifier is missing."),
        "The app sent a `code_challenge`, so it must send the `code_verifier` with the code.";
    VerifierUnexpected => "verifier_unasked", Warn, Request, InvalidGrant,
        Fixed("There was no code challenge, and yet there is a code verifier."),
        "The app must send a `code_challenge` in the authorization request, too; if it does, something between removed \
         it.";
    VerifierMalformed => "verifier_malformed", Info, Request, InvalidRequest,
        Fixed("The code verifier is malformed."),
        "A `code_verifier` has 43 to 128 letters, digits, `-`, `.`, `_` and `~`.";
    VerifierMismatch => "verifier_mismatch", Warn, Request, InvalidGrant, Fixed("The code verifier is wrong."),
        "The app must keep one `code_verifier` for each authorization request: two tabs must not overwrite each \
         other's. `postern pkce --verifier VERIFIER` prints the challenge that fits.";
    RefreshReplayed => "refresh_replayed", Warn, Request, InvalidGrant,
        Fixed("The refresh token was used before; the connection is closed."),
        "The app must store the `refresh_token` of each answer, and refresh in one process at a time; `[refresh] \
         retry_window` of the dialect forgives a lost answer. Let the user connect again.";
}}
