//! Members, from documents.

use super::RowError;
use super::fields::{if_valid, mended, mended_if_filled, row};
use crate::Context;
use models::{
    ARCHIVED, DiscordId, Email, GithubLogin, GithubNumber, IN_DISCORD, Link, Member, MemberId, Millis, Name, Phone,
    Picture, Profile, ProfileText, RoleName, Timestamp, Username, Years, filled,
};
use serde::Deserialize;
use std::collections::BTreeMap;
use store::Creation;

/// A document as exported from the original system. All other fields, such as its tokens and chain code, are ignored.
#[derive(Debug, Deserialize)]
struct Document {
    id: MemberId,
    #[serde(deserialize_with = "mended")]
    first_name: Name,
    #[serde(deserialize_with = "mended")]
    last_name: Name,
    #[serde(default, deserialize_with = "filled")]
    username: Option<Username>,
    #[serde(default, deserialize_with = "if_valid")]
    email: Option<Email>,
    #[serde(default, deserialize_with = "if_valid")]
    phone: Option<Phone>,
    #[serde(default, deserialize_with = "filled")]
    yoe: Option<Years>,
    #[serde(default, deserialize_with = "mended_if_filled")]
    company: Option<ProfileText>,
    #[serde(default, deserialize_with = "mended_if_filled")]
    designation: Option<ProfileText>,
    #[serde(default, deserialize_with = "if_valid")]
    img: Option<Link>,
    #[serde(default, deserialize_with = "mended_if_filled")]
    linkedin_id: Option<ProfileText>,
    #[serde(default, deserialize_with = "mended_if_filled")]
    twitter_id: Option<ProfileText>,
    #[serde(default, deserialize_with = "mended_if_filled")]
    instagram_id: Option<ProfileText>,
    #[serde(default, deserialize_with = "if_valid")]
    website: Option<Link>,
    #[serde(default, deserialize_with = "if_valid")]
    github_id: Option<GithubLogin>,
    #[serde(default, deserialize_with = "if_valid")]
    github_user_id: Option<GithubNumber>,
    #[serde(default, deserialize_with = "if_valid")]
    github_created_at: Option<Millis>,
    #[serde(default, deserialize_with = "mended_if_filled")]
    github_display_name: Option<ProfileText>,
    #[serde(default, deserialize_with = "mended_if_filled")]
    status: Option<ProfileText>,
    #[serde(rename = "userType", default, deserialize_with = "mended_if_filled")]
    user_type: Option<ProfileText>,
    #[serde(rename = "discordId", default, deserialize_with = "if_valid")]
    discord_id: Option<DiscordId>,
    #[serde(rename = "discordJoinedAt", default, deserialize_with = "filled")]
    discord_joined_at: Option<Timestamp>,
    #[serde(rename = "profileURL", default, deserialize_with = "mended_if_filled")]
    profile_url: Option<ProfileText>,
    #[serde(default)]
    roles: BTreeMap<RoleName, bool>,
    picture: Option<Picture>,
    #[serde(rename = "incompleteUserDetails")]
    incomplete_user_details: Option<bool>,
    created_at: Option<Millis>,
    updated_at: Option<Millis>,
}

/// Parses a member.
pub(super) fn member(context: &Context, json: &[u8]) -> Result<Creation, RowError> {
    Ok(Creation::member(&member_of(context, row(json)?)))
}

fn member_of(context: &Context, document: Document) -> Member {
    let now: Millis = context.now().into();
    let mut roles: BTreeMap<String, bool> =
        document.roles.into_iter().map(|(role, value)| (role.to_string(), value)).collect();
    for role in [ARCHIVED, IN_DISCORD] {
        roles.entry(role.to_owned()).or_default();
    }
    Member {
        incomplete_user_details: document.incomplete_user_details.unwrap_or(document.username.is_none()),
        username: document.username,
        first_name: Some(document.first_name),
        last_name: Some(document.last_name),
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
        github_created_at: document.github_created_at,
        github_display_name: document.github_display_name,
        user_type: document.user_type,
        discord_id: document.discord_id,
        discord_joined_at: document.discord_joined_at,
        roles,
        picture: document.picture,
        profile_url: document.profile_url,
        status: document.status,
        created_at: document.created_at.unwrap_or(now),
        updated_at: document.updated_at.or(document.created_at).unwrap_or(now),
        ..Member::new(document.id, now)
    }
}
