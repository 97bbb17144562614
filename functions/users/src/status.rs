//! `GET` and `PATCH` of `/users/status/self` and `/users/status/{userId}`

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use shared::Context;
use shared::http::members::{Body, Params};
use shared::http::openapi::{MembersBodyResponses, PublicResponses, SessionResponses, SuperuserResponses};
use shared::http::{Failure, MembersError, MembersErrorBody, OrFail, SignedIn, Superuser, UnrestrictedSession};
use shared::members::{self, StatusDraft};
use shared::models::{MemberId, UserStatus};

/// A member's status, with a message.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StatusAnswer {
    /// Message for people to read: whether the status was found or updated.
    #[schema(example = "User status found successfully!")]
    message: &'static str,
    /// The member's status and the member's id.
    user_status: UserStatus,
}

fn found(user_status: Option<UserStatus>) -> Result<Json<StatusAnswer>, MembersError> {
    let user_status = user_status.ok_or(MembersError::NotFound("User status not found"))?;
    Ok(Json(StatusAnswer { message: "User status found successfully!", user_status }))
}

fn updated(user_status: UserStatus) -> Json<StatusAnswer> {
    Json(StatusAnswer { message: "User status updated successfully!", user_status })
}

/// Get the caller's own status
///
/// Returns the status that was set last.
#[utoipa::path(
    get,
    path = "/users/status/self",
    tag = "Members",
    security(("sessionCookie" = []), ("sessionToken" = [])),
    extensions(("x-dynamodb-requests" = json!("1"))),
    responses(
        (status = 200, description = "The caller's own status.", body = StatusAnswer),
        (status = 404, body = MembersErrorBody,
            description = "The caller has not set a status yet, or has not signed up.",
            example = json!({ "statusCode": 404, "error": "Not Found", "message": "User status not found" })),
        SessionResponses,
    )
)]
pub(crate) async fn get_own_status(
    SignedIn(session): SignedIn,
    State(context): State<Context>,
) -> Result<Json<StatusAnswer>, MembersError> {
    members::status_of(&context, session.id.as_str()).await.or_fail(Failure::Unavailable).and_then(found)
}

/// Set the caller's own status
///
/// Replaces the caller's status as a whole. A status of `OOO` (out of office) needs an end, `until`.
#[utoipa::path(
    patch,
    path = "/users/status/self",
    tag = "Members",
    security(("sessionCookie" = []), ("sessionToken" = [])),
    extensions(("x-dynamodb-requests" = json!("3"))),
    request_body(content = StatusDraft, example = json!({ "state": "IDLE" })),
    responses(
        (status = 200, description = "The caller's status after the change.", body = StatusAnswer),
        (status = 400, description = "A field is missing or invalid; the message names it.", body = MembersErrorBody,
            example = json!({ "statusCode": 400, "error": "Bad Request", "message": "\"until\" is required when the state is OOO" })),
        (status = 404, description = "The caller has not signed up yet.", body = MembersErrorBody,
            example = json!({ "statusCode": 404, "error": "Not Found", "message": "User not found" })),
        MembersBodyResponses,
        SessionResponses,
    )
)]
pub(crate) async fn set_own_status(
    UnrestrictedSession(active): UnrestrictedSession,
    State(context): State<Context>,
    Body(draft): Body<StatusDraft>,
) -> Result<Json<StatusAnswer>, MembersError> {
    members::set_status(&context, &active.session.id, draft).await.or_fail(Failure::Unavailable).map(updated)
}

/// Get a member's status
///
/// Returns the member's status that was set last. No session is needed.
#[utoipa::path(
    get,
    path = "/users/status/{userId}",
    tag = "Members",
    extensions(("x-dynamodb-requests" = json!("1"))),
    params(("userId" = String, Path, description = "Id of the member.", example = "amelia")),
    responses(
        (status = 200, description = "The status of the member.", body = StatusAnswer),
        (status = 404, description = "The member does not exist or has no status yet.", body = MembersErrorBody,
            example = json!({ "statusCode": 404, "error": "Not Found", "message": "User status not found" })),
        PublicResponses,
    )
)]
pub(crate) async fn get_status(
    State(context): State<Context>,
    Params(id): Params<String>,
) -> Result<Json<StatusAnswer>, MembersError> {
    members::status_of(&context, &id).await.or_fail(Failure::Unavailable).and_then(found)
}

/// Set a member's status
///
/// Replaces the member's status as a whole. A status of `OOO` (out of office) needs an end, `until`.
#[utoipa::path(
    patch,
    path = "/users/status/{userId}",
    tag = "Members",
    security(("sessionCookie" = []), ("sessionToken" = [])),
    extensions(("x-dynamodb-requests" = json!("3"))),
    params(("userId" = String, Path, description = "Id of the member.", example = "bessie")),
    request_body(content = StatusDraft, example = json!({ "state": "ACTIVE", "message": "On duty" })),
    responses(
        (status = 200, description = "The member's status after the change.", body = StatusAnswer),
        (status = 400, description = "A field is missing or invalid; the message names it.", body = MembersErrorBody,
            example = json!({ "statusCode": 400, "error": "Bad Request", "message": "\"until\" is required when the state is OOO" })),
        (status = 404, description = "No member has this id.", body = MembersErrorBody,
            example = json!({ "statusCode": 404, "error": "Not Found", "message": "User not found" })),
        MembersBodyResponses,
        SuperuserResponses,
    )
)]
pub(crate) async fn set_status(
    _: Superuser,
    State(context): State<Context>,
    Params(id): Params<String>,
    Body(draft): Body<StatusDraft>,
) -> Result<Json<StatusAnswer>, MembersError> {
    let id: MemberId = id.parse().map_err(|_| MembersError::NotFound("User not found"))?;
    members::set_status(&context, &id, draft).await.or_fail(Failure::Unavailable).map(updated)
}
