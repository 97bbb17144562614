//! `PATCH /users/{id}/temporary/data` and `PATCH /users`

use axum::Json;
use axum::extract::{FromRequestParts, State};
use http::request::Parts;
use serde::{Deserialize, Serialize};
use shared::App;
use shared::error::{Failure, MembersError};
use shared::http::members::{Body, JsonBody, Params};
use shared::http::openapi::{MembersBodyFailures, SuperuserFailures};
use shared::http::{MembersErrorBody, QueryParams, Superuser, parse_json};
use shared::members::{self, Archiving, OrFail, Reported, RoleChange, unverified};
use shared::models::{MemberId, PublicMember, Text};
use std::time::Duration;

/// A superuser. When it cannot be found out who calls, these routes say so in their own way.
pub(crate) struct Officer(MemberId);

impl FromRequestParts<App> for Officer {
    type Rejection = MembersError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let Superuser(member) = Superuser::from_request_parts(parts, app).await.or_fail(Failure::Internal)?;
        Ok(Self(member))
    }
}

/// Which roles a member is to have.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Roles {
    /// The role `member`.
    #[serde(default, deserialize_with = "shared::models::present")]
    #[schema(nullable = false)]
    member: Option<bool>,
    /// The role `archived`.
    #[serde(default, deserialize_with = "shared::models::present")]
    #[schema(nullable = false)]
    archived: Option<bool>,
    /// Why.
    #[serde(default, deserialize_with = "shared::models::present")]
    #[schema(nullable = false)]
    reason: Option<Text<0, 500>>,
}

/// A message.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Message {
    /// The message.
    message: &'static str,
}

/// Give a member roles, or take them
///
/// Each role that is sent must differ from what the member has; else nothing changes.
#[utoipa::path(
    patch,
    path = "/users/{id}/temporary/data",
    tag = "Members",
    security(("sessionCookie" = []), ("sessionToken" = [])),
    params(("id" = String, Path, description = "The member's id.", example = "bessie")),
    request_body(content = Roles, example = json!({ "member": true, "reason": "Passed the check flight" })),
    responses(
        (status = 200, description = "Changed.", body = Message, example = json!({ "message": "role updated successfully!" })),
        (status = 400, description = "Anything else in the body.", body = MembersErrorBody,
            example = json!({ "statusCode": 400, "error": "Invalid Request", "message": "Invalid role" })),
        (status = 404, description = "No such member.", body = MembersErrorBody,
            example = json!({ "statusCode": 404, "error": "Not Found", "message": "User not found" })),
        (status = 409, description = "A role is as it is to be.", body = MembersErrorBody,
            example = json!({ "statusCode": 409, "error": "Not Found", "message": "role already exist!" })),
        MembersBodyFailures,
        SuperuserFailures,
    )
)]
pub(crate) async fn change_roles(
    Officer(by): Officer,
    State(app): State<App>,
    Params(id): Params<String>,
    JsonBody(body): JsonBody,
) -> Result<Json<Message>, MembersError> {
    let is_object = body.trim_ascii_start().first() == Some(&b'{');
    let roles = Some(body).filter(|_| is_object).and_then(|body| parse_json::<Roles>(&body).ok());
    let roles = roles.filter(|roles| roles.member.is_some() || roles.archived.is_some());
    let roles = roles.ok_or(MembersError::InvalidRole)?;
    let id: MemberId = id.parse().map_err(|_| MembersError::NotFound("User not found"))?;
    let change = RoleChange {
        member: roles.member,
        archived: roles.archived,
        reason: roles.reason.map(|reason| reason.to_string()),
    };
    members::change_roles(&app, &by, &id, &change).await.or_fail(Failure::Internal)?;
    Ok(Json(Message { message: "role updated successfully!" }))
}

/// What to do with members who are not on Discord.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Action {
    /// `archiveUsers`, or `nonVerifiedDiscordUsers`, which changes nothing.
    #[schema(example = "archiveUsers")]
    action: String,
}

/// What was done.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ActionDone {
    /// What was.
    message: &'static str,
    /// How many.
    data: ActionCounts,
}

/// How many members.
#[derive(Debug, Default, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ActionCounts {
    /// Members found.
    total_users: usize,
    /// Members archived.
    total_users_archived: usize,
    /// Members left for the next run, because of a failure.
    total_operations_failed: usize,
    /// Those archived; with `debug=true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    updated_user_details: Option<Vec<Reported>>,
    /// Those left; with `debug=true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    failed_user_details: Option<Vec<Reported>>,
    /// Those without a linked Discord account; with `nonVerifiedDiscordUsers`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    users: Option<Vec<PublicMember>>,
}

/// Archive members who are not on Discord
///
/// Or, with `nonVerifiedDiscordUsers`, list those without a linked Discord account.
#[utoipa::path(
    patch,
    path = "/users",
    tag = "Members",
    security(("sessionCookie" = []), ("sessionToken" = [])),
    params(("debug" = Option<bool>, Query, nullable = false, description = "Whether to say who was archived.")),
    request_body(content = Action, example = json!({ "action": "archiveUsers" })),
    responses(
        (status = 200, description = "Done.", body = ActionDone),
        (status = 400, description = "Another action.", body = MembersErrorBody,
            example = json!({ "statusCode": 400, "error": "Bad Request", "message": "Invalid payload" })),
        (status = 413, description = "Body over 100 kB, or the answer would be larger than 6 MB.", body = MembersErrorBody,
            example = json!({ "statusCode": 413, "error": "Payload Too Large", "message": "Request body is larger than 102400 bytes" })),
        (status = 415, description = "The body is not declared to be JSON.", body = MembersErrorBody,
            example = json!({ "statusCode": 415, "error": "Unsupported Media Type", "message": "Content-Type must be application/json" })),
        SuperuserFailures,
    )
)]
pub(crate) async fn update_users(
    Officer(by): Officer,
    State(app): State<App>,
    mut query: QueryParams,
    body: Result<Body<Action>, MembersError>,
) -> Result<Json<ActionDone>, MembersError> {
    let debug = query.flag("debug")?;
    query.finish()?;
    let invalid = || MembersError::BadRequest("Invalid payload".to_owned());
    let Body(Action { action }) = body.map_err(|error| match error {
        MembersError::BadRequest(_) => invalid(),
        error => error,
    })?;
    match action.as_str() {
        "archiveUsers" => archive(&app, &by, debug).await,
        "nonVerifiedDiscordUsers" => {
            let users = unverified(&app).await.or_fail(Failure::Internal)?;
            let users: Vec<PublicMember> = users.into_iter().map(PublicMember::from).collect();
            let data = ActionCounts { total_users: users.len(), users: Some(users), ..ActionCounts::default() };
            Ok(Json(ActionDone { message: "Users not verified in Discord returned successfully!", data }))
        }
        _ => Err(invalid()),
    }
}

async fn archive(app: &App, by: &MemberId, debug: bool) -> Result<Json<ActionDone>, MembersError> {
    // A person's explicit wish is not held back.
    let how = Archiving { by: by.to_string(), grace: Duration::ZERO, max_share: None };
    let run = members::archive(app, &how).await.or_fail(Failure::Internal)?;
    let message = if run.found() == 0 {
        "Couldn't find any users currently inactive in Discord but not archived."
    } else {
        "Successfully updated users archived role to true if in_discord role is false"
    };
    let data = ActionCounts {
        total_users: run.found(),
        total_users_archived: run.archived.len(),
        total_operations_failed: run.failed.len(),
        updated_user_details: debug.then_some(run.archived),
        failed_user_details: debug.then_some(run.failed),
        users: None,
    };
    Ok(Json(ActionDone { message, data }))
}
