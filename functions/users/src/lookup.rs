//! `GET /users/userId/{userId}`, `GET /users/{id}` and `GET /users/isUsernameAvailable/{username}`

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use shared::Context;
use shared::http::members::Params;
use shared::http::openapi::{PublicResponses, SessionResponses};
use shared::http::{Failure, MembersError, MembersErrorBody, OrFail, SignedIn};
use shared::members;
use shared::models::{Member, PublicMember};

/// A single member with a message.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct UserFound {
    /// Always `User returned successfully!`, for people to read.
    #[schema(example = "User returned successfully!")]
    message: &'static str,
    /// The member that was found.
    user: PublicMember,
}

/// The answer to a request for a member who does not exist.
pub(crate) const NO_SUCH_USER: MembersError = MembersError::NotFound("User doesn't exist");

impl UserFound {
    /// Returns the answer about the member who was looked up.
    pub fn or_404(found: Option<Member>) -> Result<Self, MembersError> {
        let user = found.ok_or(NO_SUCH_USER)?.into();
        Ok(Self { message: "User returned successfully!", user })
    }
}

/// Get a member by id
///
/// Returns the member with the id, archived or not. No session is needed.
#[utoipa::path(
    get,
    path = "/users/userId/{userId}",
    tag = "Members",
    extensions(("x-dynamodb-requests" = json!("1"))),
    params(("userId" = String, Path, description = "Id of the member.", example = "emil")),
    responses(
        (status = 200, description = "The member that was found.", body = UserFound),
        (status = 404, description = "No member has this id.", body = MembersErrorBody,
            example = json!({ "statusCode": 404, "error": "Not Found", "message": "User doesn't exist" })),
        PublicResponses,
    )
)]
pub(crate) async fn get_user_by_id(
    State(context): State<Context>,
    Params(id): Params<String>,
) -> Result<Json<UserFound>, MembersError> {
    UserFound::or_404(members::member(&context, &id).await.or_fail(Failure::Unavailable)?).map(Json)
}

/// Get a member by username
///
/// Returns the member with the username, archived or not. Usernames are compared without regard to case. No session is
/// needed.
#[utoipa::path(
    get,
    path = "/users/{id}",
    tag = "Members",
    extensions(("x-dynamodb-requests" = json!("2, or 1 if there is no such member"))),
    params(("id" = String, Path, description = "Username of the member, in any case.", example = "amelia-e")),
    responses(
        (status = 200, description = "The member that was found.", body = UserFound),
        (status = 404, description = "No member has this username.", body = MembersErrorBody,
            example = json!({ "statusCode": 404, "error": "Not Found", "message": "User doesn't exist" })),
        PublicResponses,
    )
)]
pub(crate) async fn get_user_by_username(
    State(context): State<Context>,
    Params(username): Params<String>,
) -> Result<Json<UserFound>, MembersError> {
    let found = members::member_by_username(&context, &username).await.or_fail(Failure::Unavailable)?;
    UserFound::or_404(found).map(Json)
}

/// Whether a username is available.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Availability {
    /// Whether a member can choose the username: it is well-formed, not reserved and not taken.
    #[schema(example = true)]
    is_username_available: bool,
}

/// Check whether a username is available
///
/// A username is available when it is well-formed, not reserved and not taken. The check is strongly consistent, but
/// does not reserve the username.
#[utoipa::path(
    get,
    path = "/users/isUsernameAvailable/{username}",
    tag = "Members",
    security(("sessionCookie" = []), ("sessionToken" = [])),
    extensions(("x-dynamodb-requests" = json!("1"))),
    params(("username" = String, Path, description = "Username to check, in any case.", example = "grace-h")),
    responses(
        (status = 200, description = "Whether the username is available.", body = Availability),
        SessionResponses,
    )
)]
pub(crate) async fn is_username_available(
    _: SignedIn,
    State(context): State<Context>,
    Params(username): Params<String>,
) -> Result<Json<Availability>, MembersError> {
    let is_username_available = members::is_username_available(&context, &username).await.or_fail(Failure::Internal)?;
    Ok(Json(Availability { is_username_available }))
}
