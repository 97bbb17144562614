//! `GET` and `PATCH /users/self`, and `PATCH /users/{id}?profile=true`

use crate::lookup::NO_SUCH_USER;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use shared::Context;
use shared::http::members::{Body, Params};
use shared::http::openapi::{MembersBodyResponses, SessionResponses};
use shared::http::{Failure, MembersError, MembersErrorBody, OrFail, QueryParams, SignedIn, UnrestrictedSession};
use shared::members::{ProfileChange, change_profile, member};
use shared::models::{Member, PrivateMember, PublicMember};

/// Get the caller's own record
///
/// Returns the member record of the session's own user. Only here, with `private=true`, are the e-mail address and the
/// telephone number returned.
#[utoipa::path(
    get,
    path = "/users/self",
    tag = "Members",
    security(("sessionCookie" = []), ("sessionToken" = [])),
    extensions(("x-dynamodb-requests" = json!("1"))),
    params(("private" = Option<bool>, Query, nullable = false, example = true,
        description = "Whether to include the e-mail address and the telephone number; default `false`.")),
    responses(
        (status = 200, description = "The caller's own member record.", body = PrivateMember),
        (status = 400, description = "A parameter is invalid; the message names it.", body = MembersErrorBody,
            example = json!({ "statusCode": 400, "error": "Bad Request", "message": "\"private\" must be true or false" })),
        (status = 404, description = "The caller has not signed up yet.", body = MembersErrorBody,
            example = json!({ "statusCode": 404, "error": "Not Found", "message": "User doesn't exist" })),
        SessionResponses,
    )
)]
pub(crate) async fn get_self(
    SignedIn(session): SignedIn,
    State(context): State<Context>,
    mut query: QueryParams,
) -> Result<Response, MembersError> {
    let private = query.flag("private")?;
    let own = member(&context, session.id.as_str()).await.or_fail(Failure::Internal)?.ok_or(NO_SUCH_USER)?;
    Ok(if private {
        Json(PrivateMember::from(own)).into_response()
    } else {
        Json(PublicMember::from(own)).into_response()
    })
}

/// Update the caller's own record
///
/// Changes the fields that are sent; concurrent updates of different fields all take effect. The username can be set
/// only once, by a member who has none. Repeating a request without `username` changes nothing further; with `username`
/// it returns 403.
#[utoipa::path(
    patch,
    path = "/users/self",
    tag = "Members",
    security(("sessionCookie" = []), ("sessionToken" = [])),
    extensions(("x-dynamodb-requests" = json!("2"))),
    request_body(content = ProfileChange, example = json!({ "designation": "Administrator" })),
    responses(
        (status = 204, description = "The record was updated."),
        (status = 400, description = "A field is invalid; the message names it.", body = MembersErrorBody,
            example = json!({ "statusCode": 400, "error": "Bad Request", "message": "\"yoe\" must be a number from 0 to 100" })),
        (status = 404, description = "The caller has not signed up yet.", body = MembersErrorBody,
            example = json!({ "statusCode": 404, "error": "Not Found", "message": "User not found" })),
        (status = 409, description = "Another member has this username.", body = MembersErrorBody,
            example = json!({ "statusCode": 409, "error": "Conflict", "message": "Username already exists" })),
        MembersBodyResponses,
        SessionResponses,
    )
)]
pub(crate) async fn update_self(
    UnrestrictedSession(active): UnrestrictedSession,
    State(context): State<Context>,
    Body(change): Body<ProfileChange>,
) -> Result<StatusCode, MembersError> {
    change_own_record(&context, active.member, &change).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Update the caller's own record by id
///
/// Does the same as `PATCH /users/self`. The id must be the caller's own; any other returns 401.
#[utoipa::path(
    patch,
    path = "/users/{id}",
    tag = "Members",
    security(("sessionCookie" = []), ("sessionToken" = [])),
    extensions(("x-dynamodb-requests" = json!("2"))),
    params(
        ("id" = String, Path, description = "Id of the caller's own member record.", example = "demo-admin"),
        ("profile" = bool, Query, description = "Must be given as `true`.", example = true),
    ),
    request_body(content = ProfileChange, example = json!({ "company": "Skysquad" })),
    responses(
        (status = 204, description = "The record was updated."),
        (status = 400, description = "A field is invalid; the message names it.", body = MembersErrorBody,
            example = json!({ "statusCode": 400, "error": "Bad Request", "message": "\"profile\" must be true" })),
        (status = 404, description = "The caller has not signed up yet.", body = MembersErrorBody,
            example = json!({ "statusCode": 404, "error": "Not Found", "message": "User not found" })),
        (status = 409, description = "Another member has this username.", body = MembersErrorBody,
            example = json!({ "statusCode": 409, "error": "Conflict", "message": "Username already exists" })),
        MembersBodyResponses,
        SessionResponses,
    )
)]
pub(crate) async fn update_own_profile(
    UnrestrictedSession(active): UnrestrictedSession,
    State(context): State<Context>,
    Params(id): Params<String>,
    mut query: QueryParams,
    Body(change): Body<ProfileChange>,
) -> Result<StatusCode, MembersError> {
    let is_profile = query.flag("profile")?;
    if !is_profile {
        return Err(MembersError::BadRequest("\"profile\" must be true".to_owned()));
    }
    if active.session.id.as_str() != id {
        return Err(MembersError::NotAuthorized);
    }
    change_own_record(&context, active.member, &change).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn change_own_record(
    context: &Context,
    member: Option<Member>,
    change: &ProfileChange,
) -> Result<(), MembersError> {
    let member = member.ok_or(MembersError::NotFound("User not found"))?;
    change_profile(context, &member, change).await.or_fail(Failure::Unavailable)
}
