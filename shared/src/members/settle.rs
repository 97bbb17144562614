//! Changing a member by what was read, until it is settled.

use crate::App;
use crate::error::{MembersError, StoreError};
use crate::models::{Member, MemberId};
use crate::store::{Backoff, MemberAudit, MemberChanged};

/// What a change makes of a member.
pub(super) struct Change {
    /// The member as it is to be; the same, if nothing is to change.
    pub after: Member,
    /// What to keep on record of it.
    pub audit: Option<MemberAudit>,
}

impl Change {
    /// A change that leaves no record.
    pub fn unrecorded(after: Member) -> Self {
        Self { after, audit: None }
    }
}

/// Reads a member, lets `change` judge it, and writes what it makes of it, until nobody is in the way: two requests if
/// nobody is, one if nothing changes. Answers the member as it is then; none if there is no such member.
///
/// # Errors
/// Those of `change`; `taken` when something that must be unique is taken; as any write.
pub(super) async fn settle(
    app: &App,
    id: &MemberId,
    taken: MembersError,
    change: impl Fn(Member) -> Result<Change, MembersError>,
) -> Result<Option<Member>, MembersError> {
    let operation = uuid::Builder::from_random_bytes(app.random()).into_uuid();
    // The version that an attempt without an answer would have made.
    let mut doubted: Option<u64> = None;
    let mut backoff = Backoff::default();
    loop {
        let Some(before) = app.store.member(id).await? else {
            return Ok(None);
        };
        if let Some(version) = doubted {
            if before.version == version && before.operation == Some(operation) {
                return Ok(Some(before));
            }
            // At that very version another change has taken its place.
            if before.version == version {
                doubted = None;
            } else if before.version > version {
                let cause = "others have changed the member since an attempt got no answer".into();
                return Err(StoreError::OutcomeUnknown(cause).into());
            }
        }
        let Change { mut after, audit } = change(before.clone())?;
        if after == before {
            return Ok(Some(before));
        }
        after.updated_at = app.now().into();
        match app.store.change_member(&before, &after, operation, audit.as_ref(), app.random()).await? {
            MemberChanged::Done => return Ok(Some(after)),
            MemberChanged::Taken => return Err(taken),
            MemberChanged::Stale { in_doubt } => {
                if in_doubt {
                    doubted = Some(before.version + 1);
                }
            }
        }
        if !backoff.wait().await {
            let cause = "other changes of the member were in the way until the time was up".into();
            let error = if doubted.is_some() { StoreError::OutcomeUnknown(cause) } else { StoreError::Busy(cause) };
            return Err(error.into());
        }
    }
}
