//! The API with the routes of all functions.

use crate::login_page;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use shared::App;
use shared::http::MAX_BODY_BYTES;
use utoipa_axum::router::OpenApiRouter;
use utoipa_swagger_ui::{Config, SwaggerUi};

fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(shared::http::openapi::document())
        .merge(miles::routes())
        .merge(flights::routes())
        .merge(airlines::routes())
        .merge(system::routes())
        .merge(users::routes())
        .merge(login::routes())
}

/// Returns the OpenAPI document, which `openapi.json` in the root of the repository contains.
pub fn openapi() -> String {
    let document = routes().into_openapi();
    document.to_pretty_json().expect("the document has only strings as keys") + "\n"
}

/// Returns a router with all routes, the API reference at `/docs` and the OpenAPI document at `/openapi.json`.
pub fn router(app: App) -> axum::Router {
    // By default, the page shows a badge of a validator on the internet. It must not load anything from other hosts.
    let config = Config::default()
        .use_base_layout()
        .validator_url("none")
        .try_it_out_enabled(true)
        .persist_authorization(true)
        .display_request_duration(true)
        .default_models_expand_depth(0);
    let docs = SwaggerUi::new("/docs").url("/openapi.json", routes().into_openapi()).config(config);
    let login_page = from_fn_with_state(app.clone(), login_page::answer);
    shared::http::router(routes(), app).merge(docs).layer(login_page).layer(from_fn(read_body_first))
}

/// Reads the body of a request before it is handled, as API Gateway does. A response that comes before the end of the body
/// would otherwise end the connection, and clients that keep it alive would fail with their next request. What is larger than
/// any route accepts is not read: the response says that the connection closes.
async fn read_body_first(request: Request, next: Next) -> Response {
    let (head, body) = request.into_parts();
    let mut body = body.into_data_stream();
    let mut read = Vec::new();
    while read.len() <= MAX_BODY_BYTES {
        match body.next().await {
            Some(Ok(chunk)) => read.extend_from_slice(&chunk),
            Some(Err(_)) => return StatusCode::BAD_REQUEST.into_response(),
            None => return next.run(Request::from_parts(head, Body::from(read))).await,
        }
    }
    let mut response = next.run(Request::from_parts(head, Body::from(read))).await;
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}
