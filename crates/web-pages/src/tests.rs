//! The pages of a realm without its other parts.

use axum::body::Body;
use axum::http::{Method, Response};
use dialect::Route;
use oauth::{ErrorResponse, Problem};
use web_base::request_id::{X_REQUEST_ID, header_value};
use web_base::{RealmRequest, RealmState};

use crate::access_request::{self, Page, SubmissionLock};
use crate::people;

/// Answers the requests that a realm answers with a page; all others are 404.
#[derive(Debug, Default)]
pub(crate) struct Pages {
    submissions: SubmissionLock,
}

impl Pages {
    pub(crate) async fn answer(&self, state: &RealmState, request: RealmRequest) -> Response<Body> {
        let request_id = header_value(&request.request_id);
        let mut response = self.dispatch(state, request).await;
        response.headers_mut().insert(&X_REQUEST_ID, request_id);
        response
    }

    async fn dispatch(&self, state: &RealmState, request: RealmRequest) -> Response<Body> {
        let dialect = state.issuer().dialect();
        let path = request.path().to_owned();
        let read = *request.http.method() == Method::HEAD;
        let method = if read { "GET" } else { request.http.method().as_str() };
        if let Route::Found { endpoint, path_values } = dialect.route(method, &path)
            && endpoint.operation().is_for_browsers()
        {
            return people::endpoint(state, endpoint, path_values, request).await;
        }
        if let Some(part) = people::part(dialect, &path) {
            return people::answer(state, part, request).await;
        }
        match Page::find(dialect, &path) {
            Some(page) => access_request::answer(state, &self.submissions, page, request).await,
            None => {
                let missing = ErrorResponse::new(Problem::NotFound, "There is no page here.");
                state.failure(&missing, &request.request_id)
            }
        }
    }
}
