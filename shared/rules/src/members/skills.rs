//! Members' skills.

use super::MemberError;
use super::directory::member;
use super::settling::{Update, change_member};
use crate::Context;
use models::{Member, MemberId, Skill, SkillDraft, TagId};
use store::StoreError;

/// A member has at most so many skills: putting somebody with all of them away moves 8 index entries for each, and a
/// transaction takes 100 writes.
pub const MAX_SKILLS: usize = 10;

/// Sets how well a member can do something. Two requests.
///
/// # Errors
/// `NotFound`; `Conflict` when the member has [`MAX_SKILLS`] others; as any write.
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

/// Takes a skill from a member. Two requests.
///
/// # Errors
/// `NotFound` when there is no such member or skill; as any write.
pub async fn delete_skill(context: &Context, id: &MemberId, tag: &TagId) -> Result<(), MemberError> {
    let delete = |mut member: Member| match member.skills.remove(tag) {
        Some(_) => Ok(Update::unrecorded(member)),
        None => Err(MemberError::SkillNotFound),
    };
    change_member(context, id, MemberError::Taken, delete).await.map(|_| ())
}

/// Returns a member's skills, by tag; none if there is no such member. One request.
///
/// # Errors
/// Any [`StoreError`].
pub async fn skills_of(context: &Context, id: &str) -> Result<Option<Vec<Skill>>, StoreError> {
    Ok(member(context, id).await?.map(|member| member.skills.into_values().collect()))
}
