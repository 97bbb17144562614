//! Which pages of other origins may call (the WHATWG *Fetch* standard, "CORS protocol"). On AWS, API Gateway answers for
//! itself, the same: a test holds `template.yaml` to what is here.

use axum::http::{HeaderName, HeaderValue, Method};
use std::time::Duration;
use tower_http::cors::CorsLayer;

/// What pages may do.
pub const METHODS: [Method; 5] = [Method::GET, Method::POST, Method::PATCH, Method::PUT, Method::DELETE];

/// Headers that they may send.
pub const HEADERS: [HeaderName; 4] = [
    HeaderName::from_static("authorization"),
    HeaderName::from_static("content-type"),
    HeaderName::from_static("idempotency-key"),
    HeaderName::from_static("x-api-key"),
];

/// Headers that they may read.
pub const EXPOSED: [HeaderName; 2] =
    [HeaderName::from_static("idempotency-replayed"), HeaderName::from_static("retry-after")];

/// How long a browser may remember all that: as long as any does.
pub const MAX_AGE: Duration = Duration::from_hours(2);

/// Answers for these origins, with cookies; none if there are none.
pub(super) fn layer(origins: &[HeaderValue]) -> Option<CorsLayer> {
    let layer = CorsLayer::new()
        .allow_origin(origins.to_vec())
        .allow_credentials(true)
        .allow_methods(METHODS)
        .allow_headers(HEADERS)
        .expose_headers(EXPOSED)
        .max_age(MAX_AGE);
    (!origins.is_empty()).then_some(layer)
}
