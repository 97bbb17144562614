//! Skills of members.

use super::MemberError;
use super::change::{Update, change_member};
use super::directory::member;
use crate::Context;
use models::{Member, MemberId, Skill, SkillDraft, TagId};
use store::StoreError;

/// Maximum number of skills per member. Archiving a member moves 8 index entries per skill, and a transaction is
/// limited to 100 writes.
pub const MAX_SKILLS: usize = 10;

/// Sets a member's level in a skill. Two requests, plus two per conflicting change.
///
/// # Errors
/// `NotFound` if the member does not exist; `TooManySkills` if the member already has [`MAX_SKILLS`] other skills;
/// `Store`.
pub async fn put_skill(context: &Context, id: &MemberId, tag: TagId, draft: SkillDraft) -> Result<Skill, MemberError> {
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
            return Err(MemberError::TooManySkills);
        }
        Ok(Update::unrecorded(member))
    };
    change_member(context, id, MemberError::Taken, put).await?;
    Ok(skill)
}

/// Removes a skill from a member. Two requests, plus two per conflicting change.
///
/// # Errors
/// `NotFound` if the member does not exist; `SkillNotFound` if the member does not have the skill; `Store`.
pub async fn delete_skill(context: &Context, id: &MemberId, tag: &TagId) -> Result<(), MemberError> {
    let delete = |mut member: Member| match member.skills.remove(tag) {
        Some(_) => Ok(Update::unrecorded(member)),
        None => Err(MemberError::SkillNotFound),
    };
    change_member(context, id, MemberError::Taken, delete).await.map(|_| ())
}

/// Returns a member's skills, ordered by tag, or `None` if the member does not exist. One request.
///
/// # Errors
/// Any [`StoreError`].
pub async fn skills_of(context: &Context, id: &str) -> Result<Option<Vec<Skill>>, StoreError> {
    Ok(member(context, id).await?.map(|member| member.skills.into_values().collect()))
}
