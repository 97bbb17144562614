//! Changing a member until the change is settled.

use super::MemberError;
use crate::Context;
use crate::commit::{Change, Decision, Trace, Written, commit};
use models::{Member, MemberId};
use store::{MemberAudit, MemberChanged, StoreError};
use uuid::Uuid;

/// What a change makes of a member.
pub(super) struct Update {
    /// The member as it is to be; the same, if nothing changes.
    pub after: Member,
    /// The audit trail's record of it.
    pub audit: Option<MemberAudit>,
}

impl Update {
    /// An update that leaves no record in the audit trail.
    pub fn unrecorded(after: Member) -> Self {
        Self { after, audit: None }
    }
}

/// Reads a member, lets `update` decide, and writes what it makes of the member, until that is settled: two requests, plus
/// two for each conflicting change; one if nothing changes. Returns the member as it is then.
///
/// # Errors
/// `NotFound`; those of `update`; `taken` when something that must be unique belongs to another member; `Store`.
pub(super) async fn change_member(
    context: &Context,
    id: &MemberId,
    taken: MemberError,
    update: impl FnMut(Member) -> Result<Update, MemberError>,
) -> Result<Member, MemberError> {
    commit(context, MemberChange { context, id, first: None, taken: Some(taken), update }).await
}

/// The same for a member who was read already.
pub(super) async fn change_member_from(
    context: &Context,
    member: &Member,
    taken: MemberError,
    update: impl FnMut(Member) -> Result<Update, MemberError>,
) -> Result<Member, MemberError> {
    let first = Some(member.clone());
    commit(context, MemberChange { context, id: &member.id, first, taken: Some(taken), update }).await
}

/// A change of a member. Its number is the version that it makes.
struct MemberChange<'a, U> {
    context: &'a Context,
    id: &'a MemberId,
    /// The member as it was read before.
    first: Option<Member>,
    taken: Option<MemberError>,
    update: U,
}

struct MemberWrite {
    before: Member,
    update: Update,
    operation: Uuid,
}

impl<U: FnMut(Member) -> Result<Update, MemberError>> Change for MemberChange<'_, U> {
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

    /// No request: the state names the operation that made it.
    async fn trace(&mut self, member: &Member, number: u64) -> Result<Trace, StoreError> {
        Ok(match member.version.cmp(&number) {
            std::cmp::Ordering::Less => Trace::Nothing,
            std::cmp::Ordering::Equal => Trace::By(member.operation),
            std::cmp::Ordering::Greater => Trace::Overwritten,
        })
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
            MemberChanged::Taken => Err(self.taken.take().expect("a change that ends is not written again")),
            MemberChanged::Stale { in_doubt } => Ok(Written::Stale { in_doubt }),
        }
    }
}
