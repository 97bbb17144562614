//! The two error formats of the API, and which routes use which.

use super::error::{Failure, FlyersError, MembersError};
use crate::App;
use axum::body::{Body, HttpBody};
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use http_body_util::BodyExt;
use models::MAX_ANSWER_BYTES;
use percent_encoding::percent_decode_str;
use std::panic::AssertUnwindSafe;
use std::time::Duration;
use store::Invocation;
use tokio::time::timeout;
use utoipa_axum::router::OpenApiRouter;

/// Time after the deadline, which bounds requests to DynamoDB, until a handler that is still computing is ended. It is
/// less than what a function reserves for responding.
const OVERTIME: Duration = Duration::from_millis(200);

/// The error format of a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contract {
    /// Routes for game servers: `{"error"}`, as in [`FlyersError`].
    Flyers,
    /// Routes for people: `{"statusCode","error","message"}`, as in [`MembersError`].
    Members,
}

impl Contract {
    /// Returns the same routes. Errors that handlers cannot handle are answered in this format: a panic and a handler
    /// that does not end by the deadline with 500, and a response that is too large for Lambda with 413.
    pub fn applied_to(self, routes: OpenApiRouter<App>) -> OpenApiRouter<App> {
        routes.layer(from_fn_with_state(self, guard))
    }

    /// Returns the format of errors about a path without a route: the first segment determines it.
    pub(super) fn of_unknown_path(path: &str) -> Self {
        match path.split('/').nth(1) {
            Some("users" | "badges" | "airlines" | "auth") => Self::Members,
            _ => Self::Flyers,
        }
    }

    /// Returns the response for a path without a route, which may be percent-encoded.
    pub(super) fn no_such_route(path: &str) -> Response {
        match Self::of_unknown_path(path) {
            Self::Members => MembersError::NotFound("Not Found").into_response(),
            Self::Flyers => {
                let decoded = percent_decode_str(path).decode_utf8_lossy().into_owned();
                FlyersError::NoSuchRoute(decoded).into_response()
            }
        }
    }

    fn bad_request(self, message: &str) -> Response {
        match self {
            Self::Flyers => FlyersError::BadRequest(message.to_owned()).into_response(),
            Self::Members => MembersError::BadRequest(message.to_owned()).into_response(),
        }
    }

    fn internal(self, cause: &'static str) -> Response {
        match self {
            Self::Flyers => FlyersError::Internal(cause.into()).into_response(),
            Self::Members => MembersError::Failed(Failure::Internal, cause.into()).into_response(),
        }
    }

    fn answer_too_large(self) -> Response {
        match self {
            Self::Flyers => FlyersError::AnswerTooLarge.into_response(),
            Self::Members => MembersError::AnswerTooLarge.into_response(),
        }
    }
}

/// Marks a request that was created from an event which cannot be one; says why.
#[derive(Debug, Clone, Copy)]
pub(super) struct Malformed(pub &'static str);

impl Malformed {
    /// Returns the response to a malformed request without a route.
    pub fn response(self, path: &str) -> Response {
        Contract::of_unknown_path(path).bad_request(self.0)
    }
}

async fn guard(State(contract): State<Contract>, request: Request, next: Next) -> Response {
    if let Some(Malformed(problem)) = request.extensions().get() {
        return contract.bad_request(problem);
    }
    let limit = Invocation::current().remaining() + OVERTIME;
    match timeout(limit, AssertUnwindSafe(next.run(request)).catch_unwind()).await {
        Ok(Ok(response)) => within_limit(contract, response).await,
        Ok(Err(_)) => contract.internal("a handler panicked"),
        Err(_) => contract.internal("a handler did not end by the deadline"),
    }
}

/// Returns the response, or an error instead of a response that is too large for Lambda.
async fn within_limit(contract: Contract, response: Response) -> Response {
    // Escaping a JSON text at most doubles its length: it only affects `"` and `\`.
    if response.body().size_hint().upper().is_some_and(|size| size <= (MAX_ANSWER_BYTES / 2) as u64) {
        return response;
    }
    let (parts, body) = response.into_parts();
    let Ok(body) = body.collect().await.map(http_body_util::Collected::to_bytes) else {
        return contract.internal("the body of a response could not be read");
    };
    let escaped = body.iter().filter(|byte| matches!(byte, b'"' | b'\\')).count();
    if body.len() + escaped > MAX_ANSWER_BYTES {
        contract.answer_too_large()
    } else {
        Response::from_parts(parts, Body::from(body))
    }
}
