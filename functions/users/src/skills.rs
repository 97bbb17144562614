//! `GET /users/{id}/skills`, `PUT` and `DELETE /users/{id}/skills/{tagId}`

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::Serialize;
use shared::App;
use shared::error::{Failure, MembersError};
use shared::http::members::{Body, Params};
use shared::http::openapi::{MembersBodyFailures, PublicFailures, SuperuserFailures};
use shared::http::{MembersErrorBody, Superuser};
use shared::members::{self, OrFail};
use shared::models::{MemberId, Skill, SkillDraft, TagId};

/// A member's skills.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Skills {
    /// Always the same.
    #[schema(example = "Skills returned successfully!")]
    message: &'static str,
    /// The skills, by tag.
    skills: Vec<Skill>,
}

/// List a member's skills
#[utoipa::path(
    get,
    path = "/users/{id}/skills",
    tag = "Members",
    params(("id" = String, Path, description = "The member's id.", example = "ada")),
    responses(
        (status = 200, description = "The skills.", body = Skills),
        (status = 404, description = "No such member.", body = MembersErrorBody,
            example = json!({ "statusCode": 404, "error": "Not Found", "message": "User doesn't exist" })),
        PublicFailures,
    )
)]
pub(crate) async fn list_skills(
    State(app): State<App>,
    Params(id): Params<String>,
) -> Result<Json<Skills>, MembersError> {
    let skills = members::skills_of(&app, &id).await.or_fail(Failure::Unavailable)?;
    Ok(Json(Skills { message: "Skills returned successfully!", skills }))
}

/// Set how well a member can do something
///
/// One level for each tag; at most 10 tags.
#[utoipa::path(
    put,
    path = "/users/{id}/skills/{tagId}",
    tag = "Members",
    security(("sessionCookie" = []), ("sessionToken" = [])),
    params(
        ("id" = String, Path, description = "The member's id.", example = "bessie"),
        ("tagId" = TagId, Path, description = "What.", example = "rust"),
    ),
    request_body(content = SkillDraft, example = json!({
        "tagName": "Rust", "levelId": "level-1", "levelName": "1", "levelValue": 1
    })),
    responses(
        (status = 200, description = "The skill.", body = Skill),
        (status = 400, description = "A field is missing or bad; says which.", body = MembersErrorBody,
            example = json!({ "statusCode": 400, "error": "Bad Request", "message": "\"levelId\" is required" })),
        (status = 404, description = "No such member.", body = MembersErrorBody,
            example = json!({ "statusCode": 404, "error": "Not Found", "message": "User not found" })),
        (status = 409, description = "The member has 10 other skills.", body = MembersErrorBody,
            example = json!({ "statusCode": 409, "error": "Conflict", "message": "User has too many skills" })),
        MembersBodyFailures,
        SuperuserFailures,
    )
)]
pub(crate) async fn put_skill(
    _: Superuser,
    State(app): State<App>,
    Params((id, tag)): Params<(String, String)>,
    Body(draft): Body<SkillDraft>,
) -> Result<Json<Skill>, MembersError> {
    let id: MemberId = id.parse().map_err(|_| MembersError::NotFound("User not found"))?;
    let tag: TagId = tag.parse().map_err(|why| MembersError::BadRequest(format!("\"tagId\" {why}")))?;
    members::put_skill(&app, &id, tag, draft).await.or_fail(Failure::Unavailable).map(Json)
}

/// Take a skill from a member
#[utoipa::path(
    delete,
    path = "/users/{id}/skills/{tagId}",
    tag = "Members",
    security(("sessionCookie" = []), ("sessionToken" = [])),
    params(
        ("id" = String, Path, description = "The member's id.", example = "ada"),
        ("tagId" = TagId, Path, description = "What.", example = "dispatch"),
    ),
    responses(
        (status = 204, description = "Taken."),
        (status = 404, description = "No such member or skill.", body = MembersErrorBody,
            example = json!({ "statusCode": 404, "error": "Not Found", "message": "Skill not found" })),
        SuperuserFailures,
    )
)]
pub(crate) async fn delete_skill(
    _: Superuser,
    State(app): State<App>,
    Params((id, tag)): Params<(String, String)>,
) -> Result<StatusCode, MembersError> {
    let id: MemberId = id.parse().map_err(|_| MembersError::NotFound("User not found"))?;
    let tag: TagId = tag.parse().map_err(|_| MembersError::NotFound("Skill not found"))?;
    members::delete_skill(&app, &id, &tag).await.or_fail(Failure::Unavailable)?;
    Ok(StatusCode::NO_CONTENT)
}
