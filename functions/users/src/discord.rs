//! `PATCH /users/{id}/discord`

use axum::Json;
use axum::extract::State;
use shared::Context;
use shared::http::members::{Body, Params};
use shared::http::openapi::{MembersBodyResponses, SuperuserResponses};
use shared::http::{Failure, MembersError, MembersErrorBody, OrFail, Superuser};
use shared::members::{self, DiscordChange};
use shared::models::{MemberId, PublicMember};

/// Update a member's Discord account and presence
///
/// Links or unlinks the member's Discord account and records that the member joined or left the Discord server. Absent
/// fields keep their values, and `discordId: null` unlinks the account. A member who joins the server is unarchived.
/// Repeating the request changes nothing further.
#[utoipa::path(
    patch,
    path = "/users/{id}/discord",
    tag = "Members",
    security(("sessionCookie" = []), ("sessionToken" = [])),
    extensions(("x-dynamodb-requests" = json!("3"))),
    params(("id" = String, Path, description = "Id of the member.", example = "dorothy")),
    request_body(content = DiscordChange, example = json!({
        "discordId": "799600467218923524", "in_discord": true, "discordJoinedAt": "2024-03-15T10:00:00.000Z"
    })),
    responses(
        (status = 200, description = "The member after the change.", body = PublicMember),
        (status = 400, description = "A field is invalid; the message names it.", body = MembersErrorBody,
            example = json!({ "statusCode": 400, "error": "Bad Request", "message": "\"discordId\" must be a string of 17 to 20 digits without leading zeros" })),
        (status = 404, description = "No member has this id.", body = MembersErrorBody,
            example = json!({ "statusCode": 404, "error": "Not Found", "message": "User not found" })),
        (status = 409, description = "Another member has linked this Discord account.", body = MembersErrorBody,
            example = json!({ "statusCode": 409, "error": "Conflict", "message": "User already exists" })),
        MembersBodyResponses,
        SuperuserResponses,
    )
)]
pub(crate) async fn change_discord(
    Superuser(by): Superuser,
    State(context): State<Context>,
    Params(id): Params<String>,
    Body(change): Body<DiscordChange>,
) -> Result<Json<PublicMember>, MembersError> {
    let id: MemberId = id.parse().map_err(|_| MembersError::NotFound("User not found"))?;
    let member = members::change_discord(&context, by.as_str(), &id, &change).await.or_fail(Failure::Unavailable)?;
    Ok(Json(member.into()))
}
