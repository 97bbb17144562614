//! Around every route: the invocation, the log line, and what no handler can answer.

use super::cors;
use crate::App;
use crate::error::{Failure, FlyersError, MembersError};
use crate::invocation::{Invocation, time_left};
use axum::Router;
use axum::body::{Body, HttpBody};
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use http::{HeaderValue, Uri, header};
use http_body_util::BodyExt;
use lambda_http::RequestExt;
use std::panic::AssertUnwindSafe;
use std::time::Instant;
use tower::util::option_layer;
use utoipa_axum::router::OpenApiRouter;

/// The largest body that a Lambda function can answer, as it stands in the function's answer: a JSON string,
/// its quotes escaped. Lambda's limit for that answer is 6 MB (*Lambda quotas*, invocation payload); this
/// leaves room for the rest of it.
pub const MAX_ANSWER_BYTES: usize = 6 * 1024 * 1024 - 16 * 1024;

/// The service of these routes: with what surrounds every one of them, and an answer for all others.
pub fn router(routes: OpenApiRouter<App>, app: App) -> Router {
    let (routes, _) = routes.split_for_parts();
    routes
        .fallback(no_such_route)
        .method_not_allowed_fallback(no_such_route)
        .layer(option_layer(cors::layer(&app.allowed_origins)))
        .layer(from_fn_with_state(app.clone(), surround))
        .with_state(app)
}

/// What is not served at all: said in the way of the contract that the path belongs to.
async fn no_such_route(uri: Uri) -> Response {
    let path = uri.path();
    if is_below("/users", path) || is_below("/badges", path) {
        MembersError::NotFound("Not Found").into_response()
    } else {
        FlyersError::NoSuchRoute(path.to_owned()).into_response()
    }
}

fn is_below(root: &str, path: &str) -> bool {
    path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The error as the contract of a route says it.
fn in_the_way_of(route: &str, members: MembersError, flyers: FlyersError) -> Response {
    let is_of_members = ["/users", "/badges", "/airlines"].into_iter().any(|root| is_below(root, route));
    if is_of_members && route != "/users/fetchUsersData" { members.into_response() } else { flyers.into_response() }
}

fn internal(route: &str, cause: &'static str) -> Response {
    let members = MembersError::Failed(Failure::Internal, cause.into());
    in_the_way_of(route, members, FlyersError::Internal(cause.into()))
}

async fn surround(State(app): State<App>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let context = request.lambda_context_ref();
    let request_id = context.map_or_else(|| "-".to_owned(), |context| context.request_id.clone());
    let trace_id =
        context.and_then(|context| context.xray_trace_id.as_deref()).and_then(root_of).unwrap_or("-").to_owned();
    let time = context.map_or(app.request_timeout, |context| time_left(context.deadline()));
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let route = route.as_ref().map_or("-", MatchedPath::as_str);

    let invocation = Invocation::lasting(time);
    let handled = AssertUnwindSafe(invocation.clone().run(next.run(request))).catch_unwind().await;
    let response = handled.unwrap_or_else(|_| internal(route, "a handler panicked"));
    let mut response = within_limit(route, response).await;
    // Answers hold balances and people; none may be kept by anybody on the way.
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));

    let tally = invocation.tally();
    tracing::info!(
        method = %method,
        route,
        status = response.status().as_u16(),
        duration_ms = started.elapsed().as_secs_f64() * 1000.0,
        dynamodb_requests = invocation.requests(),
        dynamodb_retries = invocation.retries(),
        dynamodb_read_units = invocation.read_units(),
        dynamodb_write_units = invocation.write_units(),
        errors = u8::from(response.status().is_server_error()),
        purchases = tally.purchases,
        miles_earned = tally.miles_earned,
        miles_spent = tally.miles_spent,
        members_archived = tally.members_archived,
        request_id,
        trace_id,
        caller = invocation.caller().unwrap_or("-"),
        "request"
    );
    response
}

/// The trace that X-Ray knows a request by: `Root` of its header (*AWS X-Ray Developer Guide*, "Tracing header").
fn root_of(header: &str) -> Option<&str> {
    header.split(';').find_map(|field| field.trim().strip_prefix("Root="))
}

/// Replaces an answer that would not fit into Lambda's by one that says so.
async fn within_limit(route: &str, response: Response) -> Response {
    // Escaping a JSON text at most doubles it: the only characters it can have to escape are `"` and `\`.
    if response.body().size_hint().upper().is_some_and(|size| size <= (MAX_ANSWER_BYTES / 2) as u64) {
        return response;
    }
    let (parts, body) = response.into_parts();
    let Ok(body) = body.collect().await.map(http_body_util::Collected::to_bytes) else {
        return internal(route, "an answer's body failed");
    };
    let escaped = body.iter().filter(|byte| matches!(byte, b'"' | b'\\')).count();
    if body.len() + escaped > MAX_ANSWER_BYTES {
        in_the_way_of(route, MembersError::AnswerTooLarge, FlyersError::AnswerTooLarge)
    } else {
        Response::from_parts(parts, Body::from(body))
    }
}
