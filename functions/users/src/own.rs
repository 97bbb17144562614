//! `GET` and `PATCH /users/self`, and `PATCH /users/{id}?profile=true`

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use shared::App;
use shared::error::{Failure, MembersError};
use shared::http::members::{Body, Params};
use shared::http::openapi::{MembersBodyFailures, SessionFailures};
use shared::http::{Editor, MembersErrorBody, QueryParams, SignedIn};
use shared::members::{OrFail, ProfileChange, change_profile, member};
use shared::models::{PrivateMember, PublicMember};

/// Get the caller's own record
#[utoipa::path(
    get,
    path = "/users/self",
    tag = "Members",
    security(("sessionCookie" = []), ("sessionToken" = [])),
    params(("private" = Option<bool>, Query, nullable = false,
        description = "Whether to add the e-mail address and the telephone number; they are nowhere else.")),
    responses(
        (status = 200, description = "The record.", body = PrivateMember),
        (status = 400, description = "A parameter is bad; says which.", body = MembersErrorBody,
            example = json!({ "statusCode": 400, "error": "Bad Request", "message": "\"private\" must be true or false" })),
        (status = 404, description = "The caller has not signed up.", body = MembersErrorBody,
            example = json!({ "statusCode": 404, "error": "Not Found", "message": "User doesn't exist" })),
        SessionFailures,
    )
)]
pub(crate) async fn get_self(
    SignedIn(session): SignedIn,
    State(app): State<App>,
    mut query: QueryParams,
) -> Result<Response, MembersError> {
    let private = query.flag("private")?;
    query.finish()?;
    let own = member(&app, session.id.as_str()).await.or_fail(Failure::Internal)?;
    Ok(if private {
        Json(PrivateMember::from(own)).into_response()
    } else {
        Json(PublicMember::from(own)).into_response()
    })
}

/// Change the caller's own record
///
/// Only what is sent changes. The username is set once.
#[utoipa::path(
    patch,
    path = "/users/self",
    tag = "Members",
    security(("sessionCookie" = []), ("sessionToken" = [])),
    request_body(content = ProfileChange, example = json!({ "company": "Analytical Engines" })),
    responses(
        (status = 204, description = "Changed."),
        (status = 400, description = "A field is bad; says which.", body = MembersErrorBody,
            example = json!({ "statusCode": 400, "error": "Bad Request", "message": "\"yoe\" expected a number from 0 to 100" })),
        (status = 404, description = "The caller has not signed up.", body = MembersErrorBody,
            example = json!({ "statusCode": 404, "error": "Not Found", "message": "User not found" })),
        (status = 409, description = "The username is taken.", body = MembersErrorBody,
            example = json!({ "statusCode": 409, "error": "Conflict", "message": "Username already exists" })),
        MembersBodyFailures,
        SessionFailures,
    )
)]
pub(crate) async fn update_self(
    Editor(editor): Editor,
    State(app): State<App>,
    Body(change): Body<ProfileChange>,
) -> Result<StatusCode, MembersError> {
    change_profile(&app, &editor.session.id, &change).await.or_fail(Failure::Unavailable)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Change the caller's own record, by id
///
/// The same as `PATCH /users/self`.
#[utoipa::path(
    patch,
    path = "/users/{id}",
    tag = "Members",
    security(("sessionCookie" = []), ("sessionToken" = [])),
    params(
        ("id" = String, Path, description = "The caller's id.", example = "demo-admin"),
        ("profile" = bool, Query, description = "Must be true.", example = true),
    ),
    request_body(content = ProfileChange, example = json!({ "company": "Analytical Engines" })),
    responses(
        (status = 204, description = "Changed."),
        (status = 400, description = "A field is bad; says which.", body = MembersErrorBody,
            example = json!({ "statusCode": 400, "error": "Bad Request", "message": "\"profile\" must be true" })),
        (status = 404, description = "The caller has not signed up.", body = MembersErrorBody,
            example = json!({ "statusCode": 404, "error": "Not Found", "message": "User not found" })),
        (status = 409, description = "The username is taken.", body = MembersErrorBody,
            example = json!({ "statusCode": 409, "error": "Conflict", "message": "Username already exists" })),
        MembersBodyFailures,
        SessionFailures,
    )
)]
pub(crate) async fn update_own_profile(
    Editor(editor): Editor,
    State(app): State<App>,
    Params(id): Params<String>,
    mut query: QueryParams,
    Body(change): Body<ProfileChange>,
) -> Result<StatusCode, MembersError> {
    let is_profile = query.flag("profile")?;
    query.finish()?;
    if !is_profile {
        return Err(MembersError::BadRequest("\"profile\" must be true".to_owned()));
    }
    if editor.session.id.as_str() != id {
        return Err(MembersError::NotAuthorized);
    }
    change_profile(&app, &editor.session.id, &change).await.or_fail(Failure::Unavailable)?;
    Ok(StatusCode::NO_CONTENT)
}
