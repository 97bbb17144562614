//! Statuses of members.

use super::MemberError;
use super::change::{Update, change_member};
use super::directory::member;
use crate::Context;
use models::{Lines, Member, MemberId, Millis, State, Status, UserStatus};
use serde::Deserialize;
use store::StoreError;

/// Fields of a member's new status.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StatusDraft {
    /// State of the member: `ACTIVE`, `IDLE`, `OOO` or `ONBOARDING`.
    pub state: State,
    /// Time the state begins, in milliseconds since 1970; default the current time.
    pub from: Option<Millis>,
    /// Time the state ends, in milliseconds since 1970, not before `from`; required when the state is `OOO`.
    pub until: Option<Millis>,
    /// Message that explains the state, at most 500 characters; default empty.
    #[serde(default, deserialize_with = "models::filled")]
    pub message: Option<Lines<0, 500>>,
}

/// Sets a member's status. Two requests, plus two per conflicting change.
///
/// # Errors
/// `Invalid` if the state is `OOO` and has no end, or if it ends before it begins; `NotFound` if the member does not
/// exist; `Store`.
pub async fn set_status(context: &Context, id: &MemberId, draft: StatusDraft) -> Result<UserStatus, MemberError> {
    let now: Millis = context.now().into();
    let from = draft.from.unwrap_or(now);
    if draft.state == State::Ooo && draft.until.is_none() {
        return Err(MemberError::invalid("\"until\" is required when the state is OOO".to_owned()));
    }
    if draft.until.is_some_and(|until| until < from) {
        return Err(MemberError::invalid("\"until\" must not be before \"from\"".to_owned()));
    }
    let message = draft.message.unwrap_or_else(|| "".parse().expect("an empty text is a valid message"));
    let status = Status { state: draft.state, message, from, until: draft.until, updated_at: now };
    let set = |mut member: Member| {
        member.current_status = Some(status.clone());
        Ok(Update::unrecorded(member))
    };
    change_member(context, id, MemberError::Taken, set).await?;
    Ok(UserStatus { user_id: id.clone(), current_status: status })
}

/// Returns a member's status, or `None` if the member does not exist or has no status yet. One request.
///
/// # Errors
/// Any [`StoreError`].
pub async fn status_of(context: &Context, id: &str) -> Result<Option<UserStatus>, StoreError> {
    let Some(member) = member(context, id).await? else { return Ok(None) };
    Ok(member.current_status.map(|current_status| UserStatus { user_id: member.id, current_status }))
}
