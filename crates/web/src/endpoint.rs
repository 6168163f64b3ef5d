//! An endpoint of the dialect: read, decide, write. The hot path.

use axum::body::Body;
use axum::http::{HeaderMap, Response, header};
use dialect::{Endpoint, Incoming, PathValues};
use engine::{Answered, Denial, RequestOrigin};
use oauth::{ErrorResponse, Operation, Reply, Request};

use crate::realm::{Realm, RealmRequest};
use crate::{body, respond};

pub(crate) async fn answer(
    realm: &Realm,
    endpoint: &Endpoint,
    path_values: PathValues<'_>,
    asked: RealmRequest,
) -> Response<Body> {
    // The pattern, not the path: that may hold a value.
    let pattern = endpoint.paths().first().map_or("", String::as_str);
    let origin = asked.origin(pattern);
    let dialect = realm.state.issuer().dialect();
    let decided = match read(realm, endpoint, path_values, asked).await {
        Ok(request) => decide(realm, &origin, request).await,
        Err(failure) => {
            let denial = Denial::Malformed(failure);
            realm.state.note(&realm.state.context(&origin), &denial);
            Err(denial)
        }
    };
    let context = realm.context(&origin.request_id);
    respond::outgoing(match decided {
        Ok(reply) => {
            if matches!(reply, Reply::Token(_)) {
                realm.state.metrics().issued();
            }
            dialect.encode(endpoint, &reply, &context)
        }
        Err(denial) => dialect.encode_error(Some(endpoint), &denial.failure(), &context),
    })
}

async fn read(
    realm: &Realm,
    endpoint: &Endpoint,
    path_values: PathValues<'_>,
    asked: RealmRequest,
) -> Result<Request, ErrorResponse> {
    let (head, body) = asked.request.into_parts();
    let limit = endpoint.body_limit().min(realm.limits.body);
    let body = body::read(body, limit, realm.limits.body_time).await?;
    let authorization = authorization(&head.headers);
    let incoming = Incoming {
        path_values,
        query: head.uri.query(),
        content_type: head.headers.get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok()),
        authorization: &authorization,
        body: &body,
    };
    realm.state.issuer().dialect().decode(endpoint, &incoming)
}

fn authorization(headers: &HeaderMap) -> Vec<&[u8]> {
    // Two are enough to see that there are too many.
    headers.get_all(header::AUTHORIZATION).iter().take(2).map(|it| it.as_bytes()).collect()
}

async fn decide(realm: &Realm, origin: &RequestOrigin, request: Request) -> Result<Reply, Denial> {
    let ctx = realm.state.context(origin);
    let Answered { reply, inactive, used } = match engine::answer(&ctx, &request).await {
        Ok(answered) => answered,
        Err(denial) => {
            realm.state.note(&ctx, &denial);
            return Err(denial);
        }
    };
    if let Some(denial) = &inactive {
        realm.state.note(&ctx, denial);
    }
    if let Some(credential) = used {
        // Whoever introspects is not the one who uses: their address tells nothing.
        let address = origin.address.filter(|_| request.operation == Operation::Token);
        realm.state.app().uses.note(credential, ctx.now, address);
    }
    Ok(reply)
}
