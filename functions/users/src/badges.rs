//! `GET /users/{id}/badges`, `PUT` and `DELETE /users/{id}/badges/{badgeId}`, `POST` and `GET /badges`

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::Serialize;
use shared::App;
use shared::error::{Failure, MembersError};
use shared::http::members::{Body, Params};
use shared::http::openapi::{MembersBodyFailures, PublicFailures, SuperuserFailures};
use shared::http::{MembersErrorBody, Superuser};
use shared::members::{self, BadgeDraft, OrFail};
use shared::models::{Badge, BadgeId, MemberId, Timestamp};

/// A badge as it is shown.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "first-flight", "name": "First Flight", "description": "Flew for the first time",
    "imageUrl": "https://example.com/first-flight.png", "createdBy": "demo-admin",
    "createdAt": { "date": "2/1/2024", "time": "9:00:00 AM" }
}))]
pub(crate) struct ShownBadge {
    /// Its id.
    id: BadgeId,
    /// Its name.
    name: String,
    /// What it is for; may be empty.
    description: String,
    /// Where its picture is.
    image_url: String,
    /// Who made it.
    created_by: String,
    /// When.
    created_at: DateAndTime,
}

/// An instant in UTC, as in the United States of America.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct DateAndTime {
    /// Month, day, year.
    #[schema(example = "11/14/2023")]
    date: String,
    /// Of twelve hours.
    #[schema(example = "10:13:20 PM")]
    time: String,
}

impl From<Badge> for ShownBadge {
    fn from(badge: Badge) -> Self {
        let created_at: Timestamp = badge.created_at.into();
        Self {
            id: badge.id,
            name: badge.name.to_string(),
            description: badge.description.to_string(),
            image_url: badge.image_url.to_string(),
            created_by: badge.created_by.to_string(),
            created_at: DateAndTime {
                date: created_at.formatted("%-m/%-d/%Y"),
                time: created_at.formatted("%-I:%M:%S %p"),
            },
        }
    }
}

/// Badges.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Badges {
    /// Always the same.
    #[schema(example = "Badges returned successfully")]
    message: &'static str,
    /// The badges.
    badges: Vec<ShownBadge>,
}

/// List a member's badges
///
/// In the order awarded; none of an unknown member.
#[utoipa::path(
    get,
    path = "/users/{id}/badges",
    tag = "Members",
    params(("id" = String, Path, description = "The member's id.", example = "ada")),
    responses(
        (status = 200, description = "The badges.", body = Badges),
        (status = 400, description = "Something unexpected.", body = MembersErrorBody,
            example = json!({ "statusCode": 400, "error": "Bad Request", "message": "Failed to get user badges." })),
    )
)]
pub(crate) async fn list_user_badges(
    State(app): State<App>,
    Params(id): Params<String>,
) -> Result<Json<Badges>, MembersError> {
    let badges = members::badges_of(&app, &id).await.or_fail(Failure::Badges)?;
    // So clients know it.
    let message = "Badges returned succesfully";
    Ok(Json(Badges { message, badges: badges.into_iter().map(ShownBadge::from).collect() }))
}

/// Award a badge to a member
///
/// Again is harmless.
#[utoipa::path(
    put,
    path = "/users/{id}/badges/{badgeId}",
    tag = "Members",
    security(("sessionCookie" = []), ("sessionToken" = [])),
    params(
        ("id" = String, Path, description = "The member's id.", example = "bessie"),
        ("badgeId" = BadgeId, Path, description = "The badge.", example = "first-flight"),
    ),
    responses(
        (status = 204, description = "The member has it."),
        (status = 404, description = "No such member or badge.", body = MembersErrorBody,
            example = json!({ "statusCode": 404, "error": "Not Found", "message": "Badge not found" })),
        SuperuserFailures,
    )
)]
pub(crate) async fn award_badge(
    _: Superuser,
    State(app): State<App>,
    Params((id, badge)): Params<(String, String)>,
) -> Result<StatusCode, MembersError> {
    let (id, badge) = member_and_badge(&id, &badge)?;
    members::award_badge(&app, &id, &badge).await.or_fail(Failure::Unavailable)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take a badge from a member
#[utoipa::path(
    delete,
    path = "/users/{id}/badges/{badgeId}",
    tag = "Members",
    security(("sessionCookie" = []), ("sessionToken" = [])),
    params(
        ("id" = String, Path, description = "The member's id.", example = "ada"),
        ("badgeId" = BadgeId, Path, description = "The badge.", example = "night-owl"),
    ),
    responses(
        (status = 204, description = "Taken."),
        (status = 404, description = "No such member, or the member does not have it.", body = MembersErrorBody,
            example = json!({ "statusCode": 404, "error": "Not Found", "message": "Badge not found" })),
        SuperuserFailures,
    )
)]
pub(crate) async fn take_badge(
    _: Superuser,
    State(app): State<App>,
    Params((id, badge)): Params<(String, String)>,
) -> Result<StatusCode, MembersError> {
    let (id, badge) = member_and_badge(&id, &badge)?;
    members::take_badge(&app, &id, &badge).await.or_fail(Failure::Unavailable)?;
    Ok(StatusCode::NO_CONTENT)
}

fn member_and_badge(id: &str, badge: &str) -> Result<(MemberId, BadgeId), MembersError> {
    let id = id.parse().map_err(|_| MembersError::NotFound("User not found"))?;
    let badge = badge.parse().map_err(|_| MembersError::NotFound("Badge not found"))?;
    Ok((id, badge))
}

/// A badge that was made.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct BadgeCreated {
    /// Always the same.
    #[schema(example = "Badge created successfully")]
    message: &'static str,
    /// The badge.
    badge: ShownBadge,
}

/// Make a badge
#[utoipa::path(
    post,
    path = "/badges",
    tag = "Members",
    security(("sessionCookie" = []), ("sessionToken" = [])),
    request_body(content = BadgeDraft, example = json!({
        "name": "Smooth Landing", "description": "Nobody woke up",
        "imageUrl": "https://example.com/smooth-landing.png"
    })),
    responses(
        (status = 200, description = "The badge.", body = BadgeCreated),
        (status = 400, description = "A field is missing or bad; says which.", body = MembersErrorBody,
            example = json!({ "statusCode": 400, "error": "Bad Request", "message": "\"name\" expected 3 to 30 characters" })),
        MembersBodyFailures,
        SuperuserFailures,
    )
)]
pub(crate) async fn create_badge(
    Superuser(by): Superuser,
    State(app): State<App>,
    Body(draft): Body<BadgeDraft>,
) -> Result<Json<BadgeCreated>, MembersError> {
    let badge = members::create_badge(&app, &by, draft).await.or_fail(Failure::Unavailable)?;
    Ok(Json(BadgeCreated { message: "Badge created successfully", badge: badge.into() }))
}

/// List all badges
#[utoipa::path(
    get,
    path = "/badges",
    tag = "Members",
    responses(
        (status = 200, description = "The badges.", body = Badges),
        PublicFailures,
    )
)]
pub(crate) async fn list_badges(State(app): State<App>) -> Result<Json<Badges>, MembersError> {
    let badges = app.store.badges().await.or_fail(Failure::Unavailable)?;
    let message = "Badges returned successfully";
    Ok(Json(Badges { message, badges: badges.into_iter().map(ShownBadge::from).collect() }))
}
