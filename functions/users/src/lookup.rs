//! `GET /users/userId/{userId}`, `GET /users/{id}` and `GET /users/isUsernameAvailable/{username}`

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use shared::App;
use shared::error::{Failure, MembersError};
use shared::http::members::Params;
use shared::http::openapi::{PublicFailures, SessionFailures};
use shared::http::{MembersErrorBody, SignedIn};
use shared::members::{self, OrFail};
use shared::models::{Member, PublicMember};

/// A member.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct UserFound {
    /// Always the same.
    #[schema(example = "User returned successfully!")]
    message: &'static str,
    /// The member.
    user: PublicMember,
}

impl UserFound {
    pub fn new(member: Member) -> Self {
        Self { message: "User returned successfully!", user: member.into() }
    }
}

/// Get a member by id
///
/// Public; archived members, too.
#[utoipa::path(
    get,
    path = "/users/userId/{userId}",
    tag = "Members",
    params(("userId" = String, Path, description = "The member's id.", example = "ada")),
    responses(
        (status = 200, description = "The member.", body = UserFound),
        (status = 404, description = "No such member.", body = MembersErrorBody,
            example = json!({ "statusCode": 404, "error": "Not Found", "message": "User doesn't exist" })),
        PublicFailures,
    )
)]
pub(crate) async fn get_user_by_id(
    State(app): State<App>,
    Params(id): Params<String>,
) -> Result<Json<UserFound>, MembersError> {
    members::member(&app, &id).await.or_fail(Failure::Unavailable).map(|found| Json(UserFound::new(found)))
}

/// Get a member by username
///
/// Public; whatever the case, and archived members, too.
#[utoipa::path(
    get,
    path = "/users/{id}",
    tag = "Members",
    params(("id" = String, Path, description = "The member's username.", example = "ada-lovelace")),
    responses(
        (status = 200, description = "The member.", body = UserFound),
        (status = 404, description = "No such member.", body = MembersErrorBody,
            example = json!({ "statusCode": 404, "error": "Not Found", "message": "User doesn't exist" })),
        PublicFailures,
    )
)]
pub(crate) async fn get_user_by_username(
    State(app): State<App>,
    Params(username): Params<String>,
) -> Result<Json<UserFound>, MembersError> {
    let found = members::member_by_username(&app, &username).await.or_fail(Failure::Unavailable)?;
    Ok(Json(UserFound::new(found)))
}

/// Whether a username can be had.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Availability {
    /// Whether it can.
    #[schema(example = true)]
    is_username_available: bool,
}

/// Tell whether a username is available
///
/// One that is reserved or ill-formed is not.
#[utoipa::path(
    get,
    path = "/users/isUsernameAvailable/{username}",
    tag = "Members",
    security(("sessionCookie" = []), ("sessionToken" = [])),
    params(("username" = String, Path, description = "The username.", example = "ada-lovelace")),
    responses(
        (status = 200, description = "Whether it is.", body = Availability),
        SessionFailures,
    )
)]
pub(crate) async fn is_username_available(
    _: SignedIn,
    State(app): State<App>,
    Params(username): Params<String>,
) -> Result<Json<Availability>, MembersError> {
    let is_username_available = members::is_username_available(&app, &username).await.or_fail(Failure::Internal)?;
    Ok(Json(Availability { is_username_available }))
}
