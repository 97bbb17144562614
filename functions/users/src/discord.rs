//! `PATCH /users/{id}/discord`

use axum::Json;
use axum::extract::State;
use shared::App;
use shared::error::{Failure, MembersError};
use shared::http::members::{Body, Params};
use shared::http::openapi::{MembersBodyFailures, SuperuserFailures};
use shared::http::{MembersErrorBody, Superuser};
use shared::members::{self, DiscordChange, OrFail};
use shared::models::{MemberId, PublicMember};

/// Link a member's Discord account, or record joining and leaving
///
/// `discordId: null` unlinks. Joining unarchives.
#[utoipa::path(
    patch,
    path = "/users/{id}/discord",
    tag = "Members",
    security(("sessionCookie" = []), ("sessionToken" = [])),
    params(("id" = String, Path, description = "The member's id.", example = "dorothy")),
    request_body(content = DiscordChange, example = json!({
        "discordId": "799600467218923524", "in_discord": true, "discordJoinedAt": "2024-03-15T10:30:00.000Z"
    })),
    responses(
        (status = 200, description = "The member.", body = PublicMember),
        (status = 400, description = "A field is bad; says which.", body = MembersErrorBody,
            example = json!({ "statusCode": 400, "error": "Bad Request", "message": "\"discordId\" expected 1 to 20 decimal digits" })),
        (status = 404, description = "No such member.", body = MembersErrorBody,
            example = json!({ "statusCode": 404, "error": "Not Found", "message": "User not found" })),
        (status = 409, description = "Another member has that account.", body = MembersErrorBody,
            example = json!({ "statusCode": 409, "error": "Conflict", "message": "User already exists" })),
        MembersBodyFailures,
        SuperuserFailures,
    )
)]
pub(crate) async fn change_discord(
    Superuser(by): Superuser,
    State(app): State<App>,
    Params(id): Params<String>,
    Body(change): Body<DiscordChange>,
) -> Result<Json<PublicMember>, MembersError> {
    let id: MemberId = id.parse().map_err(|_| MembersError::NotFound("User not found"))?;
    let member = members::change_discord(&app, by.as_str(), &id, &change).await.or_fail(Failure::Unavailable)?;
    Ok(Json(member.into()))
}
