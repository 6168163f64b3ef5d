//! Answers a request to an endpoint of the dialect: decodes it, decides, and encodes the reply.

use axum::body::Body;
use axum::http::{HeaderMap, Response, header};
use dialect::{Endpoint, Incoming, PathValues};
use engine::{Answered, Denial, RequestOrigin, RequestReason};
use oauth::{ErrorResponse, Operation, Reply, Request};
use web_base::{RealmRequest, RealmState, respond};

pub(crate) async fn answer(
    state: &RealmState,
    endpoint: &Endpoint,
    path_values: PathValues<'_>,
    request: RealmRequest,
) -> Response<Body> {
    // The pattern is recorded and not the path, which may hold a secret.
    let pattern = endpoint.paths().first().map_or("", String::as_str);
    let origin = request.origin(pattern);
    let dialect = state.issuer().dialect();
    let decided = match read(state, endpoint, path_values, request).await {
        Ok(request) => decide(state, &origin, request).await,
        Err(failure) => {
            let denial = RequestReason::Malformed(failure).into();
            state.note(&state.context(&origin), &denial);
            Err(denial)
        }
    };
    let context = state.reply_context(&origin.request_id);
    respond::outgoing(match decided {
        Ok(reply) => {
            if matches!(reply, Reply::Token(_)) {
                state.metrics().issued();
            }
            dialect.encode(endpoint, &reply, &context)
        }
        Err(denial) => dialect.encode_error(Some(endpoint), &denial.error_response(), &context),
    })
}

async fn read(
    state: &RealmState,
    endpoint: &Endpoint,
    path_values: PathValues<'_>,
    request: RealmRequest,
) -> Result<Request, ErrorResponse> {
    let (head, body) = request.http.into_parts();
    let body = request.limits.read(body, endpoint.body_limit()).await?;
    let authorization = authorization(&head.headers);
    // A parameter of the media type may have any bytes.
    let content_type = head.headers.get(header::CONTENT_TYPE);
    let content_type = content_type.map(|value| String::from_utf8_lossy(value.as_bytes()));
    let incoming = Incoming {
        path_values,
        query: head.uri.query(),
        content_type: content_type.as_deref(),
        authorization: &authorization,
        body: &body,
    };
    state.issuer().dialect().decode(endpoint, &incoming)
}

fn authorization(headers: &HeaderMap) -> Vec<&[u8]> {
    // Two values are enough to know that there are too many.
    headers.get_all(header::AUTHORIZATION).iter().take(2).map(|it| it.as_bytes()).collect()
}

async fn decide(
    state: &RealmState,
    origin: &RequestOrigin,
    request: Request,
) -> Result<Reply, Denial> {
    let ctx = state.write_context(origin);
    let Answered { reply, inactive, used } = match engine::answer(&ctx, &request).await {
        Ok(answered) => answered,
        Err(denial) => {
            state.note(&ctx, &denial);
            return Err(denial);
        }
    };
    if let Some(denial) = &inactive {
        state.note(&ctx, denial);
    }
    if let Some(credential) = used {
        // The caller of introspection is not the user of the token, so its address is not recorded.
        let address = origin.address.filter(|_| request.operation == Operation::Token);
        state.app().uses.note(credential, ctx.now, address);
    }
    Ok(reply)
}
