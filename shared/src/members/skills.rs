//! Members' skills.

use super::settle::{Change, settle};
use super::{NOBODY, NOT_FOUND, TAKEN};
use crate::App;
use crate::error::MembersError;
use crate::models::{Member, MemberId, Skill, SkillDraft, TagId};

/// A member has at most so many skills: putting somebody with all of them away moves 8 index entries for each, and a
/// transaction takes 100 writes.
pub const MAX_SKILLS: usize = 10;

/// Sets how well a member can do something (contract, *PUT /users/{userId}/skills/{tagId}*). Two requests.
///
/// # Errors
/// `NotFound`; `Conflict` when the member has [`MAX_SKILLS`] others; as any write.
pub async fn put_skill(app: &App, id: &MemberId, tag: TagId, draft: SkillDraft) -> Result<Skill, MembersError> {
    let skill = Skill {
        tag_id: tag,
        tag_name: draft.tag_name,
        level_id: draft.level_id,
        level_name: draft.level_name,
        level_value: draft.level_value,
    };
    let put = |mut member: Member| {
        member.skills.insert(skill.tag_id.clone(), skill.clone());
        if member.skills.len() > MAX_SKILLS {
            return Err(MembersError::Conflict("User has too many skills"));
        }
        Ok(Change::unrecorded(member))
    };
    settle(app, id, TAKEN, put).await?.ok_or(NOT_FOUND)?;
    Ok(skill)
}

/// Takes a skill from a member (contract, *DELETE /users/{userId}/skills/{tagId}*). Two requests.
///
/// # Errors
/// `NotFound` when there is no such member or skill; as any write.
pub async fn delete_skill(app: &App, id: &MemberId, tag: &TagId) -> Result<(), MembersError> {
    let delete = |mut member: Member| match member.skills.remove(tag) {
        Some(_) => Ok(Change::unrecorded(member)),
        None => Err(MembersError::NotFound("Skill not found")),
    };
    settle(app, id, TAKEN, delete).await?.map(|_| ()).ok_or(NOT_FOUND)
}

/// A member's skills, by tag (contract, *GET /users/{userId}/skills*). One request.
///
/// # Errors
/// `NotFound`; as any read.
pub async fn skills_of(app: &App, id: &str) -> Result<Vec<Skill>, MembersError> {
    let id: MemberId = id.parse().map_err(|_| NOBODY)?;
    let member = app.store.member(&id).await?.ok_or(NOBODY)?;
    Ok(member.skills.into_values().collect())
}
