//! Changes of members, with retries on conflicts.

use super::MemberError;
use crate::Context;
use crate::commit::{Decision, NumberedChange, Trace, Written, commit};
use models::{Member, MemberId};
use store::{MemberAudit, MemberChanged, StoreError};
use uuid::Uuid;

/// What a change turns a member into.
pub(super) struct Update {
    /// The member after the change; equal to the member before if nothing changes.
    pub after: Member,
    /// Record of the change for the audit trail.
    pub audit: Option<MemberAudit>,
}

impl Update {
    /// Creates an update that is not recorded in the audit trail.
    pub fn unrecorded(after: Member) -> Self {
        Self { after, audit: None }
    }
}

/// Reads a member, changes it as `update` decides, and returns the member after the change. Two requests, plus two per
/// conflicting change; one if nothing changes.
///
/// # Errors
/// `NotFound` if the member does not exist; any error of `update`; `taken` if a value that must be unique belongs to
/// another member; `Store`.
pub(super) async fn change_member(
    context: &Context,
    id: &MemberId,
    taken: MemberError,
    update: impl FnMut(Member) -> Result<Update, MemberError>,
) -> Result<Member, MemberError> {
    commit(context, MemberChange { context, id, first: None, taken: Some(taken), update }).await
}

/// Like [`change_member`], for a member who has already been read. Saves the first request.
pub(super) async fn change_member_from(
    context: &Context,
    member: &Member,
    taken: MemberError,
    update: impl FnMut(Member) -> Result<Update, MemberError>,
) -> Result<Member, MemberError> {
    let first = Some(member.clone());
    commit(context, MemberChange { context, id: &member.id, first, taken: Some(taken), update }).await
}

/// A change of a member. Its number is the version that it creates.
struct MemberChange<'a, U> {
    context: &'a Context,
    id: &'a MemberId,
    /// The member as it has already been read, for the first attempt.
    first: Option<Member>,
    /// The error to return if a value that must be unique belongs to another member.
    taken: Option<MemberError>,
    update: U,
}

struct MemberWrite {
    before: Member,
    update: Update,
    operation: Uuid,
}

impl<U: FnMut(Member) -> Result<Update, MemberError>> NumberedChange for MemberChange<'_, U> {
    type State = Member;
    type Write = MemberWrite;
    type Answer = Member;
    type Error = MemberError;

    async fn read(&mut self) -> Result<Member, MemberError> {
        match self.first.take() {
            Some(member) => Ok(member),
            None => self.context.store.member(self.id).await?.ok_or(MemberError::NotFound),
        }
    }

    /// Sends no request, because the state contains the id of the operation that created it.
    async fn trace(&mut self, member: &Member, number: u64) -> Result<Trace, StoreError> {
        Ok(Trace::of_version(member.version, member.operation, number))
    }

    fn decide(&mut self, before: Member, operation: Uuid) -> Result<Decision<MemberWrite, Member>, MemberError> {
        let mut update = (self.update)(before.clone())?;
        if update.after == before {
            return Ok(Decision::Answer(before));
        }
        update.after.updated_at = self.context.now().into();
        let answer = update.after.clone();
        Ok(Decision::Write { number: before.version + 1, write: MemberWrite { before, update, operation }, answer })
    }

    async fn write(&mut self, write: MemberWrite) -> Result<Written, MemberError> {
        let MemberWrite { before, update: Update { after, audit }, operation } = write;
        let token = self.context.random();
        match self.context.store.change_member(&before, &after, operation, audit.as_ref(), token).await? {
            MemberChanged::Done => Ok(Written::Done),
            MemberChanged::Taken => Err(self.taken.take().expect("a failed change is not attempted again")),
            MemberChanged::Stale { in_doubt } => Ok(Written::Stale { in_doubt }),
        }
    }
}
