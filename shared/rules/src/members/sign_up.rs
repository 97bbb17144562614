//! Making members.

use super::MemberError;
use super::profile::check_handles;
use crate::Context;
use models::{
    ARCHIVED, DiscordId, Email, Handle, IN_DISCORD, MEMBER, Member, MemberId, Name, Phone, Profile, ProfileText,
    RoleName, Username, Years,
};
use serde::Deserialize;
use std::collections::BTreeMap;
use store::MemberChanged;

/// What is said of a new member.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MemberDraft {
    /// The member's id; from superusers only. Absent, one is made for a superuser, and anybody else has the session's.
    #[serde(default, deserialize_with = "models::present")]
    #[schema(nullable = false)]
    pub id: Option<MemberId>,
    /// Name in the community; absent, it is chosen later.
    #[serde(default, deserialize_with = "models::present")]
    #[schema(nullable = false)]
    pub username: Option<Username>,
    /// First name.
    #[schema(example = "Ada")]
    pub first_name: Name,
    /// Last name.
    #[schema(example = "Lovelace")]
    pub last_name: Name,
    /// E-mail address.
    #[serde(default, deserialize_with = "models::present")]
    #[schema(nullable = false)]
    pub email: Option<Email>,
    /// Telephone number.
    #[serde(default, deserialize_with = "models::present")]
    #[schema(nullable = false)]
    pub phone: Option<Phone>,
    /// Years of experience.
    #[serde(default, deserialize_with = "models::present")]
    #[schema(nullable = false)]
    pub yoe: Option<Years>,
    /// Where the member works.
    #[serde(default, deserialize_with = "models::present")]
    #[schema(nullable = false)]
    pub company: Option<ProfileText>,
    /// As what.
    #[serde(default, deserialize_with = "models::present")]
    #[schema(nullable = false)]
    pub designation: Option<ProfileText>,
    /// Where the member's picture is.
    #[serde(default, deserialize_with = "models::present")]
    #[schema(nullable = false)]
    pub img: Option<ProfileText>,
    /// Login on GitHub.
    #[serde(default, deserialize_with = "models::present")]
    #[schema(nullable = false)]
    pub github_id: Option<Handle>,
    /// Number on GitHub.
    #[serde(default, deserialize_with = "models::present")]
    #[schema(nullable = false)]
    pub github_user_id: Option<Handle>,
    /// Name on LinkedIn.
    #[serde(default, deserialize_with = "models::present")]
    #[schema(nullable = false)]
    pub linkedin_id: Option<ProfileText>,
    /// Name on Twitter.
    #[serde(default, deserialize_with = "models::present")]
    #[schema(nullable = false)]
    pub twitter_id: Option<ProfileText>,
    /// Name on Instagram.
    #[serde(default, deserialize_with = "models::present")]
    #[schema(nullable = false)]
    pub instagram_id: Option<ProfileText>,
    /// Website.
    #[serde(default, deserialize_with = "models::present")]
    #[schema(nullable = false)]
    pub website: Option<ProfileText>,
    /// Name shown on GitHub.
    #[serde(default, deserialize_with = "models::present")]
    #[schema(nullable = false)]
    pub github_display_name: Option<ProfileText>,
    /// What the member is and may; from superusers only.
    #[serde(default, deserialize_with = "models::present")]
    #[schema(nullable = false)]
    pub roles: Option<BTreeMap<RoleName, bool>>,
    /// The role `member`; from superusers only.
    #[serde(rename = "isMember", default, deserialize_with = "models::present")]
    #[schema(nullable = false)]
    pub is_member: Option<bool>,
    /// What kind of user; from superusers only.
    #[serde(rename = "userType", default, deserialize_with = "models::present")]
    #[schema(nullable = false)]
    pub user_type: Option<ProfileText>,
    /// Linked Discord account; from superusers only.
    #[serde(rename = "discordId", default, deserialize_with = "models::present")]
    #[schema(nullable = false)]
    pub discord_id: Option<DiscordId>,
}

impl MemberDraft {
    /// The first field that only superusers may give, if one is given.
    fn reserved_field(&self) -> Option<&'static str> {
        let given = [
            ("id", self.id.is_some()),
            ("roles", self.roles.is_some()),
            ("isMember", self.is_member.is_some()),
            ("userType", self.user_type.is_some()),
            ("discordId", self.discord_id.is_some()),
        ];
        given.into_iter().find(|(_, is_given)| *is_given).map(|(name, _)| name)
    }
}

/// Who signs whom up.
#[derive(Debug, Clone, Copy)]
pub struct SignedUpBy<'a> {
    /// Whose session it is.
    pub id: &'a MemberId,
    /// Whether they may make anybody.
    pub is_super_user: bool,
    /// Their login on GitHub, where the session says so.
    pub github_id: Option<&'a str>,
    /// Their number on GitHub, where the session says so.
    pub github_user_id: Option<&'a str>,
}

/// Makes a member. One request.
///
/// # Errors
/// `BadRequest` when a field is given that may not be, or is not what the session says; `Conflict` when the id or
/// anything unique is taken, and nothing is written; as any write.
pub async fn sign_up(context: &Context, by: SignedUpBy<'_>, draft: MemberDraft) -> Result<Member, MemberError> {
    if !by.is_super_user {
        if let Some(field) = draft.reserved_field() {
            return Err(MemberError::invalid(format!("\"{field}\" is not allowed")));
        }
        let said = [
            ("github_id", by.github_id, &draft.github_id),
            ("github_user_id", by.github_user_id, &draft.github_user_id),
        ];
        for (field, of_session, of_draft) in said {
            if of_session.is_some() && of_session != of_draft.as_ref().map(Handle::as_str) {
                return Err(MemberError::invalid(format!("\"{field}\" must be that of the session")));
            }
        }
    }
    check_handles(draft.linkedin_id.as_ref(), draft.twitter_id.as_ref(), draft.instagram_id.as_ref())?;
    let id = match draft.id.clone() {
        Some(id) => id,
        None if by.is_super_user => context.new_member_id(),
        None => by.id.clone(),
    };
    let member = new_member(context, id, draft);
    match context.store.create_member(&member, context.random()).await? {
        MemberChanged::Done => Ok(member),
        MemberChanged::Taken | MemberChanged::Stale { .. } => Err(MemberError::Taken),
    }
}

fn new_member(context: &Context, id: MemberId, draft: MemberDraft) -> Member {
    let now = context.now().into();
    let mut roles = BTreeMap::from([(ARCHIVED.to_owned(), false), (IN_DISCORD.to_owned(), false)]);
    roles.extend(draft.roles.unwrap_or_default().into_iter().map(|(role, value)| (role.to_string(), value)));
    if let Some(is_member) = draft.is_member {
        roles.insert(MEMBER.to_owned(), is_member);
    }
    Member {
        id,
        incomplete_user_details: draft.username.is_none(),
        username: draft.username,
        first_name: draft.first_name,
        last_name: draft.last_name,
        email: draft.email,
        phone: draft.phone,
        profile: Profile {
            yoe: draft.yoe,
            company: draft.company,
            designation: draft.designation,
            img: draft.img,
            linkedin_id: draft.linkedin_id,
            twitter_id: draft.twitter_id,
            instagram_id: draft.instagram_id,
            website: draft.website,
        },
        github_id: draft.github_id,
        github_user_id: draft.github_user_id,
        github_display_name: draft.github_display_name,
        user_type: draft.user_type,
        discord_id: draft.discord_id,
        discord_joined_at: None,
        badges: Vec::new(),
        roles,
        picture: None,
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
