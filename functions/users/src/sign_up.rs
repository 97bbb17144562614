//! `POST /users`

use axum::Json;
use axum::extract::State;
use shared::App;
use shared::error::{Failure, MembersError};
use shared::http::members::Body;
use shared::http::openapi::{MembersBodyFailures, SessionFailures};
use shared::http::{Editor, MembersErrorBody};
use shared::members::{MemberDraft, OrFail, SignedUpBy, sign_up};
use shared::models::PublicMember;

/// Sign up
///
/// Makes the member record of the session's own id. A superuser may make any.
#[utoipa::path(
    post,
    path = "/users",
    tag = "Members",
    security(("sessionCookie" = []), ("sessionToken" = [])),
    request_body(content = MemberDraft, example = json!({
        "username": "grace-h", "first_name": "Grace", "last_name": "Hopper"
    })),
    responses(
        (status = 200, description = "The member.", body = PublicMember),
        (status = 400, description = "A field is missing, bad or not allowed; says which.", body = MembersErrorBody,
            example = json!({ "statusCode": 400, "error": "Bad Request", "message": "\"roles\" is not allowed" })),
        (status = 409, description = "The id, or something that must be unique, is taken.", body = MembersErrorBody,
            example = json!({ "statusCode": 409, "error": "Conflict", "message": "User already exists" })),
        MembersBodyFailures,
        SessionFailures,
    )
)]
pub(crate) async fn create_user(
    Editor(editor): Editor,
    State(app): State<App>,
    Body(draft): Body<MemberDraft>,
) -> Result<Json<PublicMember>, MembersError> {
    let by = SignedUpBy {
        id: &editor.session.id,
        is_super_user: editor.is_super_user(),
        github_id: editor.session.github_id.as_deref(),
        github_user_id: editor.session.github_user_id.as_deref(),
    };
    let member = sign_up(&app, by, draft).await.or_fail(Failure::Unavailable)?;
    Ok(Json(member.into()))
}
