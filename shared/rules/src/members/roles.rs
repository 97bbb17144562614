//! Granting and revoking roles.

use super::MemberError;
use super::change::{Update, change_member};
use crate::Context;
use models::{ARCHIVED, MEMBER, Member, MemberId, SUPER_USER};
use store::MemberAudit;

/// New values of a member's roles. A role that is `None` stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RoleChange {
    /// The role `member`.
    pub member: Option<bool>,
    /// The role `archived`.
    pub archived: Option<bool>,
    /// Reason for the change, for the audit trail.
    pub reason: Option<String>,
}

/// Grants roles to a member, or revokes them. Each given value must differ from the current one. Two requests, plus two
/// per conflicting change.
///
/// # Errors
/// `NotFound` if the member does not exist; `RoleExists` if a role already has the given value, in which case nothing
/// is changed; `Store`.
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

/// Makes a member a superuser. Does nothing if the member already is one. Two requests, plus two per conflicting
/// change.
///
/// # Errors
/// `NotFound` if the member does not exist; `Store`.
pub async fn grant_super_user(context: &Context, by: &str, id: &MemberId) -> Result<Member, MemberError> {
    let now = context.now();
    let grant = |mut member: Member| {
        member.roles.insert(SUPER_USER.to_owned(), true);
        let audit = MemberAudit { action: format!("{SUPER_USER}: true"), by: by.to_owned(), reason: None, at: now };
        Ok(Update { after: member, audit: Some(audit) })
    };
    change_member(context, id, MemberError::Taken, grant).await
}
