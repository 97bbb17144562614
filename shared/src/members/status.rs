//! What members are up to.

use super::settle::{Change, settle};
use super::{NOT_FOUND, TAKEN};
use crate::App;
use crate::error::MembersError;
use crate::models::{Member, MemberId, Millis, State, Status, Text, UserStatus};
use serde::Deserialize;

/// What a member says to be up to.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StatusDraft {
    /// What.
    pub state: State,
    /// Since when, in milliseconds since 1970; default now.
    #[serde(default, deserialize_with = "crate::models::present")]
    #[schema(nullable = false)]
    pub from: Option<Millis>,
    /// Until when, in milliseconds since 1970; required with `OOO`.
    #[serde(default, deserialize_with = "crate::models::present")]
    #[schema(nullable = false)]
    pub until: Option<Millis>,
    /// In words.
    #[serde(default, deserialize_with = "crate::models::present")]
    #[schema(nullable = false)]
    pub message: Option<Text<0, 500>>,
}

/// Sets a member's status (contract, *PATCH /users/status/self*). Two requests.
///
/// # Errors
/// `BadRequest` when somebody is out of office without an end, or until before from; `NotFound`; as any write.
pub async fn set_status(app: &App, id: &MemberId, draft: StatusDraft) -> Result<UserStatus, MembersError> {
    let now: Millis = app.now().into();
    let from = draft.from.unwrap_or(now);
    if draft.state == State::Ooo && draft.until.is_none() {
        return Err(MembersError::BadRequest("\"until\" is required when the state is OOO".to_owned()));
    }
    if draft.until.is_some_and(|until| until < from) {
        return Err(MembersError::BadRequest("\"until\" must not be before \"from\"".to_owned()));
    }
    let message = draft.message.unwrap_or_else(|| "".parse().expect("an empty message is one"));
    let status = Status { state: draft.state, message, from, until: draft.until, updated_at: now };
    let set = |mut member: Member| {
        member.current_status = Some(status.clone());
        Ok(Change::unrecorded(member))
    };
    settle(app, id, TAKEN, set).await?.ok_or(NOT_FOUND)?;
    Ok(UserStatus { user_id: id.clone(), current_status: status })
}

/// A member's status (contract, *GET /users/status/self*). One request.
///
/// # Errors
/// `NotFound` when there is no such member, or no status yet; as any read.
pub async fn status_of(app: &App, id: &str) -> Result<UserStatus, MembersError> {
    let none = || MembersError::NotFound("User status not found");
    let id: MemberId = id.parse().map_err(|_| none())?;
    let member = app.store.member(&id).await?.ok_or_else(none)?;
    let current_status = member.current_status.ok_or_else(none)?;
    Ok(UserStatus { user_id: id, current_status })
}
