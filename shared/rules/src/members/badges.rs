//! Badges, and who has them.

use super::MemberError;
use super::directory::member;
use super::settling::{Update, change_member};
use crate::Context;
use models::{Badge, BadgeId, Member, MemberId, Text};
use serde::Deserialize;
use store::StoreError;

/// What is said of a new badge.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BadgeDraft {
    /// Its name.
    #[schema(example = "First Flight")]
    pub name: Text<3, 30>,
    /// What it is for.
    #[serde(default, deserialize_with = "models::present")]
    #[schema(nullable = false)]
    pub description: Option<Text<3, 130>>,
    /// Where its picture is.
    #[schema(example = "https://example.com/first-flight.png")]
    pub image_url: Text<1, 2048>,
    /// Who made it; default the caller.
    #[serde(default, deserialize_with = "models::present")]
    #[schema(nullable = false)]
    pub created_by: Option<Text<1, 100>>,
}

/// Makes a badge. One request.
///
/// # Errors
/// As any write.
pub async fn create_badge(context: &Context, by: &MemberId, draft: BadgeDraft) -> Result<Badge, MemberError> {
    let description = draft.description.map_or_else(String::new, |text| text.to_string());
    let badge = Badge {
        id: context.new_member_id().as_str().parse().expect("a member's id is a badge's id, too"),
        name: draft.name,
        description: description.try_into().expect("it is shorter than the limit"),
        image_url: draft.image_url,
        created_by: draft.created_by.unwrap_or_else(|| by.as_str().parse().expect("an id is a text")),
        created_at: context.now().into(),
    };
    context.store.create_badge(&badge, context.random()).await?;
    Ok(badge)
}

/// A member's badges, in the order awarded; none of an unknown member, and none that no longer exist. Two requests; one if there are none.
///
/// # Errors
/// As any read.
pub async fn badges_of(context: &Context, id: &str) -> Result<Vec<Badge>, StoreError> {
    match member(context, id).await? {
        Some(member) => context.store.badges_of(&member.badges).await,
        None => Ok(Vec::new()),
    }
}

/// Awards a badge to a member who does not have it. Three requests;
/// two if the member has it.
///
/// # Errors
/// `NotFound` when there is no such member or badge; as any write.
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

/// Takes a badge from a member. Two requests.
///
/// # Errors
/// `NotFound` when there is no such member, or the member does not have it; as any write.
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
