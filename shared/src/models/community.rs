//! What members have: skills, badges, a status.

use super::ids::string_type;
use super::{MemberId, Millis, Text, Username};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

string_type! {
    /// Names a skill's tag.
    TagId, expects "1 to 64 letters, digits, - and _", pattern "^[A-Za-z0-9_-]{1,64}$", example "rust", super::ids::is_name
}

string_type! {
    /// Names a badge.
    BadgeId, expects "1 to 64 letters, digits, - and _", pattern "^[A-Za-z0-9_-]{1,64}$", example "4kFh2LmQ9sZt7WbXc1Vd",
    super::ids::is_name
}

string_type! {
    /// A Discord account (a snowflake).
    DiscordId, expects "1 to 20 decimal digits", pattern "^[0-9]{1,20}$", example "799600467218923521",
    |value| (1..=20).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_digit())
}

string_type! {
    /// Names a level of skill.
    LevelId, expects "1 to 64 letters, digits, - and _", pattern "^[A-Za-z0-9_-]{1,64}$", example "level-3",
    super::ids::is_name
}

string_type! {
    /// Names a role.
    RoleName, expects "1 to 64 letters, digits, - and _", pattern "^[A-Za-z0-9_-]{1,64}$", example "member",
    super::ids::is_name
}

/// A name of a tag or level.
pub type Label = Text<1, 100>;

/// What a member can do, and how well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "tagId": "rust", "tagName": "Rust", "levelId": "level-4", "levelName": "4", "levelValue": 4
}))]
pub struct Skill {
    /// What.
    pub tag_id: TagId,
    /// Its name.
    pub tag_name: Label,
    /// How well.
    pub level_id: LevelId,
    /// Its name.
    pub level_name: Label,
    /// As a number.
    pub level_value: i64,
}

/// How well a member can do something.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SkillDraft {
    /// The tag's name.
    #[schema(example = "Rust")]
    pub tag_name: Label,
    /// How well.
    pub level_id: LevelId,
    /// Its name.
    #[schema(example = "3")]
    pub level_name: Label,
    /// As a number.
    #[schema(example = 3)]
    pub level_value: i64,
}

/// A badge.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Badge {
    /// Its id.
    pub id: BadgeId,
    /// Its name.
    #[schema(example = "First Flight")]
    pub name: Text<3, 30>,
    /// What it is for; may be empty.
    pub description: Text<0, 130>,
    /// Where its picture is.
    pub image_url: Text<1, 2048>,
    /// Who made it.
    pub created_by: Text<1, 100>,
    /// When.
    pub created_at: Millis,
}

/// What a member is up to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "UPPERCASE", try_from = "String")]
pub enum State {
    /// At work.
    Active,
    /// Out of office.
    Ooo,
    /// Without a task.
    Idle,
    /// New.
    Onboarding,
}

impl TryFrom<String> for State {
    type Error = &'static str;

    fn try_from(value: String) -> Result<Self, Self::Error> {
        let states = [Self::Active, Self::Ooo, Self::Idle, Self::Onboarding];
        let state = states.into_iter().find(|state| state.as_str() == value);
        state.ok_or("expected ACTIVE, OOO, IDLE or ONBOARDING")
    }
}

impl State {
    /// As it is written on the wire.
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

/// A member's status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "state": "OOO", "message": "On holiday", "from": 1_709_294_400_000_i64, "until": 1_709_899_200_000_i64,
    "updatedAt": 1_709_294_400_000_i64
}))]
pub struct Status {
    /// What the member is up to.
    pub state: State,
    /// In words; may be empty.
    pub message: Text<0, 500>,
    /// Since when, in milliseconds since 1970.
    pub from: Millis,
    /// Until when, in milliseconds since 1970; null for as long as it lasts.
    #[schema(required)]
    pub until: Option<Millis>,
    /// When it was said, in milliseconds since 1970.
    pub updated_at: Millis,
}

/// A member's status and whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserStatus {
    /// Whose.
    pub user_id: MemberId,
    /// The status.
    pub current_status: Status,
}

/// Names that paths below `/users/` have, and others that can be nobody's.
const RESERVED: [&str; 13] = [
    "self",
    "search",
    "userid",
    "isusernameavailable",
    "status",
    "username",
    "fetchusersdata",
    "badges",
    "skills",
    "discord",
    "temporary",
    "undefined",
    "null",
];

impl Username {
    /// No username is longer.
    pub const MAX_LENGTH: usize = 32;

    /// As usernames are compared: without regard to case.
    #[must_use]
    pub fn folded(&self) -> String {
        self.as_str().to_ascii_lowercase()
    }
}

pub(super) fn is_username(value: &str) -> bool {
    (4..=Username::MAX_LENGTH).contains(&value.len())
        && value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        && !RESERVED.contains(&value.to_ascii_lowercase().as_str())
}
