//! Taking members over from the original system.

use crate::App;
use crate::error::{MembersError, StoreError};
use crate::http::parse_json;
use crate::models::{
    ARCHIVED, DiscordId, Email, Handle, IN_DISCORD, Member, MemberId, Millis, Name, Phone, Picture, Profile,
    ProfileText, RoleName, Timestamp, Username, Years,
};
use crate::store::MemberChanged;
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use std::collections::BTreeMap;

/// A document as the original system exports it. Fields that are not named here, its tokens and chain code among them,
/// stay behind.
#[derive(Debug, Deserialize)]
struct Document {
    id: MemberId,
    first_name: Name,
    last_name: Name,
    #[serde(default, deserialize_with = "filled")]
    username: Option<Username>,
    #[serde(default, deserialize_with = "filled")]
    email: Option<Email>,
    #[serde(default, deserialize_with = "filled")]
    phone: Option<Phone>,
    #[serde(default, deserialize_with = "filled")]
    yoe: Option<Years>,
    #[serde(default, deserialize_with = "filled")]
    company: Option<ProfileText>,
    #[serde(default, deserialize_with = "filled")]
    designation: Option<ProfileText>,
    #[serde(default, deserialize_with = "filled")]
    img: Option<ProfileText>,
    #[serde(default, deserialize_with = "filled")]
    linkedin_id: Option<ProfileText>,
    #[serde(default, deserialize_with = "filled")]
    twitter_id: Option<ProfileText>,
    #[serde(default, deserialize_with = "filled")]
    instagram_id: Option<ProfileText>,
    #[serde(default, deserialize_with = "filled")]
    website: Option<ProfileText>,
    #[serde(default, deserialize_with = "filled")]
    github_id: Option<Handle>,
    #[serde(default, deserialize_with = "filled")]
    github_user_id: Option<Handle>,
    #[serde(default, deserialize_with = "filled")]
    github_display_name: Option<ProfileText>,
    #[serde(default, deserialize_with = "filled")]
    status: Option<ProfileText>,
    #[serde(rename = "userType", default, deserialize_with = "filled")]
    user_type: Option<ProfileText>,
    #[serde(rename = "discordId", default, deserialize_with = "filled")]
    discord_id: Option<DiscordId>,
    #[serde(rename = "discordJoinedAt", default, deserialize_with = "filled")]
    discord_joined_at: Option<Timestamp>,
    #[serde(rename = "profileURL", default, deserialize_with = "filled")]
    profile_url: Option<ProfileText>,
    #[serde(default)]
    roles: BTreeMap<RoleName, bool>,
    picture: Option<Picture>,
    #[serde(rename = "incompleteUserDetails")]
    incomplete_user_details: Option<bool>,
    created_at: Option<Millis>,
    updated_at: Option<Millis>,
}

/// Takes an empty text, which the original system often has, for none.
fn filled<'de, T: DeserializeOwned, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::Null => Ok(None),
        Value::String(text) if text.is_empty() => Ok(None),
        value => T::deserialize(value).map(Some).map_err(D::Error::custom),
    }
}

/// What became of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Imported {
    /// The member was made.
    Made,
    /// There is a member of that id, who stays as they are.
    There,
}

/// Makes the member of one document of the original system, given as JSON; again changes nothing. One request; two if the
/// member is there.
///
/// # Errors
/// `BadRequest`, naming the field that is not as it must be; `Conflict` when something that must be unique is another
/// member's; as any write.
pub async fn import(app: &App, json: &[u8]) -> Result<Imported, MembersError> {
    let member = member(app, parse_json(json)?);
    match app.store.create_member(&member, app.random()).await? {
        MemberChanged::Done => Ok(Imported::Made),
        MemberChanged::Taken if app.store.member(&member.id).await?.is_some() => Ok(Imported::There),
        MemberChanged::Taken => {
            Err(MembersError::Conflict("username, github_id, github_user_id or discordId is another member's"))
        }
        MemberChanged::Stale { .. } => Err(StoreError::Failed("making a member depends on no version".into()).into()),
    }
}

fn member(app: &App, document: Document) -> Member {
    let now: Millis = app.now().into();
    let mut roles: BTreeMap<String, bool> =
        document.roles.into_iter().map(|(role, value)| (role.to_string(), value)).collect();
    for role in [ARCHIVED, IN_DISCORD] {
        roles.entry(role.to_owned()).or_default();
    }
    Member {
        id: document.id,
        incomplete_user_details: document.incomplete_user_details.unwrap_or(document.username.is_none()),
        username: document.username,
        first_name: document.first_name,
        last_name: document.last_name,
        email: document.email,
        phone: document.phone,
        profile: Profile {
            yoe: document.yoe,
            company: document.company,
            designation: document.designation,
            img: document.img,
            linkedin_id: document.linkedin_id,
            twitter_id: document.twitter_id,
            instagram_id: document.instagram_id,
            website: document.website,
        },
        github_id: document.github_id,
        github_user_id: document.github_user_id,
        github_display_name: document.github_display_name,
        user_type: document.user_type,
        discord_id: document.discord_id,
        discord_joined_at: document.discord_joined_at,
        badges: Vec::new(),
        roles,
        picture: document.picture,
        profile_url: document.profile_url,
        status: document.status,
        current_status: None,
        skills: BTreeMap::new(),
        created_at: document.created_at.unwrap_or(now),
        updated_at: document.updated_at.or(document.created_at).unwrap_or(now),
        version: 1,
        operation: None,
    }
}
