//! Statuses of members: whether they are active, idle, out of office or new.

use crate::member::ProfileText;
use crate::string_type::string_type;
use crate::{Lines, MemberId, Millis};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// State of a member: `ACTIVE`, `IDLE` (without a task), `OOO` (out of office) or `ONBOARDING` (new).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "UPPERCASE", try_from = "String")]
pub enum State {
    /// At work.
    Active,
    /// Out of office.
    Ooo,
    /// Without a task.
    Idle,
    /// New to the community.
    Onboarding,
}

impl TryFrom<String> for State {
    type Error = &'static str;

    fn try_from(value: String) -> Result<Self, Self::Error> {
        let states = [Self::Active, Self::Ooo, Self::Idle, Self::Onboarding];
        let state = states.into_iter().find(|state| state.as_str() == value);
        state.ok_or("must be ACTIVE, OOO, IDLE or ONBOARDING")
    }
}

impl State {
    /// Returns the state as it is written in requests and responses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "ACTIVE",
            Self::Ooo => "OOO",
            Self::Idle => "IDLE",
            Self::Onboarding => "ONBOARDING",
        }
    }
}

/// Status of a member, set by the member or by a superuser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "state": "OOO", "message": "On holiday", "from": 1_709_294_400_000_i64, "until": 1_709_899_200_000_i64,
    "updatedAt": 1_709_294_400_000_i64
}))]
pub struct Status {
    /// State of the member: `ACTIVE`, `IDLE`, `OOO` or `ONBOARDING`.
    pub state: State,
    /// Message that explains the state, at most 500 characters; may be empty.
    pub message: Lines<0, 500>,
    /// Time the state begins, in milliseconds since 1970.
    pub from: Millis,
    /// Time the state ends, in milliseconds since 1970; `null` when no end is set.
    #[schema(required)]
    pub until: Option<Millis>,
    /// Time the status was set, in milliseconds since 1970.
    pub updated_at: Millis,
}

string_type! {
    /// Short status of a profile, one of `ooo`, `idle`, `active` and `onboarding`, unrelated to [`Status`].
    ProfileStatus, expects "ooo, idle, active or onboarding", pattern "^(ooo|idle|active|onboarding)$", example "idle",
    |value| ["ooo", "idle", "active", "onboarding"].contains(&value)
}

impl From<ProfileStatus> for ProfileText {
    fn from(status: ProfileStatus) -> Self {
        status.0.try_into().expect("a short status is a short text")
    }
}

/// A member's status, with the member's id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserStatus {
    /// Id of the member whose status it is.
    pub user_id: MemberId,
    /// The status that was set last.
    pub current_status: Status,
}
