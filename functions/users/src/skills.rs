//! `GET /users/{id}/skills`, `PUT` and `DELETE /users/{id}/skills/{tagId}`

use crate::lookup::NO_SUCH_USER;
use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::Serialize;
use shared::Context;
use shared::http::members::{Body, Params};
use shared::http::openapi::{MembersBodyResponses, PublicResponses, SuperuserResponses};
use shared::http::{Failure, MembersError, MembersErrorBody, OrFail, Superuser};
use shared::members;
use shared::models::{MemberId, Skill, SkillDraft, TagId};

/// The skills of a member, with a message.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Skills {
    /// Always `Skills returned successfully!`, for people to read.
    #[schema(example = "Skills returned successfully!")]
    message: &'static str,
    /// Skills of the member, ordered by the id of their tag.
    skills: Vec<Skill>,
}

/// List a member's skills
///
/// Returns all skills of the member, ordered by the id of their tag. No session is needed.
#[utoipa::path(
    get,
    path = "/users/{id}/skills",
    tag = "Members",
    extensions(("x-dynamodb-requests" = json!("1"))),
    params(("id" = String, Path, description = "Id of the member.", example = "ada")),
    responses(
        (status = 200, description = "The skills of the member.", body = Skills),
        (status = 404, description = "No member has this id.", body = MembersErrorBody,
            example = json!({ "statusCode": 404, "error": "Not Found", "message": "User doesn't exist" })),
        PublicResponses,
    )
)]
pub(crate) async fn list_skills(
    State(context): State<Context>,
    Params(id): Params<String>,
) -> Result<Json<Skills>, MembersError> {
    let skills = members::skills_of(&context, &id).await.or_fail(Failure::Unavailable)?.ok_or(NO_SUCH_USER)?;
    Ok(Json(Skills { message: "Skills returned successfully!", skills }))
}

/// Set a member's skill
///
/// Sets the member's level for the tag, whatever it was before. A member has one level per tag and at most 10 skills.
/// Repeating the request changes nothing further.
#[utoipa::path(
    put,
    path = "/users/{id}/skills/{tagId}",
    tag = "Members",
    security(("sessionCookie" = []), ("sessionToken" = [])),
    extensions(("x-dynamodb-requests" = json!("3"))),
    params(
        ("id" = String, Path, description = "Id of the member.", example = "bessie"),
        ("tagId" = TagId, Path, description = "Id of the skill's tag.", example = "rust"),
    ),
    request_body(content = SkillDraft, example = json!({
        "tagName": "Rust", "levelId": "level-1", "levelName": "1", "levelValue": 1
    })),
    responses(
        (status = 200, description = "The skill as it was set.", body = Skill),
        (status = 400, description = "A field is missing or invalid; the message names it.", body = MembersErrorBody,
            example = json!({ "statusCode": 400, "error": "Bad Request", "message": "\"levelId\" is required" })),
        (status = 404, description = "No member has this id.", body = MembersErrorBody,
            example = json!({ "statusCode": 404, "error": "Not Found", "message": "User not found" })),
        (status = 409, description = "The member already has 10 other skills.", body = MembersErrorBody,
            example = json!({ "statusCode": 409, "error": "Conflict", "message": "User has too many skills" })),
        MembersBodyResponses,
        SuperuserResponses,
    )
)]
pub(crate) async fn put_skill(
    _: Superuser,
    State(context): State<Context>,
    Params((id, tag)): Params<(String, String)>,
    Body(draft): Body<SkillDraft>,
) -> Result<Json<Skill>, MembersError> {
    let id: MemberId = id.parse().map_err(|_| MembersError::NotFound("User not found"))?;
    let tag: TagId = tag.parse().map_err(|why| MembersError::BadRequest(format!("\"tagId\" {why}")))?;
    members::put_skill(&context, &id, tag, draft).await.or_fail(Failure::Unavailable).map(Json)
}

/// Delete a member's skill
///
/// Removes the skill from the member. Repeating the request returns 404.
#[utoipa::path(
    delete,
    path = "/users/{id}/skills/{tagId}",
    tag = "Members",
    security(("sessionCookie" = []), ("sessionToken" = [])),
    extensions(("x-dynamodb-requests" = json!("3"))),
    params(
        ("id" = String, Path, description = "Id of the member.", example = "ada"),
        ("tagId" = TagId, Path, description = "Id of the skill's tag.", example = "dispatch"),
    ),
    responses(
        (status = 204, description = "The member no longer has the skill."),
        (status = 404, description = "The member does not exist or does not have the skill.", body = MembersErrorBody,
            example = json!({ "statusCode": 404, "error": "Not Found", "message": "Skill not found" })),
        SuperuserResponses,
    )
)]
pub(crate) async fn delete_skill(
    _: Superuser,
    State(context): State<Context>,
    Params((id, tag)): Params<(String, String)>,
) -> Result<StatusCode, MembersError> {
    let id: MemberId = id.parse().map_err(|_| MembersError::NotFound("User not found"))?;
    let tag: TagId = tag.parse().map_err(|_| MembersError::NotFound("Skill not found"))?;
    members::delete_skill(&context, &id, &tag).await.or_fail(Failure::Unavailable)?;
    Ok(StatusCode::NO_CONTENT)
}
