//! Which denial comes first: everything in the request is wrong, and is corrected one part at a
//! time.

use engine::authorize::checks;
use oauth::Parameter as P;

use crate::authorize::world::{CHALLENGE, REDIRECT, World, refusal, request};

#[test]
fn the_checks_run_in_this_order() {
    let names: Vec<_> = checks().collect();
    assert_eq!(
        names.join(" "),
        "app redirect_uri parameters grant_type response_type response_mode request_object state challenge \
         audience scope prompt max_age nonce organization"
    );
}

#[tokio::test]
async fn the_first_check_that_fails_decides_the_error() {
    let world = World::speaking("[state]\nrequired = true\nmin_length = 8\n").await;
    let long = "n".repeat(600);
    let mut wrong = vec![
        (P::ClientId, "nobody"),
        (P::RedirectUri, "https://evil.example/#"),
        (P::ResponseType, "token"),
        (P::ResponseMode, "fragment"),
        (P::RequestObject, "e30.e30."),
        (P::RequestUri, "https://app.example/r"),
        (P::State, "short"),
        (P::CodeChallenge, "short"),
        (P::CodeChallengeMethod, "md5"),
        (P::Audience, "https://x.example"),
        (P::Scope, "delete"),
        (P::Prompt, "none login"),
        (P::MaxAge, "-1"),
        (P::Nonce, &long),
        (P::Organization, "a/b"),
    ];
    let right = [
        (P::ClientId, "app"),
        (P::RedirectUri, "https://evil.example/"),
        (P::RedirectUri, REDIRECT),
        (P::ResponseType, "code"),
        (P::ResponseMode, "query"),
        (P::RequestObject, ""),
        (P::RequestUri, ""),
        (P::State, "long enough"),
        (P::CodeChallengeMethod, "S256"),
        (P::CodeChallenge, CHALLENGE),
        (P::Audience, ""),
        (P::Scope, "read"),
        (P::Prompt, "login"),
        (P::MaxAge, "60"),
        (P::Nonce, "n"),
        (P::Organization, "acme"),
    ];
    let mut told = vec![refusal(world.check(&request(&wrong)).await)];
    for (name, value) in right {
        wrong.retain(|(it, _)| *it != name);
        wrong.push((name, value));
        told.push(refusal(world.check(&request(&wrong)).await));
    }
    let expected = "\
page unknown_app
page redirect_malformed
page redirect_not_registered
redirect response_type_unsupported unsupported_response_type
redirect response_mode_unsupported invalid_request
redirect request_object_given request_not_supported
redirect request_uri_given request_uri_not_supported
redirect state_too_short invalid_request
redirect challenge_method_unsupported invalid_request
redirect challenge_malformed invalid_request
redirect audience_unknown invalid_target
redirect scope_not_granted invalid_scope
redirect parameter_malformed invalid_request
redirect parameter_malformed invalid_request
redirect parameter_malformed invalid_request
redirect parameter_malformed invalid_request
accepted";
    assert_eq!(told.join("\n"), expected);
}
