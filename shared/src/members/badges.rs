//! Badges, and who has them.

use super::settle::{Change, settle};
use super::{NOT_FOUND, TAKEN};
use crate::App;
use crate::error::MembersError;
use crate::models::{Badge, BadgeId, Member, MemberId, Text};
use serde::Deserialize;

/// What is said of a new badge.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BadgeDraft {
    /// Its name.
    #[schema(example = "First Flight")]
    pub name: Text<3, 30>,
    /// What it is for.
    #[serde(default, deserialize_with = "crate::models::present")]
    #[schema(nullable = false)]
    pub description: Option<Text<3, 130>>,
    /// Where its picture is.
    #[schema(example = "https://example.com/first-flight.png")]
    pub image_url: Text<1, 2048>,
    /// Who made it; default the caller.
    #[serde(default, deserialize_with = "crate::models::present")]
    #[schema(nullable = false)]
    pub created_by: Option<Text<1, 100>>,
}

/// Makes a badge (contract, *POST /badges*). One request.
///
/// # Errors
/// As any write.
pub async fn create_badge(app: &App, by: &MemberId, draft: BadgeDraft) -> Result<Badge, MembersError> {
    let description = draft.description.map_or_else(String::new, |text| text.to_string());
    let badge = Badge {
        id: app.new_member_id().as_str().parse().expect("a member's id is a badge's id, too"),
        name: draft.name,
        description: description.try_into().expect("it is shorter than the limit"),
        image_url: draft.image_url,
        created_by: draft.created_by.unwrap_or_else(|| by.as_str().parse().expect("an id is a text")),
        created_at: app.now().into(),
    };
    app.store.create_badge(&badge, app.random()).await?;
    Ok(badge)
}

/// A member's badges, in the order awarded; none of an unknown member, and none that no longer exist (contract, *GET
/// /users/{userId}/badges*). Two requests; one if there are none.
///
/// # Errors
/// As any read.
pub async fn badges_of(app: &App, id: &str) -> Result<Vec<Badge>, MembersError> {
    let Ok(id) = id.parse::<MemberId>() else {
        return Ok(Vec::new());
    };
    let Some(member) = app.store.member(&id).await? else {
        return Ok(Vec::new());
    };
    Ok(app.store.badges_of(&member.badges).await?)
}

/// Awards a badge to a member who does not have it (contract, *PUT /users/{userId}/badges/{badgeId}*). Three requests;
/// two if the member has it.
///
/// # Errors
/// `NotFound` when there is no such member or badge; as any write.
pub async fn award_badge(app: &App, id: &MemberId, badge: &BadgeId) -> Result<(), MembersError> {
    if app.store.badge(badge).await?.is_none() {
        return Err(MembersError::NotFound("Badge not found"));
    }
    let award = |mut member: Member| {
        if !member.badges.contains(badge) {
            member.badges.push(badge.clone());
        }
        Ok(Change::unrecorded(member))
    };
    settle(app, id, TAKEN, award).await?.map(|_| ()).ok_or(NOT_FOUND)
}

/// Takes a badge from a member (contract, *DELETE /users/{userId}/badges/{badgeId}*). Two requests.
///
/// # Errors
/// `NotFound` when there is no such member, or the member does not have it; as any write.
pub async fn take_badge(app: &App, id: &MemberId, badge: &BadgeId) -> Result<(), MembersError> {
    let take = |mut member: Member| {
        let had = member.badges.len();
        member.badges.retain(|other| other != badge);
        if member.badges.len() == had {
            return Err(MembersError::NotFound("Badge not found"));
        }
        Ok(Change::unrecorded(member))
    };
    settle(app, id, TAKEN, take).await?.map(|_| ()).ok_or(NOT_FOUND)
}
