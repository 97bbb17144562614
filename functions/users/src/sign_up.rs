//! `POST /users`

use axum::Json;
use axum::extract::State;
use shared::Context;
use shared::http::members::Body;
use shared::http::openapi::{MembersBodyResponses, SessionResponses};
use shared::http::{Failure, MembersError, MembersErrorBody, OrFail, UnrestrictedSession};
use shared::members::{MemberDraft, SignedUpBy, sign_up};
use shared::models::PublicMember;

/// Create a member record
///
/// Signs up the session's own user. A superuser may create a record for anyone, and only superusers may send `id`,
/// `roles`, `isMember`, `userType` and `discordId`. Repeating the request returns 409 and changes nothing.
#[utoipa::path(
    post,
    path = "/users",
    tag = "Members",
    security(("sessionCookie" = []), ("sessionToken" = [])),
    extensions(("x-dynamodb-requests" = json!("2"))),
    request_body(content = MemberDraft, example = json!({
        "username": "grace-h", "first_name": "Grace", "last_name": "Hopper"
    })),
    responses(
        (status = 200, description = "The member that was created.", body = PublicMember),
        (status = 400, body = MembersErrorBody,
            description = "A field is missing, invalid or not allowed; the message names it.",
            example = json!({ "statusCode": 400, "error": "Bad Request", "message": "\"roles\" is not allowed" })),
        (status = 409, body = MembersErrorBody,
            description = "Another member has this id, username, GitHub account or Discord account.",
            example = json!({ "statusCode": 409, "error": "Conflict", "message": "User already exists" })),
        MembersBodyResponses,
        SessionResponses,
    )
)]
pub(crate) async fn create_user(
    UnrestrictedSession(active): UnrestrictedSession,
    State(context): State<Context>,
    Body(draft): Body<MemberDraft>,
) -> Result<Json<PublicMember>, MembersError> {
    let by = SignedUpBy {
        id: &active.session.id,
        is_super_user: active.is_super_user(),
        github_id: active.session.github_id.as_deref(),
        github_user_id: active.session.github_user_id.as_deref(),
    };
    let member = sign_up(&context, by, draft).await.or_fail(Failure::Unavailable)?;
    Ok(Json(member.into()))
}
