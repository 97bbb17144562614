//! People's accounts.

use super::text::Text;
use super::{BadgeId, DiscordId, MemberId, Name, Skill, Status, TagId, Timestamp, Username};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// A short text of a profile, which may be empty.
pub type ProfileText = Text<0, 500>;

/// An identifier on GitHub, LinkedIn, …
pub type Handle = Text<1, 100>;

/// An instant as members' records have it: milliseconds since 1970, as a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "i64", into = "i64")]
#[schema(value_type = i64, example = 1_710_498_600_000_i64)]
pub struct Millis(Timestamp);

impl From<Timestamp> for Millis {
    fn from(instant: Timestamp) -> Self {
        Self(instant)
    }
}

impl From<Millis> for Timestamp {
    fn from(millis: Millis) -> Self {
        millis.0
    }
}

impl From<Millis> for i64 {
    fn from(millis: Millis) -> Self {
        millis.0.as_millisecond()
    }
}

impl TryFrom<i64> for Millis {
    type Error = &'static str;

    fn try_from(ms: i64) -> Result<Self, Self::Error> {
        Timestamp::from_millisecond(ms).map(Self).map_err(|_| "expected milliseconds since 1970, up to the year 9999")
    }
}

/// A telephone number: up to 15 digits (ITU-T E.164). A number in JSON; a string of digits, with `+` or without, is
/// taken too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[schema(value_type = u64, example = 919_876_543_210_u64)]
pub struct Phone(u64);

impl<'de> Deserialize<'de> for Phone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl de::Visitor<'_> for Visitor {
            type Value = Phone;

            fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
                f.write_str("a telephone number of up to 15 digits")
            }

            fn visit_u64<E: de::Error>(self, value: u64) -> Result<Phone, E> {
                if value < 1_000_000_000_000_000 {
                    Ok(Phone(value))
                } else {
                    Err(E::invalid_value(de::Unexpected::Other("a longer number"), &self))
                }
            }

            fn visit_i64<E: de::Error>(self, value: i64) -> Result<Phone, E> {
                u64::try_from(value)
                    .map_err(|_| E::invalid_value(de::Unexpected::Other("a negative number"), &self))
                    .and_then(|value| self.visit_u64(value))
            }

            fn visit_str<E: de::Error>(self, value: &str) -> Result<Phone, E> {
                let digits = value.strip_prefix('+').unwrap_or(value);
                let is_number = (1..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
                // The text itself stays out of the message, which may end up in a log.
                let bad = || E::invalid_value(de::Unexpected::Other("another text"), &self);
                if is_number { digits.parse().map(Phone).map_err(|_| bad()) } else { Err(bad()) }
            }
        }

        deserializer.deserialize_any(Visitor)
    }
}

/// An e-mail address, as far as it can be told without writing to it (RFC 5321, section 4.5.3.1: up to 254 characters).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String")]
#[schema(value_type = String, example = "ada@example.com")]
pub struct Email(String);

impl TryFrom<String> for Email {
    type Error = &'static str;

    fn try_from(value: String) -> Result<Self, Self::Error> {
        let is_address = value.len() <= 254
            && !value.contains(char::is_whitespace)
            && value.rsplit_once('@').is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty());
        if is_address { Ok(Self(value)) } else { Err("expected an e-mail address") }
    }
}

/// Years of experience: any number from 0 to 100.
#[derive(Debug, Clone, Copy, PartialEq, ToSchema)]
#[schema(value_type = f64, minimum = 0, maximum = 100, example = 3)]
pub struct Years(f64);

impl Serialize for Years {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is a whole number up to 100")]
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // A whole number stays one: 3, not 3.0.
        if self.0.fract() == 0.0 { serializer.serialize_u64(self.0 as u64) } else { serializer.serialize_f64(self.0) }
    }
}

impl<'de> Deserialize<'de> for Years {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let years = f64::deserialize(deserializer).ok().filter(|years| (0.0..=100.0).contains(years));
        years.map(Self).ok_or_else(|| de::Error::custom("expected a number from 0 to 100"))
    }
}

/// A picture kept elsewhere.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Picture {
    /// Its name there.
    pub public_id: String,
    /// Where it is.
    pub url: String,
}

/// What a member says of themselves and everybody may see.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Profile {
    /// Years of experience.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub yoe: Option<Years>,
    /// Where the member works.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub company: Option<ProfileText>,
    /// As what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub designation: Option<ProfileText>,
    /// Where the member's picture is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub img: Option<ProfileText>,
    /// Name on LinkedIn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub linkedin_id: Option<ProfileText>,
    /// Name on Twitter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub twitter_id: Option<ProfileText>,
    /// Name on Instagram.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub instagram_id: Option<ProfileText>,
    /// Website.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub website: Option<ProfileText>,
}

/// A member as stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Member {
    /// The member's id.
    pub id: MemberId,
    /// Name in the community; none until it is chosen.
    pub username: Option<Username>,
    /// First name.
    pub first_name: Name,
    /// Last name.
    pub last_name: Name,
    /// For the member alone.
    pub email: Option<Email>,
    /// For the member alone.
    pub phone: Option<Phone>,
    /// What else the member says.
    #[serde(flatten)]
    pub profile: Profile,
    /// Login on GitHub.
    pub github_id: Option<Handle>,
    /// Number on GitHub.
    pub github_user_id: Option<Handle>,
    /// Name shown on GitHub.
    pub github_display_name: Option<ProfileText>,
    /// What kind of user.
    #[serde(rename = "userType")]
    pub user_type: Option<ProfileText>,
    /// Linked Discord account.
    #[serde(rename = "discordId")]
    pub discord_id: Option<DiscordId>,
    /// When the member joined the Discord server.
    #[serde(rename = "discordJoinedAt")]
    pub discord_joined_at: Option<Timestamp>,
    /// Badges, in the order awarded.
    #[serde(default)]
    pub badges: Vec<BadgeId>,
    /// What the member is and may.
    pub roles: BTreeMap<String, bool>,
    /// Picture.
    pub picture: Option<Picture>,
    /// Whether the username is still to be chosen.
    #[serde(rename = "incompleteUserDetails", default)]
    pub incomplete_user_details: bool,
    /// Profile elsewhere.
    #[serde(rename = "profileURL")]
    pub profile_url: Option<ProfileText>,
    /// What the member says to be up to, in a word; of old clients.
    pub status: Option<ProfileText>,
    /// What the member is up to.
    #[serde(rename = "currentStatus")]
    pub current_status: Option<Status>,
    /// Skills, by tag.
    #[serde(default)]
    pub skills: BTreeMap<TagId, Skill>,
    /// When the record was made.
    pub created_at: Millis,
    /// When it was last changed.
    pub updated_at: Millis,
    /// Counts the changes of what the index depends on.
    pub version: u64,
    /// Names the request that made the last of those changes.
    pub operation: Option<Uuid>,
}

/// The role of members that are put away.
pub const ARCHIVED: &str = "archived";
/// The role of members that are on the Discord server.
pub const IN_DISCORD: &str = "in_discord";
/// The role of full members.
pub const MEMBER: &str = "member";
/// The role of those who may do everything.
pub const SUPER_USER: &str = "super_user";
/// The role of those who may only read.
pub const RESTRICTED: &str = "restricted";

impl Member {
    /// Whether the member has the role; an absent role is false.
    #[must_use]
    pub fn has_role(&self, role: &str) -> bool {
        self.roles.get(role).copied().unwrap_or(false)
    }
}

/// A member as everybody may see it. It has no e-mail address, telephone number or token, so that none can get out.
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
    /// The member's id.
    pub id: MemberId,
    /// Name in the community; absent until it is chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub username: Option<Username>,
    /// First name.
    pub first_name: Name,
    /// Last name.
    pub last_name: Name,
    /// What else the member says.
    #[serde(flatten)]
    pub profile: Profile,
    /// Login on GitHub.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub github_id: Option<Handle>,
    /// Number on GitHub.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub github_user_id: Option<Handle>,
    /// Name shown on GitHub.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub github_display_name: Option<ProfileText>,
    /// Whether the member has the role `member`.
    #[serde(rename = "isMember")]
    pub is_member: bool,
    /// What kind of user.
    #[serde(rename = "userType", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub user_type: Option<ProfileText>,
    /// Linked Discord account.
    #[serde(rename = "discordId", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub discord_id: Option<DiscordId>,
    /// Always empty.
    pub tokens: Tokens,
    /// Ids of the member's badges, in the order awarded.
    pub badges: Vec<BadgeId>,
    /// What the member is and may; an absent role is false.
    pub roles: BTreeMap<String, bool>,
    /// Picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub picture: Option<Picture>,
    /// Whether the username is still to be chosen.
    #[serde(rename = "incompleteUserDetails")]
    pub incomplete_user_details: bool,
    /// When the member joined the Discord server.
    #[serde(rename = "discordJoinedAt", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub discord_joined_at: Option<Timestamp>,
    /// Profile elsewhere.
    #[serde(rename = "profileURL", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub profile_url: Option<ProfileText>,
    /// What the member says to be up to, in a word.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub status: Option<ProfileText>,
    /// When the record was made, in milliseconds since 1970.
    pub created_at: Millis,
    /// When it was last changed, in milliseconds since 1970.
    pub updated_at: Millis,
}

/// What stands for a member's tokens: nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Tokens {}

/// A member as they see themselves.
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
    /// What everybody may see.
    #[serde(flatten)]
    pub public: PublicMember,
    /// E-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub email: Option<Email>,
    /// Telephone number.
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
