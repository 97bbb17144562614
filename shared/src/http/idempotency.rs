//! Responses that may be replayed.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use rules::ledger::{Answered, Recordable, Replay};

/// Returns the response to a request that may have been sent before. A replayed response has the header
/// `Idempotency-Replayed: true`, and otherwise the bytes of the first one.
pub fn answered<T: Recordable>(answered: Answered<T>) -> Response {
    let status = |status| StatusCode::from_u16(status).expect("statuses of answers and of their records are valid");
    match answered {
        Answered::New(answer) => (status(T::STATUS), Json(answer)).into_response(),
        Answered::Replayed(Replay { status: recorded, body }) => {
            let headers = [
                (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
                (header::HeaderName::from_static("idempotency-replayed"), HeaderValue::from_static("true")),
            ];
            (status(recorded), headers, body).into_response()
        }
    }
}
