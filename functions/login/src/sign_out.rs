//! `GET /auth/signout`

use crate::cookies::session_cookie;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::SET_COOKIE;
use shared::App;
use shared::http::{MembersError, MembersErrorBody};

/// Confirmation that a member is signed out.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub(crate) struct SignedOut {
    /// Confirmation for people: `Signout successful`.
    #[schema(example = "Signout successful")]
    message: &'static str,
}

/// Sign out
///
/// Removes the session cookie from the browser. The session itself stays valid until it expires.
#[utoipa::path(
    get,
    path = "/auth/signout",
    tag = "Log-in",
    extensions(("x-dynamodb-requests" = json!("0"))),
    responses(
        (status = 200, description = "The session cookie is removed.", body = SignedOut),
        (status = 404, description = "Nobody can log in to this deployment.", body = MembersErrorBody,
            example = json!({ "statusCode": 404, "error": "Not Found", "message": "Not Found" })),
    )
)]
pub(crate) async fn sign_out(State(app): State<App>) -> Result<Response, MembersError> {
    if app.signer.is_none() {
        return Err(MembersError::NotFound("Not Found"));
    }
    Ok(([(SET_COOKIE, session_cookie(&app, None))], Json(SignedOut { message: "Signout successful" })).into_response())
}
