//! The audit: verifies the invariants of the ledger, and that the member index agrees with the members.
//!
//! It reads everything and writes nothing, and may run during traffic: each flyer is read first, then as much of the
//! ledger and the history as the flyer had at that time. Neither changes anymore.

mod flyer;
mod members;

use crate::Context;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use models::{EntrySource, FlyerId, LedgerEntry, TransactionId};
use serde::Serialize;
use std::collections::HashSet;
use store::{Checkpoint, CreditedPassenger, Outcome, Scan, ScanPosition, StoreError, StoredEntry};

/// Maximum number of flyers or members that are checked concurrently.
const MAX_CONCURRENT_CHECKS: usize = 16;

/// Number of items that are checked together.
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
    /// What the invariant does not hold for, such as `flyer 123456789`.
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
/// `on_progress` after each part of the work. Reads the users table three times, the flights table once and the ledgers
/// table twice; also each flyer's ledger, history and boardings, and each member's index entries.
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
        next = audit_part(context, at, &mut done, &mut on_breach, &mut on_progress).await?;
    }
    Ok(done)
}

/// Audits the next megabyte of a table, and returns where to continue; `None` after the last part.
///
/// # Errors
/// Any [`StoreError`]. Nothing is proven about the part in that case.
pub async fn audit_part(
    context: &Context,
    at: Checkpoint,
    done: &mut Audited,
    mut on_breach: impl FnMut(Breach),
    mut on_progress: impl FnMut(&Audited),
) -> Result<Option<Checkpoint>, StoreError> {
    let mut report = |done: &mut Audited, breaches: Vec<Breach>| {
        for breach in breaches {
            done.breaches += 1;
            on_breach(breach);
        }
        on_progress(done);
    };
    let Checkpoint { scan, position } = at;
    let next = match scan {
        Scan::Accounts => accounts(context, position, done, &mut report).await?,
        Scan::Boardings => {
            let (passengers, next) = context.store.scan_passengers(position).await?;
            for passengers in passengers.chunks(BATCH) {
                done.boardings += passengers.len() as u64;
                report(done, uncredited(context, passengers).await?);
            }
            next
        }
        Scan::Entries => {
            let (entries, next) = context.store.scan_entries(position).await?;
            report(done, ownerless(context, &entries).await?);
            next
        }
        Scan::Outcomes => {
            let (outcomes, next) = context.store.scan_outcomes(position).await?;
            for outcomes in outcomes.chunks(BATCH) {
                report(done, without_entry(context, outcomes).await?);
            }
            next
        }
        Scan::Members => members::check(context, position, done, &mut report).await?,
        Scan::Index => members::check_index(context, position, done, &mut report).await?,
    };
    Ok(match next {
        Some(position) => Some(Checkpoint { scan, position }),
        None => scan.next().map(|scan| Checkpoint { scan, position: ScanPosition::default() }),
    })
}

/// Receives what has been checked so far and the latest breaches.
trait Report: FnMut(&mut Audited, Vec<Breach>) {}
impl<F: FnMut(&mut Audited, Vec<Breach>)> Report for F {}

async fn accounts(
    context: &Context,
    position: ScanPosition,
    done: &mut Audited,
    report: &mut impl Report,
) -> Result<Option<ScanPosition>, StoreError> {
    let (accounts, next) = context.store.scan_accounts(position).await?;
    for accounts in accounts.chunks(MAX_CONCURRENT_CHECKS) {
        let checks = stream::iter(accounts).map(|account| flyer::check(&context.store, account));
        let results: Vec<_> = checks.buffered(MAX_CONCURRENT_CHECKS).try_collect().await?;
        for (account, breaches) in accounts.iter().zip(results) {
            done.flyers += 1;
            done.entries += account.seq;
            report(done, breaches);
        }
    }
    Ok(next)
}

/// Returns a breach for each boarding that the ledger does not credit.
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

/// Returns a breach for each ledger that belongs to no flyer.
async fn ownerless(context: &Context, entries: &[StoredEntry]) -> Result<Vec<Breach>, StoreError> {
    let owners: HashSet<&FlyerId> = entries.iter().map(|stored| &stored.entry.user_id).collect();
    let owners: Vec<FlyerId> = owners.into_iter().cloned().collect();
    let missing = context.store.missing_accounts(&owners).await?;
    let breach = |flyer: FlyerId| Breach {
        subject: format!("flyer {flyer}"),
        problem: "has ledger entries but no record".to_owned(),
    };
    Ok(missing.into_iter().map(breach).collect())
}

/// Returns a breach for each recorded outcome whose ledger entry does not exist.
async fn without_entry(context: &Context, outcomes: &[Outcome]) -> Result<Vec<Breach>, StoreError> {
    let named: Vec<&str> = outcomes.iter().filter_map(|outcome| outcome.entry.as_deref()).collect();
    let ids: Vec<TransactionId> = named.iter().filter_map(|id| id.parse().ok()).collect();
    let distinct: HashSet<_> = ids.iter().map(|id| (id.flyer.clone(), id.seq)).collect();
    let entries = context.store.entries(&distinct.into_iter().collect::<Vec<_>>()).await?;
    let there: HashSet<&str> = entries.iter().flatten().map(|stored| stored.entry.id.as_str()).collect();
    let breach = |id: &str| Breach {
        subject: format!("idempotency record of entry {id}"),
        problem: "the ledger has no such entry".to_owned(),
    };
    Ok(named.into_iter().filter(|id| !there.contains(id)).map(breach).collect())
}
