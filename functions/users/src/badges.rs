//! `GET /users/{id}/badges`, `PUT` and `DELETE /users/{id}/badges/{badgeId}`, `POST` and `GET /badges`

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::Serialize;
use shared::Context;
use shared::http::members::{Body, Params};
use shared::http::openapi::{MembersBodyResponses, PublicResponses, SuperuserResponses};
use shared::http::{Failure, MembersError, MembersErrorBody, OrFail, Superuser};
use shared::members::{self, BadgeDraft};
use shared::models::{Badge, BadgeId, MemberId, Timestamp};

/// A badge as the API returns it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "id": "first-flight", "name": "First Flight", "description": "Flew for the first time",
    "imageUrl": "https://example.com/first-flight.png", "createdBy": "demo-admin",
    "createdAt": { "date": "2/1/2024", "time": "9:00:00 AM" }
}))]
pub(crate) struct ShownBadge {
    /// Id of the badge: 1 to 64 letters, digits, `-` and `_`.
    id: BadgeId,
    /// Name of the badge, 3 to 30 characters.
    name: String,
    /// What the badge is awarded for, at most 130 characters; may be empty.
    description: String,
    /// URL of the badge's image, at most 2,048 characters.
    image_url: String,
    /// Who created the badge, 1 to 100 characters: by default the id of the superuser who did.
    created_by: String,
    /// Time the badge was created, in UTC.
    created_at: DateAndTime,
}

/// Instant in UTC, as date and time in the format of the United States.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct DateAndTime {
    /// Date in UTC as month/day/year, without leading zeros.
    #[schema(example = "11/14/2023")]
    date: String,
    /// Time of day in UTC, on the 12-hour clock with seconds.
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

/// A list of badges with a message.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Badges {
    /// Message for people to read. For the badges of a member it is spelled `Badges returned succesfully`.
    #[schema(example = "Badges returned successfully")]
    message: &'static str,
    /// Badges, in the order that the route documents.
    badges: Vec<ShownBadge>,
}

/// List a member's badges
///
/// Returns the member's badges in the order in which they were awarded. An unknown member has none, and badges that no
/// longer exist are left out. No session is needed.
#[utoipa::path(
    get,
    path = "/users/{id}/badges",
    tag = "Members",
    extensions(("x-dynamodb-requests" = json!("2, or 1 if there are none"))),
    params(("id" = String, Path, description = "Id of the member.", example = "ada")),
    responses(
        (status = 200, description = "The badges of the member, in the order awarded.", body = Badges),
        (status = 400, description = "The request failed unexpectedly.", body = MembersErrorBody,
            example = json!({ "statusCode": 400, "error": "Bad Request", "message": "Failed to get user badges." })),
    )
)]
pub(crate) async fn list_user_badges(
    State(context): State<Context>,
    Params(id): Params<String>,
) -> Result<Json<Badges>, MembersError> {
    let badges = members::badges_of(&context, &id).await.or_fail(Failure::Badges)?;
    // The misspelling is part of the API: existing clients may rely on it.
    let message = "Badges returned succesfully";
    Ok(Json(Badges { message, badges: badges.into_iter().map(ShownBadge::from).collect() }))
}

/// Award a badge to a member
///
/// Adds the badge to the end of the member's badges. Repeating the request changes nothing and also returns 204.
#[utoipa::path(
    put,
    path = "/users/{id}/badges/{badgeId}",
    tag = "Members",
    security(("sessionCookie" = []), ("sessionToken" = [])),
    extensions(("x-dynamodb-requests" = json!("4"))),
    params(
        ("id" = String, Path, description = "Id of the member.", example = "bessie"),
        ("badgeId" = BadgeId, Path, description = "Id of the badge.", example = "first-flight"),
    ),
    responses(
        (status = 204, description = "The member has the badge."),
        (status = 404, description = "The member or the badge does not exist.", body = MembersErrorBody,
            example = json!({ "statusCode": 404, "error": "Not Found", "message": "Badge not found" })),
        SuperuserResponses,
    )
)]
pub(crate) async fn award_badge(
    _: Superuser,
    State(context): State<Context>,
    Params((id, badge)): Params<(String, String)>,
) -> Result<StatusCode, MembersError> {
    let (id, badge) = member_and_badge(&id, &badge)?;
    members::award_badge(&context, &id, &badge).await.or_fail(Failure::Unavailable)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Remove a badge from a member
///
/// Takes the badge from the member; the badge itself stays. Repeating the request returns 404.
#[utoipa::path(
    delete,
    path = "/users/{id}/badges/{badgeId}",
    tag = "Members",
    security(("sessionCookie" = []), ("sessionToken" = [])),
    extensions(("x-dynamodb-requests" = json!("3"))),
    params(
        ("id" = String, Path, description = "Id of the member.", example = "ada"),
        ("badgeId" = BadgeId, Path, description = "Id of the badge.", example = "night-owl"),
    ),
    responses(
        (status = 204, description = "The member no longer has the badge."),
        (status = 404, description = "The member does not exist or does not have the badge.", body = MembersErrorBody,
            example = json!({ "statusCode": 404, "error": "Not Found", "message": "Badge not found" })),
        SuperuserResponses,
    )
)]
pub(crate) async fn take_badge(
    _: Superuser,
    State(context): State<Context>,
    Params((id, badge)): Params<(String, String)>,
) -> Result<StatusCode, MembersError> {
    let (id, badge) = member_and_badge(&id, &badge)?;
    members::take_badge(&context, &id, &badge).await.or_fail(Failure::Unavailable)?;
    Ok(StatusCode::NO_CONTENT)
}

fn member_and_badge(id: &str, badge: &str) -> Result<(MemberId, BadgeId), MembersError> {
    let id = id.parse().map_err(|_| MembersError::NotFound("User not found"))?;
    let badge = badge.parse().map_err(|_| MembersError::NotFound("Badge not found"))?;
    Ok((id, badge))
}

/// A badge that was created, with a message.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct BadgeCreated {
    /// Always `Badge created successfully`, for people to read.
    #[schema(example = "Badge created successfully")]
    message: &'static str,
    /// The badge that was created.
    badge: ShownBadge,
}

/// Create a badge
///
/// Creates a badge that superusers can then award to members. Repeating the request creates another badge.
#[utoipa::path(
    post,
    path = "/badges",
    tag = "Members",
    security(("sessionCookie" = []), ("sessionToken" = [])),
    extensions(("x-dynamodb-requests" = json!("2"))),
    request_body(content = BadgeDraft, example = json!({
        "name": "Smooth Landing", "description": "Nobody woke up",
        "imageUrl": "https://example.com/smooth-landing.png"
    })),
    responses(
        (status = 200, description = "The badge that was created.", body = BadgeCreated),
        (status = 400, description = "A field is missing or invalid; the message names it.", body = MembersErrorBody,
            example = json!({ "statusCode": 400, "error": "Bad Request", "message": "\"name\" must be 3 to 30 characters" })),
        MembersBodyResponses,
        SuperuserResponses,
    )
)]
pub(crate) async fn create_badge(
    Superuser(by): Superuser,
    State(context): State<Context>,
    Body(draft): Body<BadgeDraft>,
) -> Result<Json<BadgeCreated>, MembersError> {
    let badge = members::create_badge(&context, &by, draft).await.or_fail(Failure::Unavailable)?;
    Ok(Json(BadgeCreated { message: "Badge created successfully", badge: badge.into() }))
}

/// List all badges
///
/// Returns every badge, ordered by id. No session is needed.
#[utoipa::path(
    get,
    path = "/badges",
    tag = "Members",
    extensions(("x-dynamodb-requests" = json!("1, plus 1 per additional MB"))),
    responses(
        (status = 200, description = "All badges, ordered by id.", body = Badges),
        PublicResponses,
    )
)]
pub(crate) async fn list_badges(State(context): State<Context>) -> Result<Json<Badges>, MembersError> {
    let badges = context.store.badges().await.or_fail(Failure::Unavailable)?;
    let message = "Badges returned successfully";
    Ok(Json(Badges { message, badges: badges.into_iter().map(ShownBadge::from).collect() }))
}
