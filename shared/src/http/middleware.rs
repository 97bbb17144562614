//! What surrounds every route: the invocation, with its deadline and its cost, and the log line.

use super::contract::{Contract, Malformed};
use super::cors;
use super::route_table::RouteTable;
use crate::App;
use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::{Next, from_fn_with_state, map_response};
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, Method, StatusCode, header};
use lambda_http::RequestExt;
use std::future::{Ready, ready};
use std::sync::Arc;
use std::time::Instant;
use store::{Invocation, time_left};
use tower::util::option_layer;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::SizeAbove;
use utoipa_axum::router::OpenApiRouter;

/// Returns the service of the routes, with CORS, compression, logging and a response to paths without a route.
pub fn router(routes: OpenApiRouter<App>, app: App) -> Router {
    router_knowing("", routes, app)
}

/// Returns the same service, which also knows routes that others serve, given as a line `METHOD /path/{parameter}` each: it
/// redirects their paths with a trailing slash to those without.
pub fn router_knowing(others: &str, routes: OpenApiRouter<App>, app: App) -> Router {
    let (routes, document) = routes.split_for_parts();
    let fallback = fallback_by(Arc::new(RouteTable::new(&document, others)));
    let service = routes
        .fallback(fallback.clone())
        .method_not_allowed_fallback(fallback)
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(SizeAbove::new(MIN_COMPRESSED)))
        .layer(option_layer(cors::layer(&app.allowed_origins)))
        .layer(from_fn_with_state(app.clone(), observe))
        .with_state(app);
    // axum adds `Allow` to the 404 of a known path with another method, outside the layers of the routes.
    Router::new().fallback_service(service).layer(map_response(without_allow))
}

async fn without_allow(mut response: Response) -> Response {
    response.headers_mut().remove(header::ALLOW);
    response
}

/// Size in bytes from which responses are compressed, for clients that accept it: smaller ones gain too little.
const MIN_COMPRESSED: u16 = 4096;

/// Answers requests without a route: 308 if only a trailing slash is too much, else 404.
fn fallback_by(table: Arc<RouteTable>) -> impl Fn(Request) -> Ready<Response> + Clone + Send + Sync + 'static {
    move |request| {
        let (method, uri) = (request.method(), request.uri());
        if let Some(malformed) = request.extensions().get::<Malformed>() {
            return ready(malformed.response(uri.path()));
        }
        ready(match table.without_trailing_slash(method, uri.path()) {
            Some(path) => {
                let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
                (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, format!("{path}{query}"))]).into_response()
            }
            None => Contract::no_such_route(uri.path()),
        })
    }
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
    let mut response = match method {
        // No route has it: clients of neither original use it, and it would cost as much as GET.
        Method::HEAD => StatusCode::NOT_FOUND.into_response(),
        _ => invocation.clone().run(next.run(request)).await,
    };
    let headers = response.headers_mut();
    // Responses contain balances and personal data, so they must not be cached.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));

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
