//! What members say of themselves.

use super::NOT_FOUND;
use super::settle::{Change, settle};
use crate::App;
use crate::error::MembersError;
use crate::models::{Email, Member, MemberId, Name, Phone, Profile, ProfileText, Username, Years};
use serde::{Deserialize, Serialize};

/// A change of one's own record: what is absent stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProfileChange {
    /// The username, as long as none was chosen.
    #[serde(default, deserialize_with = "crate::models::present", skip_serializing)]
    #[schema(nullable = false)]
    pub username: Option<Username>,
    /// First name.
    #[serde(default, deserialize_with = "crate::models::present")]
    #[schema(nullable = false, example = "Ada")]
    pub first_name: Option<Name>,
    /// Last name.
    #[serde(default, deserialize_with = "crate::models::present")]
    #[schema(nullable = false, example = "Lovelace")]
    pub last_name: Option<Name>,
    /// Telephone number.
    #[serde(default, deserialize_with = "crate::models::present")]
    #[schema(nullable = false)]
    pub phone: Option<Phone>,
    /// E-mail address.
    #[serde(default, deserialize_with = "crate::models::present")]
    #[schema(nullable = false)]
    pub email: Option<Email>,
    /// Years of experience.
    #[serde(default, deserialize_with = "crate::models::present")]
    #[schema(nullable = false)]
    pub yoe: Option<Years>,
    /// Where the member works.
    #[serde(default, deserialize_with = "crate::models::present")]
    #[schema(nullable = false)]
    pub company: Option<ProfileText>,
    /// As what.
    #[serde(default, deserialize_with = "crate::models::present")]
    #[schema(nullable = false)]
    pub designation: Option<ProfileText>,
    /// Where the member's picture is.
    #[serde(default, deserialize_with = "crate::models::present")]
    #[schema(nullable = false)]
    pub img: Option<ProfileText>,
    /// Website.
    #[serde(default, deserialize_with = "crate::models::present")]
    #[schema(nullable = false)]
    pub website: Option<ProfileText>,
    /// Name on LinkedIn.
    #[serde(default, deserialize_with = "crate::models::present")]
    #[schema(nullable = false)]
    pub linkedin_id: Option<ProfileText>,
    /// Name on Twitter.
    #[serde(default, deserialize_with = "crate::models::present")]
    #[schema(nullable = false)]
    pub twitter_id: Option<ProfileText>,
    /// Name on Instagram.
    #[serde(default, deserialize_with = "crate::models::present")]
    #[schema(nullable = false)]
    pub instagram_id: Option<ProfileText>,
    /// What the member is up to, in a word.
    #[serde(default, deserialize_with = "crate::models::present")]
    #[schema(nullable = false)]
    pub status: Option<ProfileText>,
}

/// Refuses names on other networks that cannot be such: with `@` or spaces.
pub(super) fn check_handles(
    linkedin: Option<&ProfileText>,
    twitter: Option<&ProfileText>,
    instagram: Option<&ProfileText>,
) -> Result<(), MembersError> {
    for (network, handle) in [("Linkedin", linkedin), ("Twitter", twitter), ("Instagram", instagram)] {
        if handle.is_some_and(|handle| handle.as_str().contains(|c: char| c == '@' || c.is_whitespace())) {
            return Err(MembersError::BadRequest(format!(
                "Invalid {network} ID. ID should not contain special character @ or spaces"
            )));
        }
    }
    Ok(())
}

/// Changes a member's own record (contract, *PATCH /users/self*). Fields that are sent change each by itself, so that
/// concurrent changes of different ones both survive: one request. A username, which is set once, takes two.
///
/// # Errors
/// `BadRequest` when there is nothing to change or a name elsewhere is bad; `NotFound`; `UsernameIsSet`; `Conflict` when
/// the username is taken; as any write.
pub async fn change_profile(app: &App, id: &MemberId, change: &ProfileChange) -> Result<(), MembersError> {
    let handles = [&change.linkedin_id, &change.twitter_id, &change.instagram_id].map(Option::as_ref);
    check_handles(handles[0], handles[1], handles[2])?;
    if *change == ProfileChange::default() {
        return Err(MembersError::BadRequest("Body must have at least one field to change".to_owned()));
    }
    let changed = match &change.username {
        None => app.store.edit_profile(id, change, app.now()).await?,
        Some(username) => {
            let taken = MembersError::Conflict("Username already exists");
            let choose = |member: Member| {
                if !member.incomplete_user_details {
                    return Err(MembersError::UsernameIsSet);
                }
                let mut member = apply(change, member);
                member.username = Some(username.clone());
                member.incomplete_user_details = false;
                Ok(Change::unrecorded(member))
            };
            settle(app, id, taken, choose).await?
        }
    };
    changed.map(|_| ()).ok_or(NOT_FOUND)
}

fn apply(change: &ProfileChange, member: Member) -> Member {
    let change = change.clone();
    Member {
        first_name: change.first_name.unwrap_or(member.first_name),
        last_name: change.last_name.unwrap_or(member.last_name),
        phone: change.phone.or(member.phone),
        email: change.email.or(member.email),
        status: change.status.or(member.status),
        profile: Profile {
            yoe: change.yoe.or(member.profile.yoe),
            company: change.company.or(member.profile.company),
            designation: change.designation.or(member.profile.designation),
            img: change.img.or(member.profile.img),
            linkedin_id: change.linkedin_id.or(member.profile.linkedin_id),
            twitter_id: change.twitter_id.or(member.profile.twitter_id),
            instagram_id: change.instagram_id.or(member.profile.instagram_id),
            website: change.website.or(member.profile.website),
        },
        ..member
    }
}
