//! Responses that may be replayed.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode};
use rules::ledger::Answered;
use serde::Serialize;

/// Returns the response to a request that may have been sent before. A replayed response has the header
/// `Idempotency-Replayed: true`.
pub fn answered<T: Serialize>(status: StatusCode, answered: Answered<T>) -> Response {
    let mut response = (status, Json(answered.answer)).into_response();
    if answered.replayed {
        response.headers_mut().insert("idempotency-replayed", HeaderValue::from_static("true"));
    }
    response
}
