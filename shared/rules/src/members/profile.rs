//! What members say about themselves.

use super::MemberError;
use super::change::{Update, change_member_from};
use crate::Context;
use models::{Email, Link, Member, Name, Phone, Profile, ProfileStatus, ProfileText, Username, Years};
use serde::Deserialize;

/// A partial update of the caller's own record. Fields that are absent keep their values, and `null` removes a value that
/// may be absent.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProfileChange {
    /// Name of the member in the community, 4 to 32 letters, digits and hyphens. It can be set only once.
    #[serde(default, deserialize_with = "models::present")]
    #[schema(nullable = false)]
    pub username: Option<Username>,
    /// First name of the member, 1 to 100 characters.
    #[serde(default, deserialize_with = "models::present")]
    #[schema(nullable = false, example = "Ada")]
    pub first_name: Option<Name>,
    /// Last name of the member, 1 to 100 characters.
    #[serde(default, deserialize_with = "models::present")]
    #[schema(nullable = false, example = "Lovelace")]
    pub last_name: Option<Name>,
    /// Telephone number of the member, 4 to 15 digits that do not begin with 0, as a number or as a string, which may also
    /// contain spaces, dashes, parentheses and a leading `+`.
    #[serde(default, deserialize_with = "models::present")]
    #[schema(value_type = Option<Phone>)]
    pub phone: Option<Option<Phone>>,
    /// E-mail address of the member, at most 254 characters.
    #[serde(default, deserialize_with = "models::present")]
    #[schema(value_type = Option<Email>)]
    pub email: Option<Option<Email>>,
    /// Years of experience of the member, a number from 0 to 100.
    #[serde(default, deserialize_with = "models::present")]
    #[schema(value_type = Option<Years>)]
    pub yoe: Option<Option<Years>>,
    /// Company where the member works, at most 500 characters.
    #[serde(default, deserialize_with = "models::present")]
    #[schema(value_type = Option<ProfileText>)]
    pub company: Option<Option<ProfileText>>,
    /// Job title of the member, at most 500 characters.
    #[serde(default, deserialize_with = "models::present")]
    #[schema(value_type = Option<ProfileText>)]
    pub designation: Option<Option<ProfileText>>,
    /// Link to a picture of the member, an `http` or `https` URL or a host such as `example.com/x`, at most 2,048
    /// characters.
    #[serde(default, deserialize_with = "models::present")]
    #[schema(value_type = Option<Link>)]
    pub img: Option<Option<Link>>,
    /// Link to the website of the member, an `http` or `https` URL or a host such as `example.com/x`, at most 2,048
    /// characters.
    #[serde(default, deserialize_with = "models::present")]
    #[schema(value_type = Option<Link>)]
    pub website: Option<Option<Link>>,
    /// LinkedIn user name of the member, at most 500 characters without `@` or spaces.
    #[serde(default, deserialize_with = "models::present")]
    #[schema(value_type = Option<ProfileText>)]
    pub linkedin_id: Option<Option<ProfileText>>,
    /// Twitter user name of the member, at most 500 characters without `@` or spaces.
    #[serde(default, deserialize_with = "models::present")]
    #[schema(value_type = Option<ProfileText>)]
    pub twitter_id: Option<Option<ProfileText>>,
    /// Instagram user name of the member, at most 500 characters without `@` or spaces.
    #[serde(default, deserialize_with = "models::present")]
    #[schema(value_type = Option<ProfileText>)]
    pub instagram_id: Option<Option<ProfileText>>,
    /// Short status of the member, `ooo`, `idle`, `active` or `onboarding`, unrelated to `/users/status`.
    #[serde(default, deserialize_with = "models::present")]
    #[schema(value_type = Option<ProfileStatus>)]
    pub status: Option<Option<ProfileStatus>>,
}

/// Rejects user names on other networks that contain `@` or spaces.
pub(super) fn check_handles(
    linkedin: Option<&ProfileText>,
    twitter: Option<&ProfileText>,
    instagram: Option<&ProfileText>,
) -> Result<(), MemberError> {
    for (network, handle) in [("Linkedin", linkedin), ("Twitter", twitter), ("Instagram", instagram)] {
        if handle.is_some_and(|handle| handle.as_str().contains(|c: char| c == '@' || c.is_whitespace())) {
            return Err(MemberError::invalid(format!(
                "Invalid {network} ID. ID should not contain special character @ or spaces"
            )));
        }
    }
    Ok(())
}

/// Changes the record of a member who has just been read. Concurrent changes of different fields are all kept. One request,
/// plus two per conflicting change.
///
/// # Errors
/// `Invalid` if the change contains no fields or a malformed user name on another network; `UsernameIsSet` if the member
/// already has a username; `UsernameTaken` if another member has it; `Store`.
pub async fn change_profile(context: &Context, member: &Member, change: &ProfileChange) -> Result<(), MemberError> {
    let handles = [&change.linkedin_id, &change.twitter_id, &change.instagram_id].map(|id| id.as_ref()?.as_ref());
    check_handles(handles[0], handles[1], handles[2])?;
    if *change == ProfileChange::default() {
        return Err(MemberError::invalid("Body must have at least one field to change"));
    }
    let apply = |member: Member| {
        if change.username.is_some() && !member.incomplete_user_details {
            return Err(MemberError::UsernameIsSet);
        }
        let mut member = apply(change, member);
        if let Some(username) = &change.username {
            member.username = Some(username.clone());
            member.incomplete_user_details = false;
        }
        Ok(Update::unrecorded(member))
    };
    change_member_from(context, member, MemberError::UsernameTaken, apply).await.map(|_| ())
}

fn apply(change: &ProfileChange, member: Member) -> Member {
    let change = change.clone();
    Member {
        first_name: change.first_name.or(member.first_name),
        last_name: change.last_name.or(member.last_name),
        phone: change.phone.unwrap_or(member.phone),
        email: change.email.unwrap_or(member.email),
        status: change.status.map_or(member.status, |status| status.map(ProfileText::from)),
        profile: Profile {
            yoe: change.yoe.unwrap_or(member.profile.yoe),
            company: change.company.unwrap_or(member.profile.company),
            designation: change.designation.unwrap_or(member.profile.designation),
            img: change.img.unwrap_or(member.profile.img),
            linkedin_id: change.linkedin_id.unwrap_or(member.profile.linkedin_id),
            twitter_id: change.twitter_id.unwrap_or(member.profile.twitter_id),
            instagram_id: change.instagram_id.unwrap_or(member.profile.instagram_id),
            website: change.website.unwrap_or(member.profile.website),
        },
        ..member
    }
}
