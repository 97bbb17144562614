//! `GET` and `PATCH /users/status/self`, and `/users/status/{userId}`

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use shared::App;
use shared::error::{Failure, MembersError};
use shared::http::members::{Body, Params};
use shared::http::openapi::{MembersBodyFailures, PublicFailures, SessionFailures, SuperuserFailures};
use shared::http::{Editor, MembersErrorBody, SignedIn, Superuser};
use shared::members::{self, OrFail, StatusDraft};
use shared::models::{MemberId, UserStatus};

/// A member's status.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StatusAnswer {
    /// What was done.
    #[schema(example = "User status found successfully!")]
    message: &'static str,
    /// The status.
    user_status: UserStatus,
}

fn found(user_status: UserStatus) -> Json<StatusAnswer> {
    Json(StatusAnswer { message: "User status found successfully!", user_status })
}

fn updated(user_status: UserStatus) -> Json<StatusAnswer> {
    Json(StatusAnswer { message: "User status updated successfully!", user_status })
}

/// Get the caller's own status
#[utoipa::path(
    get,
    path = "/users/status/self",
    tag = "Members",
    security(("sessionCookie" = []), ("sessionToken" = [])),
    responses(
        (status = 200, description = "The status.", body = StatusAnswer),
        (status = 404, description = "None yet.", body = MembersErrorBody,
            example = json!({ "statusCode": 404, "error": "Not Found", "message": "User status not found" })),
        SessionFailures,
    )
)]
pub(crate) async fn get_own_status(
    SignedIn(session): SignedIn,
    State(app): State<App>,
) -> Result<Json<StatusAnswer>, MembersError> {
    members::status_of(&app, session.id.as_str()).await.or_fail(Failure::Unavailable).map(found)
}

/// Set the caller's own status
#[utoipa::path(
    patch,
    path = "/users/status/self",
    tag = "Members",
    security(("sessionCookie" = []), ("sessionToken" = [])),
    request_body(content = StatusDraft, example = json!({ "state": "ACTIVE" })),
    responses(
        (status = 200, description = "The status.", body = StatusAnswer),
        (status = 400, description = "A field is missing or bad; says which.", body = MembersErrorBody,
            example = json!({ "statusCode": 400, "error": "Bad Request", "message": "\"until\" is required when the state is OOO" })),
        (status = 404, description = "The caller has not signed up.", body = MembersErrorBody,
            example = json!({ "statusCode": 404, "error": "Not Found", "message": "User not found" })),
        MembersBodyFailures,
        SessionFailures,
    )
)]
pub(crate) async fn set_own_status(
    Editor(editor): Editor,
    State(app): State<App>,
    Body(draft): Body<StatusDraft>,
) -> Result<Json<StatusAnswer>, MembersError> {
    members::set_status(&app, &editor.session.id, draft).await.or_fail(Failure::Unavailable).map(updated)
}

/// Get a member's status
#[utoipa::path(
    get,
    path = "/users/status/{userId}",
    tag = "Members",
    params(("userId" = String, Path, description = "The member's id.", example = "ada")),
    responses(
        (status = 200, description = "The status.", body = StatusAnswer),
        (status = 404, description = "No such member, or no status yet.", body = MembersErrorBody,
            example = json!({ "statusCode": 404, "error": "Not Found", "message": "User status not found" })),
        PublicFailures,
    )
)]
pub(crate) async fn get_status(
    State(app): State<App>,
    Params(id): Params<String>,
) -> Result<Json<StatusAnswer>, MembersError> {
    members::status_of(&app, &id).await.or_fail(Failure::Unavailable).map(found)
}

/// Set a member's status
#[utoipa::path(
    patch,
    path = "/users/status/{userId}",
    tag = "Members",
    security(("sessionCookie" = []), ("sessionToken" = [])),
    params(("userId" = String, Path, description = "The member's id.", example = "ada")),
    request_body(content = StatusDraft, example = json!({ "state": "ACTIVE" })),
    responses(
        (status = 200, description = "The status.", body = StatusAnswer),
        (status = 400, description = "A field is missing or bad; says which.", body = MembersErrorBody,
            example = json!({ "statusCode": 400, "error": "Bad Request", "message": "\"until\" is required when the state is OOO" })),
        (status = 404, description = "No such member.", body = MembersErrorBody,
            example = json!({ "statusCode": 404, "error": "Not Found", "message": "User not found" })),
        MembersBodyFailures,
        SuperuserFailures,
    )
)]
pub(crate) async fn set_status(
    _: Superuser,
    State(app): State<App>,
    Params(id): Params<String>,
    Body(draft): Body<StatusDraft>,
) -> Result<Json<StatusAnswer>, MembersError> {
    let id: MemberId = id.parse().map_err(|_| MembersError::NotFound("User not found"))?;
    members::set_status(&app, &id, draft).await.or_fail(Failure::Unavailable).map(updated)
}
