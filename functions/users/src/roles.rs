//! `PATCH /users/{id}/temporary/data` and `PATCH /users`

use crate::list::page_size;
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use shared::Context;
use shared::http::members::{Body, JsonBody, Params};
use shared::http::openapi::{MembersBodyResponses, SuperuserResponses};
use shared::http::{Failure, MembersError, MembersErrorBody, OrFail, OrInternal, QueryParams, Superuser};
use shared::members::{self, Archiving, Reported, RoleChange, unverified};
use shared::models::{Lines, MemberId, PublicMember, parse_json};
use std::time::Duration;

/// The roles to change. At least one must be given; an absent role stays as it is.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Roles {
    /// Whether the member is to have the role `member`.
    member: Option<bool>,
    /// Whether the member is to have the role `archived`.
    archived: Option<bool>,
    /// Reason for the change, at most 500 characters, kept in the audit trail.
    #[serde(default, deserialize_with = "shared::models::filled")]
    reason: Option<Lines<1, 500>>,
}

/// Confirmation with a message for people to read.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Message {
    /// Always `role updated successfully!`, for people to read.
    message: &'static str,
}

/// Change a member's roles
///
/// Each role that is sent must differ from what the member has; otherwise the response is 409 and nothing changes.
/// Repeating the request therefore returns 409, and of two equal requests that run at once only one succeeds. The
/// change is recorded in the audit trail, with the caller and the `reason`.
#[utoipa::path(
    patch,
    path = "/users/{id}/temporary/data",
    tag = "Members",
    security(("sessionCookie" = []), ("sessionToken" = [])),
    extensions(("x-dynamodb-requests" = json!("3"))),
    params(("id" = String, Path, description = "Id of the member.", example = "bessie")),
    request_body(content = Roles, example = json!({ "member": true, "reason": "Passed the check flight" })),
    responses(
        (status = 200, description = "The roles were changed.", body = Message,
            example = json!({ "message": "role updated successfully!" })),
        (status = 400, body = MembersErrorBody,
            description = "The body holds no role, an unknown field or a value of the wrong type.",
            example = json!({ "statusCode": 400, "error": "Invalid Request", "message": "Invalid role" })),
        (status = 404, description = "No member has this id.", body = MembersErrorBody,
            example = json!({ "statusCode": 404, "error": "Not Found", "message": "User not found" })),
        (status = 409, body = MembersErrorBody,
            description = "A role that was sent already has the requested value; nothing was changed.",
            example = json!({ "statusCode": 409, "error": "Not Found", "message": "role already exist!" })),
        MembersBodyResponses,
        SuperuserResponses,
    )
)]
pub(crate) async fn change_roles(
    OrInternal(Superuser(by)): OrInternal<Superuser>,
    State(context): State<Context>,
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
    members::change_roles(&context, &by, &id, &change).await.or_fail(Failure::Internal)?;
    Ok(Json(Message { message: "role updated successfully!" }))
}

/// An action for members who are not on Discord.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Action {
    /// Name of the action: `archiveUsers`, or `nonVerifiedDiscordUsers`, which changes nothing.
    #[schema(example = "archiveUsers")]
    action: String,
}

/// Result of an action for members who are not on Discord.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ActionDone {
    /// Summary of the result for people to read.
    message: &'static str,
    /// Number of members found, archived and not archived, with details on request.
    data: ActionCounts,
}

/// Number of members that an action found and changed.
#[derive(Debug, Default, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ActionCounts {
    /// Number of members found: those to archive, or those without a linked Discord account, who are counted up to
    /// 100,000.
    total_users: usize,
    /// Number of members archived; 0 for `nonVerifiedDiscordUsers`.
    total_users_archived: usize,
    /// Number of members who could not be archived and are left for the next run.
    total_operations_failed: usize,
    /// Members who were archived, up to 10,000 of them. Present only for `archiveUsers` with `debug=true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    updated_user_details: Option<Vec<Reported>>,
    /// Members who could not be archived, up to 10,000 of them. Present only for `archiveUsers` with `debug=true`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    failed_user_details: Option<Vec<Reported>>,
    /// A page of the members without a linked Discord account, by id. Present only for `nonVerifiedDiscordUsers`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    users: Option<Vec<PublicMember>>,
    /// Id of the last member on the page, to give as parameter `next` for the following page; `null` on the last page.
    /// Present only for `nonVerifiedDiscordUsers`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[allow(clippy::option_option, reason = "it can be absent or null")]
    next: Option<Option<MemberId>>,
}

/// Archive members who are not on Discord
///
/// The action `archiveUsers` archives every unarchived member who is not on Discord. A member who joins meanwhile is
/// not archived, and one who could not be archived is left for the next run. Repeating the request is harmless.
///
/// The action `nonVerifiedDiscordUsers` changes nothing: it lists the unarchived members without a linked Discord
/// account, a page at a time.
#[utoipa::path(
    patch,
    path = "/users",
    tag = "Members",
    security(("sessionCookie" = []), ("sessionToken" = [])),
    extensions(("x-dynamodb-requests" = json!(
        "5 for two members; in general, 1 per 1,000 candidates, 1 per 10,000 to count them, 1 per 100 to read them and \
        1 per archived member"
    ))),
    params(("debug" = Option<bool>, Query, nullable = false, example = true,
        description = "Whether to list the members who were archived and those who could not be; default `false`."),
        ("size" = Option<u16>, Query, nullable = false, minimum = 1, maximum = 1000,
        description = "Maximum number of members that `nonVerifiedDiscordUsers` lists; default 1,000."),
        ("next" = Option<String>, Query, nullable = false,
        description = "Id of the member after whom `nonVerifiedDiscordUsers` continues, from `data.next`; by default, it \
        lists the first members.")),
    request_body(content = Action, example = json!({ "action": "archiveUsers" })),
    responses(
        (status = 200, description = "The action was carried out.", body = ActionDone),
        (status = 400, description = "The body holds no known action.", body = MembersErrorBody,
            example = json!({ "statusCode": 400, "error": "Bad Request", "message": "Invalid payload" })),
        (status = 413, body = MembersErrorBody,
            description = "The request body is larger than 100 kB, or the response would be larger than 6 MB.",
            example = json!({ "statusCode": 413, "error": "Payload Too Large", "message": "Request body is larger than 102400 bytes" })),
        (status = 415, body = MembersErrorBody,
            description = "The `Content-Type` of the body is not `application/json`.",
            example = json!({ "statusCode": 415, "error": "Unsupported Media Type", "message": "Content-Type must be application/json" })),
        SuperuserResponses,
    )
)]
pub(crate) async fn update_users(
    OrInternal(Superuser(by)): OrInternal<Superuser>,
    State(context): State<Context>,
    mut query: QueryParams,
    body: Result<Body<Action>, MembersError>,
) -> Result<Json<ActionDone>, MembersError> {
    let debug = query.flag("debug")?;
    let size = page_size(&mut query, 1000)?;
    let bad_next = |_| MembersError::BadRequest("\"next\" must be the id of a member".to_owned());
    let after = query.one("next")?.map(|id| id.parse().map_err(bad_next)).transpose()?;
    let invalid = || MembersError::BadRequest("Invalid payload".to_owned());
    let Body(Action { action }) = body.map_err(|error| match error {
        MembersError::BadRequest(_) => invalid(),
        error => error,
    })?;
    match action.as_str() {
        "archiveUsers" => archive(&context, &by, debug).await,
        "nonVerifiedDiscordUsers" => {
            let found = unverified(&context, size, after).await.or_fail(Failure::Internal)?;
            let users = found.members.into_iter().map(PublicMember::from).collect();
            let (users, next) = (Some(users), Some(found.next));
            let data = ActionCounts { total_users: found.count, users, next, ..ActionCounts::default() };
            Ok(Json(ActionDone { message: "Users not verified in Discord returned successfully!", data }))
        }
        _ => Err(invalid()),
    }
}

async fn archive(context: &Context, by: &MemberId, debug: bool) -> Result<Json<ActionDone>, MembersError> {
    // A superuser asked for it explicitly, so neither the grace period nor the safety stop applies.
    let how = Archiving { by: by.to_string(), grace: Duration::ZERO, max_share: None };
    let run = members::archive(context, &how).await.or_fail(Failure::Internal)?;
    let message = if run.found() == 0 {
        "Couldn't find any users currently inactive in Discord but not archived."
    } else {
        "Successfully updated users archived role to true if in_discord role is false"
    };
    let data = ActionCounts {
        total_users: run.found(),
        total_users_archived: run.archived.count,
        total_operations_failed: run.failed.count,
        updated_user_details: debug.then_some(run.archived.named),
        failed_user_details: debug.then_some(run.failed.named),
        ..ActionCounts::default()
    };
    Ok(Json(ActionDone { message, data }))
}
