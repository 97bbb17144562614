//! Cross-origin requests (WHATWG *Fetch* standard, "CORS protocol"). On AWS, API Gateway answers preflight requests. A
//! test ensures that `template.yaml` agrees with these settings.

use axum::http::{HeaderName, HeaderValue, Method};
use std::time::Duration;
use tower_http::cors::CorsLayer;

/// Allowed methods.
pub const METHODS: [Method; 5] = [Method::GET, Method::POST, Method::PATCH, Method::PUT, Method::DELETE];

/// Allowed request headers.
pub const HEADERS: [HeaderName; 4] = [
    HeaderName::from_static("authorization"),
    HeaderName::from_static("content-type"),
    HeaderName::from_static("idempotency-key"),
    HeaderName::from_static("x-api-key"),
];

/// Exposed response headers.
pub const EXPOSED: [HeaderName; 2] =
    [HeaderName::from_static("idempotency-replayed"), HeaderName::from_static("retry-after")];

/// Time for which browsers may cache these settings. No browser caches them for longer.
pub const MAX_AGE: Duration = Duration::from_hours(2);

/// Returns the layer that allows the given origins, with cookies; `None` if there are none.
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
