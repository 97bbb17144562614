//! What surrounds every route: the invocation, with its deadline and its cost, and the log line.

use super::{Contract, cors};
use crate::App;
use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use http::{HeaderValue, Uri, header};
use lambda_http::RequestExt;
use std::time::Instant;
use store::{Invocation, time_left};
use tower::util::option_layer;
use utoipa_axum::router::OpenApiRouter;

/// Returns the service of the routes, with CORS, logging and a response to paths without a route.
pub fn router(routes: OpenApiRouter<App>, app: App) -> Router {
    let (routes, _) = routes.split_for_parts();
    routes
        .fallback(no_such_route)
        .method_not_allowed_fallback(no_such_route)
        .layer(option_layer(cors::layer(&app.allowed_origins)))
        .layer(from_fn_with_state(app.clone(), observe))
        .with_state(app)
}

async fn no_such_route(uri: Uri) -> Response {
    Contract::no_such_route(uri.path())
}

/// Runs a request as an [`Invocation`] and logs it.
async fn observe(State(app): State<App>, request: Request, next: Next) -> Response {
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
    let mut response = invocation.clone().run(next.run(request)).await;
    // Responses contain balances and personal data, so they must not be cached.
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

/// Returns the trace id of a request: `Root` of its tracing header (*AWS X-Ray Developer Guide*, "Tracing header").
fn root_of(header: &str) -> Option<&str> {
    header.split(';').find_map(|field| field.trim().strip_prefix("Root="))
}
