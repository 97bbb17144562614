//! Members: people's accounts in the community.

use crate::{
    BadgeId, DiscordId, Email, GithubLogin, GithubNumber, Link, MemberId, Millis, Name, Phone, Skill, Status, TagId,
    Text, Timestamp, Username,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// A short text of a profile, 1 to 500 characters.
pub type ProfileText = Text<1, 500>;

/// Years of experience, a number from 0 to 100.
#[derive(Debug, Clone, Copy, PartialEq, ToSchema)]
#[schema(value_type = f64, minimum = 0, maximum = 100, example = 3)]
pub struct Years(f64);

impl Serialize for Years {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is a whole number up to 100")]
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Whole numbers are written without a fraction: 3, not 3.0.
        if self.0.fract() == 0.0 { serializer.serialize_u64(self.0 as u64) } else { serializer.serialize_f64(self.0) }
    }
}

impl<'de> Deserialize<'de> for Years {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let years = f64::deserialize(deserializer).ok().filter(|years| (0.0..=100.0).contains(years));
        years.map(Self).ok_or_else(|| de::Error::custom("must be a number from 0 to 100"))
    }
}

/// Reference to a member's picture at an image host.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Picture {
    /// Id of the picture at the image host.
    pub public_id: String,
    /// URL of the picture at the image host.
    pub url: String,
}

/// What members say about themselves for everyone to see.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct Profile {
    /// Years of experience of the member, a number from 0 to 100; absent when not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub yoe: Option<Years>,
    /// Company where the member works, at most 500 characters; absent when not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub company: Option<ProfileText>,
    /// Job title of the member, at most 500 characters; absent when not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub designation: Option<ProfileText>,
    /// Link to a picture of the member, at most 2,048 characters; absent when not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub img: Option<Link>,
    /// LinkedIn user name of the member, at most 500 characters without `@` or spaces; absent when not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub linkedin_id: Option<ProfileText>,
    /// Twitter user name of the member, at most 500 characters without `@` or spaces; absent when not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub twitter_id: Option<ProfileText>,
    /// Instagram user name of the member, at most 500 characters without `@` or spaces; absent when not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub instagram_id: Option<ProfileText>,
    /// Link to the website of the member, at most 2,048 characters; absent when not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub website: Option<Link>,
}

/// A member with everything that is stored about them. Others see a [`PublicMember`].
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// Id of the member.
    pub id: MemberId,
    /// Name in the community; `None` until the member chooses one.
    pub username: Option<Username>,
    /// First name; `None` until a member who logged in completes the record.
    pub first_name: Option<Name>,
    /// Last name; `None` until a member who logged in completes the record.
    pub last_name: Option<Name>,
    /// E-mail address, which only the member sees.
    pub email: Option<Email>,
    /// Telephone number, which only the member sees.
    pub phone: Option<Phone>,
    /// What the member says about themselves.
    pub profile: Profile,
    /// GitHub login.
    pub github_id: Option<GithubLogin>,
    /// Numeric GitHub user id.
    pub github_user_id: Option<GithubNumber>,
    /// Time the GitHub account was created, as an import states it. It identifies the account, whose login may have been
    /// given to another one since.
    pub github_created_at: Option<Millis>,
    /// Display name on GitHub.
    pub github_display_name: Option<ProfileText>,
    /// Kind of user, set by superusers.
    pub user_type: Option<ProfileText>,
    /// Linked Discord account.
    pub discord_id: Option<DiscordId>,
    /// Time the member joined the Discord server.
    pub discord_joined_at: Option<Timestamp>,
    /// Badges in the order in which they were awarded.
    pub badges: Vec<BadgeId>,
    /// Roles by name; an absent role counts as `false`.
    pub roles: BTreeMap<String, bool>,
    /// Picture at an image host.
    pub picture: Option<Picture>,
    /// Whether the username is still to be chosen.
    pub incomplete_user_details: bool,
    /// URL of a profile elsewhere.
    pub profile_url: Option<ProfileText>,
    /// Short status text that older clients set, unrelated to `current_status`.
    pub status: Option<ProfileText>,
    /// Status that was set last.
    pub current_status: Option<Status>,
    /// Skills by tag.
    pub skills: BTreeMap<TagId, Skill>,
    /// Time the record was created.
    pub created_at: Millis,
    /// Time the record was last changed.
    pub updated_at: Millis,
    /// Number of changes to the fields that the member index depends on.
    pub version: u64,
    /// Name of the request that made the last of those changes.
    pub operation: Option<Uuid>,
}

/// Role of archived members.
pub const ARCHIVED: &str = "archived";
/// Role of members who are on the Discord server.
pub const IN_DISCORD: &str = "in_discord";
/// Role of full members.
pub const MEMBER: &str = "member";
/// Role of superusers, who may call every route.
pub const SUPER_USER: &str = "super_user";
/// Role of restricted members, who may read but not change anything.
pub const RESTRICTED: &str = "restricted";

impl Member {
    /// Creates an incomplete member: without names, and with no role.
    #[must_use]
    pub fn new(id: MemberId, now: Millis) -> Self {
        Self {
            id,
            username: None,
            first_name: None,
            last_name: None,
            email: None,
            phone: None,
            profile: Profile::default(),
            github_id: None,
            github_user_id: None,
            github_created_at: None,
            github_display_name: None,
            user_type: None,
            discord_id: None,
            discord_joined_at: None,
            badges: Vec::new(),
            roles: [ARCHIVED, IN_DISCORD].map(|role| (role.to_owned(), false)).into(),
            picture: None,
            incomplete_user_details: true,
            profile_url: None,
            status: None,
            current_status: None,
            skills: BTreeMap::new(),
            created_at: now,
            updated_at: now,
            version: 1,
            operation: None,
        }
    }

    /// Returns whether the member has the role. An absent role counts as `false`.
    #[must_use]
    pub fn has_role(&self, role: &str) -> bool {
        self.roles.get(role).copied().unwrap_or(false)
    }
}

/// A member as everyone may see them. The type has no e-mail address, telephone number or token, so that none can leak.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "ada", "username": "Ada-Lovelace", "first_name": "Ada", "last_name": "Lovelace", "yoe": 5,
    "company": "Analytical Engines", "designation": "Programmer", "linkedin_id": "ada-lovelace",
    "website": "https://example.com/ada", "github_id": "ada-lovelace", "github_user_id": "1815",
    "github_display_name": "Ada Lovelace", "isMember": true, "discordId": "799600467218923521", "tokens": {},
    "badges": ["first-flight"], "roles": { "archived": false, "in_discord": true, "member": true },
    "incompleteUserDetails": false, "discordJoinedAt": "2024-02-02T18:00:00.000Z",
    "created_at": 1_706_778_000_000_i64, "updated_at": 1_709_294_400_000_i64
}))]
pub struct PublicMember {
    /// Id of the member: 1 to 64 letters, digits, `-` and `_`.
    pub id: MemberId,
    /// Name of the member in the community, 4 to 32 letters, digits and hyphens; absent until it is chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub username: Option<Username>,
    /// First name of the member, 1 to 100 characters; absent until it is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub first_name: Option<Name>,
    /// Last name of the member, 1 to 100 characters; absent until it is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub last_name: Option<Name>,
    /// What the member says about themselves.
    #[serde(flatten)]
    pub profile: Profile,
    /// GitHub login of the member, 1 to 64 letters, digits, `-` and `_`; absent when unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub github_id: Option<GithubLogin>,
    /// Numeric GitHub user id of the member, as a string of digits; absent when unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub github_user_id: Option<GithubNumber>,
    /// Display name of the member on GitHub, at most 500 characters; absent when unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub github_display_name: Option<ProfileText>,
    /// Whether the member has the role `member`.
    #[serde(rename = "isMember")]
    pub is_member: bool,
    /// Kind of user, at most 500 characters, set by superusers; absent when not set.
    #[serde(rename = "userType", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub user_type: Option<ProfileText>,
    /// Id of the linked Discord account, a string of 17 to 20 digits; absent when none is linked.
    #[serde(rename = "discordId", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub discord_id: Option<DiscordId>,
    /// Always an empty object. Tokens are never returned.
    pub tokens: Tokens,
    /// Ids of the member's badges, in the order in which they were awarded.
    pub badges: Vec<BadgeId>,
    /// Roles of the member by name, such as `archived`, `in_discord`, `member` and `super_user`; an absent role counts
    /// as `false`.
    pub roles: BTreeMap<String, bool>,
    /// Reference to the member's picture at an image host; absent when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub picture: Option<Picture>,
    /// Whether the member has yet to choose a username.
    #[serde(rename = "incompleteUserDetails")]
    pub incomplete_user_details: bool,
    /// Time the member joined the Discord server, ISO 8601 UTC with milliseconds; absent when unknown.
    #[serde(rename = "discordJoinedAt", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub discord_joined_at: Option<Timestamp>,
    /// URL of the member's profile elsewhere, at most 500 characters; absent when unknown.
    #[serde(rename = "profileURL", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub profile_url: Option<ProfileText>,
    /// Short status text of at most 500 characters, set with `PATCH /users/self` and unrelated to `/users/status`;
    /// absent when not set.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub status: Option<ProfileText>,
    /// Time the record was created, in milliseconds since 1970.
    pub created_at: Millis,
    /// Time the record was last changed, in milliseconds since 1970.
    pub updated_at: Millis,
}

/// The place of a member's tokens, which are never returned: an empty object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Tokens {}

/// A member as they see their own record: the public fields, their e-mail address and their telephone number.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "ada", "username": "Ada-Lovelace", "first_name": "Ada", "last_name": "Lovelace", "yoe": 5,
    "company": "Analytical Engines", "designation": "Programmer", "linkedin_id": "ada-lovelace",
    "website": "https://example.com/ada", "github_id": "ada-lovelace", "github_user_id": "1815",
    "github_display_name": "Ada Lovelace", "isMember": true, "discordId": "799600467218923521", "tokens": {},
    "badges": ["first-flight"], "roles": { "archived": false, "in_discord": true, "member": true },
    "incompleteUserDetails": false, "discordJoinedAt": "2024-02-02T18:00:00.000Z",
    "created_at": 1_706_778_000_000_i64, "updated_at": 1_709_294_400_000_i64,
    "email": "ada@example.com", "phone": 442_079_460_958_u64
}))]
pub struct PrivateMember {
    /// What everyone may see.
    #[serde(flatten)]
    pub public: PublicMember,
    /// E-mail address of the member, at most 254 characters; absent when not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub email: Option<Email>,
    /// Telephone number of the member, a number of 4 to 15 digits; absent when not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub phone: Option<Phone>,
}

impl From<Member> for PublicMember {
    fn from(member: Member) -> Self {
        let is_member = member.has_role(MEMBER);
        Self {
            id: member.id,
            username: member.username,
            first_name: member.first_name,
            last_name: member.last_name,
            profile: member.profile,
            github_id: member.github_id,
            github_user_id: member.github_user_id,
            github_display_name: member.github_display_name,
            is_member,
            user_type: member.user_type,
            discord_id: member.discord_id,
            tokens: Tokens {},
            badges: member.badges,
            roles: member.roles,
            picture: member.picture,
            incomplete_user_details: member.incomplete_user_details,
            discord_joined_at: member.discord_joined_at,
            profile_url: member.profile_url,
            status: member.status,
            created_at: member.created_at,
            updated_at: member.updated_at,
        }
    }
}

impl From<Member> for PrivateMember {
    fn from(member: Member) -> Self {
        let (email, phone) = (member.email.clone(), member.phone);
        Self { public: member.into(), email, phone }
    }
}
