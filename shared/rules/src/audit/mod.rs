//! The audit: proof that what must hold of the ledger does (contract, *What holds at all times*), and that the members'
//! index agrees with the members.
//!
//! It reads everything and writes nothing, and may run beside traffic: each flyer is read first, then as much of the
//! ledger and the history as that flyer had, none of which changes any more.

mod flyer;
mod members;

use crate::Context;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use models::{EntrySource, FlyerId, LedgerEntry, TransactionId};
use serde::Serialize;
use std::collections::HashSet;
use store::{Checkpoint, CreditedPassenger, Outcome, Scan, ScanPosition, StoreError, StoredEntry};

/// How many flyers are read at once.
const SIDE_BY_SIDE: usize = 16;

/// How many keys are looked up at once.
const BATCH: usize = 100;

/// What the audit has looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Audited {
    /// Flyers.
    pub flyers: u64,
    /// Ledger entries.
    pub entries: u64,
    /// Boardings.
    pub boardings: u64,
    /// Members.
    pub members: u64,
    /// Things that do not hold.
    pub breaches: u64,
}

/// Something that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breach {
    /// Of what.
    pub subject: String,
    /// What.
    pub problem: String,
}

impl std::fmt::Display for Breach {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.subject, self.problem)
    }
}

/// Audits everything, tells each breach as it is found, and after each part of the work what was looked at so far.
/// Reads the users table three times, flights once and ledgers twice, and each flyer's ledger, history and boardings and
/// each member's index entries once more.
///
/// # Errors
/// As any read: then nothing is proven.
pub async fn audit(
    context: &Context,
    mut on_breach: impl FnMut(Breach),
    mut on_progress: impl FnMut(&Audited),
) -> Result<Audited, StoreError> {
    let mut done = Audited::default();
    let mut next = Some(Checkpoint::default());
    while let Some(at) = next {
        next = audit_part(context, at, &mut done, &mut on_breach, &mut on_progress).await?;
    }
    Ok(done)
}

/// Audits what the next megabyte of a table holds, and tells where to go on; nowhere, if that was the last.
///
/// # Errors
/// As any read: then nothing is proven of that part.
pub async fn audit_part(
    context: &Context,
    at: Checkpoint,
    done: &mut Audited,
    mut on_breach: impl FnMut(Breach),
    mut on_progress: impl FnMut(&Audited),
) -> Result<Option<Checkpoint>, StoreError> {
    let mut tell = |done: &mut Audited, breaches: Vec<Breach>| {
        for breach in breaches {
            done.breaches += 1;
            on_breach(breach);
        }
        on_progress(done);
    };
    let Checkpoint { scan, position } = at;
    let next = match scan {
        Scan::Accounts => accounts(context, position, done, &mut tell).await?,
        Scan::Boardings => {
            let (passengers, next) = context.store.scan_passengers(position).await?;
            for passengers in passengers.chunks(BATCH) {
                done.boardings += passengers.len() as u64;
                tell(done, uncredited(context, passengers).await?);
            }
            next
        }
        Scan::Entries => {
            let (entries, next) = context.store.scan_entries(position).await?;
            tell(done, ownerless(context, &entries).await?);
            next
        }
        Scan::Outcomes => {
            let (outcomes, next) = context.store.scan_outcomes(position).await?;
            for outcomes in outcomes.chunks(BATCH) {
                tell(done, without_entry(context, outcomes).await?);
            }
            next
        }
        Scan::Members => members::check(context, position, done, &mut tell).await?,
        Scan::Index => members::check_index(context, position, done, &mut tell).await?,
    };
    Ok(match next {
        Some(position) => Some(Checkpoint { scan, position }),
        None => scan.next().map(|scan| Checkpoint { scan, position: ScanPosition::default() }),
    })
}

/// What all parts tell of.
trait Tell: FnMut(&mut Audited, Vec<Breach>) {}
impl<F: FnMut(&mut Audited, Vec<Breach>)> Tell for F {}

async fn accounts(
    context: &Context,
    position: ScanPosition,
    done: &mut Audited,
    tell: &mut impl Tell,
) -> Result<Option<ScanPosition>, StoreError> {
    let (accounts, next) = context.store.scan_accounts(position).await?;
    for accounts in accounts.chunks(SIDE_BY_SIDE) {
        let checks = stream::iter(accounts).map(|account| flyer::check(&context.store, account));
        let results: Vec<_> = checks.buffered(SIDE_BY_SIDE).try_collect().await?;
        for (account, breaches) in accounts.iter().zip(results) {
            done.flyers += 1;
            done.entries += account.seq;
            tell(done, breaches);
        }
    }
    Ok(next)
}

/// Boardings that the ledger does not credit.
async fn uncredited(context: &Context, passengers: &[CreditedPassenger]) -> Result<Vec<Breach>, StoreError> {
    let keys: Vec<_> = passengers.iter().map(|credited| (credited.passenger.user_id.clone(), credited.seq)).collect();
    let distinct: Vec<_> = keys.iter().collect::<HashSet<_>>().into_iter().cloned().collect();
    let entries = context.store.entries(&distinct).await?;
    let credits = |credited: &CreditedPassenger| {
        let passenger = &credited.passenger;
        let is_credit = |entry: &LedgerEntry| {
            entry.user_id == passenger.user_id
                && entry.seq == credited.seq
                && entry.source == EntrySource::Flight
                && entry.flight_id == Some(passenger.flight_id)
                && u64::try_from(entry.amount) == Ok(passenger.miles)
        };
        entries.iter().flatten().any(|stored| is_credit(&stored.entry))
    };
    let breach = |credited: &CreditedPassenger| Breach {
        subject: format!("passenger {} of flight {}", credited.passenger.user_id, credited.passenger.flight_id),
        problem: format!("ledger entry {} does not credit the boarding", credited.seq),
    };
    Ok(passengers.iter().filter(|credited| !credits(credited)).map(breach).collect())
}

/// Ledgers that belong to no flyer.
async fn ownerless(context: &Context, entries: &[StoredEntry]) -> Result<Vec<Breach>, StoreError> {
    let owners: HashSet<&FlyerId> = entries.iter().map(|stored| &stored.entry.user_id).collect();
    let owners: Vec<FlyerId> = owners.into_iter().cloned().collect();
    let missing = context.store.missing_accounts(&owners).await?;
    let breach = |flyer: FlyerId| Breach {
        subject: format!("flyer {flyer}"),
        problem: "has ledger entries and no record".to_owned(),
    };
    Ok(missing.into_iter().map(breach).collect())
}

/// Recorded outcomes of movements that the ledger does not have.
async fn without_entry(context: &Context, outcomes: &[Outcome]) -> Result<Vec<Breach>, StoreError> {
    let ids: Vec<TransactionId> = outcomes.iter().filter_map(|outcome| outcome.entry.parse().ok()).collect();
    let distinct: HashSet<_> = ids.iter().map(|id| (id.flyer.clone(), id.seq)).collect();
    let entries = context.store.entries(&distinct.into_iter().collect::<Vec<_>>()).await?;
    let there: HashSet<&str> = entries.iter().flatten().map(|stored| stored.entry.id.as_str()).collect();
    let breach = |outcome: &Outcome| Breach {
        subject: format!("idempotency record of entry {}", outcome.entry),
        problem: "the ledger has no such entry".to_owned(),
    };
    Ok(outcomes.iter().filter(|outcome| !there.contains(outcome.entry.as_str())).map(breach).collect())
}
