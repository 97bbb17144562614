//! Signing up members.

use super::MemberError;
use super::profile::check_handles;
use crate::Context;
use models::{
    DiscordId, Email, GithubLogin, GithubNumber, IdNumber, Link, MEMBER, Member, MemberId, Name, Phone, Profile,
    ProfileText, RoleName, Username, Years,
};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::str::FromStr;
use store::MemberChanged;

/// Fields of a new member.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MemberDraft {
    /// Id of the member: 1 to 64 letters, digits, `-` and `_`. Superusers only; a random id when absent. Anybody else
    /// signs up with the id of the session.
    pub id: Option<MemberId>,
    /// Name of the member in the community, 4 to 32 letters, digits and hyphens; optional. The member can choose it
    /// later.
    pub username: Option<Username>,
    /// First name of the member, 1 to 100 characters.
    #[schema(example = "Ada")]
    pub first_name: Name,
    /// Last name of the member, 1 to 100 characters.
    #[schema(example = "Lovelace")]
    pub last_name: Name,
    /// E-mail address of the member, at most 254 characters; optional.
    #[serde(default, deserialize_with = "models::filled")]
    pub email: Option<Email>,
    /// Telephone number of the member, 4 to 15 digits that do not begin with 0, as a number or as a string, which may also
    /// contain spaces, dashes, parentheses and a leading `+`; optional.
    #[serde(default, deserialize_with = "models::filled")]
    pub phone: Option<Phone>,
    /// Years of experience of the member, a number from 0 to 100; optional.
    pub yoe: Option<Years>,
    /// Company where the member works, at most 500 characters; optional.
    #[serde(default, deserialize_with = "models::filled")]
    pub company: Option<ProfileText>,
    /// Job title of the member, at most 500 characters; optional.
    #[serde(default, deserialize_with = "models::filled")]
    pub designation: Option<ProfileText>,
    /// Link to a picture of the member, an `http` or `https` URL or a host such as `example.com/x`, at most 2,048
    /// characters; optional.
    #[serde(default, deserialize_with = "models::filled")]
    pub img: Option<Link>,
    /// GitHub login of the member, 1 to 64 letters, digits, `-` and `_`; optional. If the session names one, it must be the same.
    pub github_id: Option<GithubLogin>,
    /// Numeric GitHub user id of the member, as a string or as an integer; optional. If the session names one, it must be
    /// the same.
    #[schema(value_type = Option<IdNumber>)]
    pub github_user_id: Option<GithubNumber>,
    /// LinkedIn user name of the member, at most 500 characters without `@` or spaces; optional.
    #[serde(default, deserialize_with = "models::filled")]
    pub linkedin_id: Option<ProfileText>,
    /// Twitter user name of the member, at most 500 characters without `@` or spaces; optional.
    #[serde(default, deserialize_with = "models::filled")]
    pub twitter_id: Option<ProfileText>,
    /// Instagram user name of the member, at most 500 characters without `@` or spaces; optional.
    #[serde(default, deserialize_with = "models::filled")]
    pub instagram_id: Option<ProfileText>,
    /// Link to the website of the member, an `http` or `https` URL or a host such as `example.com/x`, at most 2,048
    /// characters; optional.
    #[serde(default, deserialize_with = "models::filled")]
    pub website: Option<Link>,
    /// Display name of the member on GitHub, at most 500 characters; optional.
    #[serde(default, deserialize_with = "models::filled")]
    pub github_display_name: Option<ProfileText>,
    /// Roles of the member by name, such as `member` and `super_user`; optional. Superusers only.
    pub roles: Option<BTreeMap<RoleName, Option<bool>>>,
    /// Whether the member has the role `member`; optional. Superusers only.
    #[serde(rename = "isMember")]
    pub is_member: Option<bool>,
    /// Kind of user, at most 500 characters; optional. Superusers only.
    #[serde(rename = "userType", default, deserialize_with = "models::filled")]
    pub user_type: Option<ProfileText>,
    /// Id of the linked Discord account, a string of 17 to 20 digits; optional. Superusers only.
    #[serde(rename = "discordId")]
    pub discord_id: Option<DiscordId>,
}

impl MemberDraft {
    /// Returns the first field that is given although only superusers may set it.
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

/// The caller who signs up a member.
#[derive(Debug, Clone, Copy)]
pub struct SignedUpBy<'a> {
    /// Id of the member whose session it is.
    pub id: &'a MemberId,
    /// Whether the caller is a superuser, who may sign up anybody.
    pub is_super_user: bool,
    /// GitHub login of the caller, if the session names it.
    pub github_id: Option<&'a str>,
    /// Numeric GitHub user id of the caller, if the session names it.
    pub github_user_id: Option<&'a str>,
}

/// Creates a member. One request.
///
/// # Errors
/// `Invalid` if a field is malformed, reserved for superusers or contradicts the session; `Taken` if the id or another
/// value that must be unique belongs to another member, in which case nothing is written; `Store`.
pub async fn sign_up(context: &Context, by: SignedUpBy<'_>, mut draft: MemberDraft) -> Result<Member, MemberError> {
    if !by.is_super_user {
        if let Some(field) = draft.reserved_field() {
            return Err(MemberError::invalid(format!("\"{field}\" is not allowed")));
        }
        draft.github_id = of_session("github_id", by.github_id, draft.github_id)?;
        draft.github_user_id = of_session("github_user_id", by.github_user_id, draft.github_user_id)?;
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

/// Returns the GitHub identity that a session states. A draft may repeat it, and must not state another: else anyone could
/// claim anyone's identity.
fn of_session<T: FromStr + Display>(
    field: &str,
    stated: Option<&str>,
    given: Option<T>,
) -> Result<Option<T>, MemberError> {
    let stated: Option<T> = stated.and_then(|stated| stated.parse().ok());
    let is_same =
        |given: &T| stated.as_ref().is_some_and(|stated| stated.to_string().eq_ignore_ascii_case(&given.to_string()));
    match given {
        Some(given) if !is_same(&given) => Err(MemberError::invalid(format!("\"{field}\" is not allowed"))),
        _ => Ok(stated),
    }
}

fn new_member(context: &Context, id: MemberId, draft: MemberDraft) -> Member {
    let mut member = Member {
        incomplete_user_details: draft.username.is_none(),
        username: draft.username,
        first_name: Some(draft.first_name),
        last_name: Some(draft.last_name),
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
        ..Member::new(id, context.now().into())
    };
    let roles = draft.roles.unwrap_or_default().into_iter();
    member.roles.extend(roles.filter_map(|(role, value)| Some((role.to_string(), value?))));
    if let Some(is_member) = draft.is_member {
        member.roles.insert(MEMBER.to_owned(), is_member);
    }
    member
}
