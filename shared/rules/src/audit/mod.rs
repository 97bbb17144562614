//! The audit: verifies that all items can be read, follow from each other, and that every ledger adds up.
//!
//! It reads everything and writes nothing, and may run during traffic. `store` knows what items of each kind look like
//! and which other items must agree with them; the arithmetic of ledgers is here.

mod flyer;

use crate::Context;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use models::Account;
use serde::Serialize;
use store::{Checkpoint, Content, Disagreement, Record, StoreError};

/// Maximum number of flyers that are checked concurrently.
const MAX_CONCURRENT_CHECKS: usize = 16;

/// Number of items that are checked together. Most are linked to one or two others, a page of a history to a hundred.
const BATCH: usize = 100;

/// What an audit has checked so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Audited {
    /// Number of flyers.
    pub flyers: u64,
    /// Number of ledger entries.
    pub entries: u64,
    /// Number of boardings.
    pub boardings: u64,
    /// Number of members.
    pub members: u64,
    /// Number of breaches found.
    pub breaches: u64,
}

/// An invariant that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breach {
    /// What the invariant does not hold for, such as `flyer 123456789`, or an item by table and key.
    pub subject: String,
    /// What is wrong with the subject.
    pub problem: String,
}

impl std::fmt::Display for Breach {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.subject, self.problem)
    }
}

/// Audits everything. Passes each breach to `on_breach` as it is found, and what has been checked so far to
/// `on_progress` after each part of the work. Costs what [`audit_part`] does for each megabyte of the three tables.
///
/// # Errors
/// Any [`StoreError`]. Nothing is proven in that case.
pub async fn audit(
    context: &Context,
    mut on_breach: impl FnMut(Breach),
    mut on_progress: impl FnMut(&Audited),
) -> Result<Audited, StoreError> {
    let mut done = Audited::default();
    let mut next = Some(Checkpoint::default());
    while let Some(at) = next {
        next = audit_part(context, &at, &mut done, &mut on_breach, &mut on_progress).await?;
    }
    Ok(done)
}

/// Audits the next megabyte of a table, and returns where to continue; `None` after the last part.
///
/// One request for the part; one per 100 distinct items that its items are linked to, one read unit for each: for a
/// member its claims, index entries and badges, for each of those the member, for a boarding the flight and the ledger
/// entry, for an entry in a history the passenger, for a ledger entry the flyer, the airline and the product. Two more
/// requests for each flyer, for the ledger and the history. What seems wrong is read again.
///
/// # Errors
/// Any [`StoreError`]. Nothing is proven about the part in that case.
pub async fn audit_part(
    context: &Context,
    at: &Checkpoint,
    done: &mut Audited,
    mut on_breach: impl FnMut(Breach),
    mut on_progress: impl FnMut(&Audited),
) -> Result<Option<Checkpoint>, StoreError> {
    let (records, next) = context.store.scan(at).await?;
    let mut records = records.into_iter().peekable();
    while records.peek().is_some() {
        for breach in check(context, records.by_ref().take(BATCH).collect(), done).await? {
            done.breaches += 1;
            on_breach(breach);
        }
        on_progress(done);
    }
    Ok(next)
}

/// Checks items and, of flyers, the ledgers and histories. Returns the breaches, and counts what was checked.
async fn check(context: &Context, mut records: Vec<Record>, done: &mut Audited) -> Result<Vec<Breach>, StoreError> {
    let mut flyers: Vec<Account> = Vec::new();
    for record in &mut records {
        match std::mem::replace(&mut record.content, Content::Other) {
            Content::Flyer(account) => flyers.push(*account),
            Content::Entry => done.entries += 1,
            Content::Boarding => done.boardings += 1,
            Content::Member => done.members += 1,
            Content::Other => {}
        }
    }
    done.flyers += flyers.len() as u64;
    let wrong = context.store.disagreements(records, context.now()).await?;
    let breach = |Disagreement { item, problem }| Breach { subject: item, problem };
    let checks = stream::iter(flyers).map(|account| flyer::check(&context.store, account));
    let of_flyers: Vec<_> = checks.buffered(MAX_CONCURRENT_CHECKS).try_collect().await?;
    Ok(wrong.into_iter().map(breach).chain(of_flyers.into_iter().flatten()).collect())
}
