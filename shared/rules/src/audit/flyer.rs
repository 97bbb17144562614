//! What must hold for each flyer's ledger and history as a whole.

use super::Breach;
use models::{Account, EntrySource, EntryType, HistoryEntry, ImportedFrom, LedgerEntry};
use std::collections::{HashMap, HashSet};
use store::{Recorded, Store, StoreError, StoredEntry};

/// Number of times that a ledger is read that seems wrong, but keeps changing.
const MAX_CHECKS: u32 = 3;

/// Checks a flyer as read by a scan, and returns the breaches. Two requests, plus one per further megabyte; three more
/// each time that something seems wrong, and the flyer has moved since.
///
/// Entries up to the flyer's number do not change anymore, except while an import rewrites them. Later ones must not be
/// beyond the number that the flyer has by now.
pub(super) async fn check(store: &Store, mut account: Account) -> Result<Vec<Breach>, StoreError> {
    let mut breaches = Vec::new();
    for _ in 0..MAX_CHECKS {
        let recorded = store.recorded(&account.flyer.user_id).await?;
        if breaches_of(&account, &account, &recorded).is_empty() {
            return Ok(Vec::new());
        }
        let latest = match store.account(&account.flyer.user_id).await {
            Ok(Some(latest)) => latest,
            // The flyer is gone, or is a breach of its own by now.
            Ok(None) | Err(StoreError::Unreadable { .. }) => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        breaches = breaches_of(&account, &latest, &recorded);
        if breaches.is_empty() || latest == account {
            break;
        }
        account = latest;
    }
    Ok(breaches)
}

/// Returns what is wrong with a flyer of whom `account` was read before, and `latest` after what is recorded.
fn breaches_of(account: &Account, latest: &Account, recorded: &Recorded) -> Vec<Breach> {
    let mut breaches = Breaches { subject: format!("flyer {}", account.flyer.user_id), all: Vec::new() };
    breaches.check_rewriting(account);
    breaches.check_ledger(account, latest, recorded);
    breaches.check_times(account, recorded);
    breaches.check_history(account, latest, recorded);
    breaches.all
}

struct Breaches {
    subject: String,
    all: Vec<Breach>,
}

impl Breaches {
    fn require(&mut self, holds: bool, problem: impl FnOnce() -> String) {
        if !holds {
            self.all.push(Breach { subject: self.subject.clone(), problem: problem() });
        }
    }

    /// No interrupted import has left the ledger partially rewritten. Until it is finished, no miles move, and the
    /// following may not hold.
    fn check_rewriting(&mut self, account: &Account) {
        if let Some(rewriting) = &account.rewriting {
            let problem =
                format!("an import of {} has not finished rewriting the ledger: run it again", rewriting.kind);
            self.require(false, || problem);
        }
    }

    /// Entries are numbered from 1 without gaps, each balance follows from the previous one, the last balance is the
    /// flyer's, and no entry is beyond the flyer's number.
    fn check_ledger(&mut self, account: &Account, latest: &Account, recorded: &Recorded) {
        let last = recorded.entries.last().map_or(0, |(seq, _)| *seq);
        // An import writes the last entries first.
        self.require(last <= latest.seq.max(account.seq) || latest.rewriting.is_some(), || {
            format!("has ledger entry {last}, but should have {} entries", latest.seq)
        });
        // The balance after an entry that cannot be read is unknown.
        let mut balance: Option<i128> = Some(0);
        let mut next = 1;
        for (seq, stored) in up_to(account.seq, recorded) {
            self.require(seq == next, || {
                format!("entry {next} is missing or out of order: entry {seq} is in its place")
            });
            next = seq + 1;
            let Some(stored) = stored else {
                balance = None;
                continue;
            };
            let entry = &stored.entry;
            if let Some(before) = balance {
                let after = before + i128::from(entry.amount);
                self.require(i128::from(entry.balance_after) == after, || {
                    format!("entry {seq} leaves a balance of {after} miles, but records {}", entry.balance_after)
                });
                self.require(after >= 0, || format!("entry {seq} makes the balance negative"));
            }
            balance = Some(i128::from(entry.balance_after));
            self.require(is_well_formed(stored), || {
                format!("entry {seq} is malformed: {:?} of {:?} for {} miles", entry.r#type, entry.source, entry.amount)
            });
        }
        let count = up_to(account.seq, recorded).count() as u64;
        self.require(count == account.seq, || format!("has {count} ledger entries, but should have {}", account.seq));
        if let Some(balance) = balance {
            self.require(i128::from(account.flyer.miles.get()) == balance, || {
                format!("has {} miles, but {balance} according to the ledger", account.flyer.miles.get())
            });
        }
    }

    /// The flyer was created with the first entry and last changed with the last. Imported flyers have times of their
    /// own, of which the ledger only covers the first.
    fn check_times(&mut self, account: &Account, recorded: &Recorded) {
        let flyer = &account.flyer;
        let entry = |number: u64| {
            let mut entries = up_to(account.seq, recorded).filter(move |(seq, _)| *seq == number);
            entries.find_map(|(_, stored)| stored)
        };
        if let Some(first) = entry(1) {
            let begun = first.entry.created_at;
            let is_covered = begun == flyer.created_at || first.imported_from.is_some() && begun < flyer.created_at;
            self.require(is_covered, || format!("was created at {}, but entry 1 at {begun}", flyer.created_at));
        }
        if let Some(last) = entry(account.seq).filter(|last| last.imported_from.is_none()) {
            let at = last.entry.created_at;
            self.require(at == flyer.updated_at, || {
                format!("last changed at {}, but entry {} was written at {at}", flyer.updated_at, account.seq)
            });
        }
    }

    /// Each boarding is recorded once in the history and once in the ledger, in the same order.
    fn check_history(&mut self, account: &Account, latest: &Account, recorded: &Recorded) {
        let readable: Option<Vec<&Vec<HistoryEntry>>> = recorded.pages.iter().map(Option::as_ref).collect();
        let credits: Option<Vec<&LedgerEntry>> = up_to(account.seq, recorded)
            .map(|(_, stored)| stored.map(|stored| &stored.entry))
            .filter(|entry| entry.is_none_or(|entry| entry.source == EntrySource::Flight))
            .collect();
        let (Some(pages), Some(credits)) = (readable, credits) else { return };
        let counted = account.flights_count;
        let all: Vec<&HistoryEntry> = pages.iter().copied().flatten().collect();
        self.require((counted..=latest.flights_count.max(counted)).contains(&(all.len() as u64)), || {
            format!("has {} flights in the history, but should have {counted}", all.len())
        });
        let misplaced = pages.iter().rev().skip(1).any(|page| Store::history_pages(page.len() as u64 + 1) == 1);
        self.require(!misplaced, || "a page of the history other than the last is not full".to_owned());

        self.require(credits.len() as u64 == counted, || {
            format!("has {} flights in the ledger, but should have {counted}", credits.len())
        });
        let reversals: HashMap<&str, u64> = up_to(account.seq, recorded)
            .filter_map(|(_, stored)| stored.map(|stored| &stored.entry))
            .filter(|entry| entry.source == EntrySource::Reversal)
            .filter_map(|entry| Some((entry.reverses.as_deref()?, entry.amount.unsigned_abs())))
            .collect();
        let mut credited = HashSet::new();
        for (entry, credit) in all.into_iter().zip(credits) {
            let flight = entry.flight_id;
            self.require(credited.insert(flight), || format!("boarded flight {flight} more than once"));
            let is_credit = credit.flight_id == Some(flight)
                && u64::try_from(credit.amount) == Ok(entry.miles)
                && credit.created_at == entry.joined_at;
            self.require(is_credit, || format!("entry {} does not credit flight {flight}", credit.seq));
            let reversal = reversals.get(credit.id.as_str());
            self.require(reversal.copied().unwrap_or(0) == entry.taken && entry.taken <= entry.miles, || {
                format!("the history of flight {flight} does not show what was taken back")
            });
        }
    }
}

/// Returns the entries up to a number.
fn up_to(last: u64, recorded: &Recorded) -> impl Iterator<Item = (u64, Option<&StoredEntry>)> {
    recorded.entries.iter().map(|(seq, stored)| (*seq, stored.as_ref())).filter(move |(seq, _)| *seq <= last)
}

/// Returns whether type, source, sign, origin and references of an entry are consistent.
fn is_well_formed(StoredEntry { entry, imported_from, operation, refunded_by }: &StoredEntry) -> bool {
    let is_imported = imported_from.is_some();
    let is_sourced = match entry.source {
        EntrySource::Flight => entry.amount >= 0 && entry.flight_id.is_some(),
        // The original system did not always record what was bought.
        EntrySource::Purchase => entry.amount < 0 && (entry.product_id.is_some() || is_imported),
        EntrySource::Refund => entry.amount >= 0 && entry.reverses.is_some(),
        EntrySource::Reversal => entry.amount < 0 && entry.flight_id.is_some(),
        EntrySource::Adjustment => true,
    };
    entry.r#type == EntryType::of(entry.amount)
        && is_sourced
        && matches!(entry.source, EntrySource::Refund | EntrySource::Reversal) == entry.reverses.is_some()
        && (matches!(entry.source, EntrySource::Purchase | EntrySource::Flight) || refunded_by.is_none())
        // A request of an airline made every entry that was not imported.
        && is_imported == operation.is_nil()
        && (is_imported || entry.airline_id.is_some())
        && match imported_from {
            Some(ImportedFrom::Passenger) => entry.source == EntrySource::Flight,
            Some(ImportedFrom::Transaction(_)) => entry.source != EntrySource::Flight,
            Some(ImportedFrom::Opening | ImportedFrom::Closing) => entry.source == EntrySource::Adjustment,
            None => true,
        }
}
