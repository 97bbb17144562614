//! Badges, and the members who have them.

use super::MemberError;
use super::change::{Update, change_member};
use super::directory::member;
use crate::Context;
use models::{Badge, BadgeId, Lines, Link, Member, MemberId, Text};
use serde::Deserialize;
use store::StoreError;

/// Fields of a new badge.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BadgeDraft {
    /// Name of the badge, 3 to 30 characters.
    #[schema(example = "First Flight")]
    pub name: Text<3, 30>,
    /// What the badge is awarded for, 3 to 130 characters; optional.
    #[serde(default, deserialize_with = "models::filled")]
    pub description: Option<Lines<3, 130>>,
    /// Link to the badge's image, an `http` or `https` URL or a host such as `example.com/x`, at most 2,048 characters.
    #[schema(example = "https://example.com/first-flight.png")]
    pub image_url: Link,
    /// Who created the badge, 1 to 100 characters; default the id of the caller.
    #[serde(default, deserialize_with = "models::filled")]
    pub created_by: Option<Text<1, 100>>,
}

/// Creates a badge. One request.
///
/// # Errors
/// `Store`.
pub async fn create_badge(context: &Context, by: &MemberId, draft: BadgeDraft) -> Result<Badge, MemberError> {
    let description = draft.description.map_or_else(String::new, |text| text.to_string());
    let badge = Badge {
        id: context.new_member_id().as_str().parse().expect("a member id has the form of a badge id"),
        name: draft.name,
        description: description.try_into().expect("a draft's description is within the limit"),
        image_url: draft.image_url,
        created_by: draft
            .created_by
            .unwrap_or_else(|| by.as_str().parse().expect("a member id is a text of at most 100 characters")),
        created_at: context.now().into(),
    };
    context.store.create_badge(&badge, context.random()).await?;
    Ok(badge)
}

/// Returns a member's badges, in the order in which they were awarded. Omits badges that do not exist anymore. Returns
/// no badges if the member does not exist. Two requests, or one if there are no badges.
///
/// # Errors
/// Any [`StoreError`].
pub async fn badges_of(context: &Context, id: &str) -> Result<Vec<Badge>, StoreError> {
    match member(context, id).await? {
        Some(member) => context.store.badges_of(&member.badges).await,
        None => Ok(Vec::new()),
    }
}

/// Awards a badge to a member. Does nothing if the member already has it. Three requests, plus two per conflicting
/// change; two if the member already has the badge.
///
/// # Errors
/// `NotFound` if the member does not exist; `BadgeNotFound` if the badge does not exist; `Store`.
pub async fn award_badge(context: &Context, id: &MemberId, badge: &BadgeId) -> Result<(), MemberError> {
    if context.store.badge(badge).await?.is_none() {
        return Err(MemberError::BadgeNotFound);
    }
    let award = |mut member: Member| {
        if !member.badges.contains(badge) {
            member.badges.push(badge.clone());
        }
        Ok(Update::unrecorded(member))
    };
    change_member(context, id, MemberError::Taken, award).await.map(|_| ())
}

/// Takes a badge from a member. Two requests, plus two per conflicting change.
///
/// # Errors
/// `NotFound` if the member does not exist; `BadgeNotFound` if the member does not have the badge; `Store`.
pub async fn take_badge(context: &Context, id: &MemberId, badge: &BadgeId) -> Result<(), MemberError> {
    let take = |mut member: Member| {
        let had = member.badges.len();
        member.badges.retain(|other| other != badge);
        if member.badges.len() == had {
            return Err(MemberError::BadgeNotFound);
        }
        Ok(Update::unrecorded(member))
    };
    change_member(context, id, MemberError::Taken, take).await.map(|_| ())
}
