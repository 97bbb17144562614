//! Giving and taking roles.

use super::MemberError;
use super::settling::{Update, change_member};
use crate::Context;
use models::{ARCHIVED, MEMBER, Member, MemberId, SUPER_USER};
use store::MemberAudit;

/// Which roles a member is to have. Absent ones stay.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RoleChange {
    /// The role `member`.
    pub member: Option<bool>,
    /// The role `archived`.
    pub archived: Option<bool>,
    /// Why.
    pub reason: Option<String>,
}

/// Gives a member roles, or takes them. Each role that is sent must differ
/// from what the member has. Two requests.
///
/// # Errors
/// `NotFound`; `RoleExists` when a role is already so, and then nothing changes; as any write.
pub async fn change_roles(
    context: &Context,
    by: &MemberId,
    id: &MemberId,
    change: &RoleChange,
) -> Result<Member, MemberError> {
    let now = context.now();
    let give = |member: Member| {
        let sent = [(MEMBER, change.member), (ARCHIVED, change.archived)];
        let sent: Vec<_> = sent.into_iter().filter_map(|(role, value)| Some((role, value?))).collect();
        if sent.iter().any(|(role, value)| member.has_role(role) == *value) {
            return Err(MemberError::RoleExists);
        }
        let action = sent.iter().map(|(role, value)| format!("{role}: {value}")).collect::<Vec<_>>().join(", ");
        let audit = MemberAudit { action, by: by.to_string(), reason: change.reason.clone(), at: now };
        let mut after = member;
        after.roles.extend(sent.into_iter().map(|(role, value)| (role.to_owned(), value)));
        Ok(Update { after, audit: Some(audit) })
    };
    change_member(context, id, MemberError::Taken, give).await
}

/// Makes a member a superuser; again is harmless. Two requests.
///
/// # Errors
/// `NotFound`; as any write.
pub async fn grant_super_user(context: &Context, by: &str, id: &MemberId) -> Result<Member, MemberError> {
    let now = context.now();
    let grant = |mut member: Member| {
        member.roles.insert(SUPER_USER.to_owned(), true);
        let audit = MemberAudit { action: format!("{SUPER_USER}: true"), by: by.to_owned(), reason: None, at: now };
        Ok(Update { after: member, audit: Some(audit) })
    };
    change_member(context, id, MemberError::Taken, grant).await
}
