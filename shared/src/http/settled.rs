//! Answers that may be replays.

use crate::ledger::Settled;
use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode};
use serde::Serialize;

/// The answer, and where it is an earlier request's, the header that says so.
pub fn settled<T: Serialize>(status: StatusCode, settled: Settled<T>) -> Response {
    let mut response = (status, Json(settled.answer)).into_response();
    if settled.replayed {
        response.headers_mut().insert("idempotency-replayed", HeaderValue::from_static("true"));
    }
    response
}
