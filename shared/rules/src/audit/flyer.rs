//! What must hold for each flyer.

use super::Breach;
use models::{Account, EntrySource, EntryType, FlightId, HistoryEntry, LedgerEntry};
use std::collections::{HashMap, HashSet};
use store::{CreditedPassenger, Store, StoreError, StoredEntry};

/// Checks a flyer as read by a scan, and returns the breaches.
pub(super) async fn check(store: &Store, account: &Account) -> Result<Vec<Breach>, StoreError> {
    let flyer = &account.flyer.user_id;
    let ledger = store.ledger(flyer, account.seq).await?;
    let pages = store.history(flyer).await?;
    let mut flights: Vec<FlightId> = pages.iter().flatten().map(|entry| entry.flight_id).collect();
    flights.sort_unstable();
    flights.dedup();
    let boardings = store.boardings(flyer, &flights).await?;

    let mut breaches = Breaches { subject: format!("flyer {flyer}"), all: Vec::new() };
    breaches.check_rewriting(account);
    breaches.check_ledger(account, &ledger);
    breaches.check_refunds(&ledger);
    breaches.check_history(account, &ledger, &pages, &boardings);
    Ok(breaches.all)
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

    /// Entries are numbered from 1 without gaps, each balance follows from the previous one, and the last balance is
    /// the flyer's.
    fn check_ledger(&mut self, account: &Account, ledger: &[StoredEntry]) {
        let mut balance: i128 = 0;
        for (expected_seq, stored) in (1..).zip(ledger) {
            let entry = &stored.entry;
            let is_own =
                entry.user_id == account.flyer.user_id && entry.id == LedgerEntry::id_of(&entry.user_id, entry.seq);
            self.require(is_own, || format!("entry {} has the wrong id {}", entry.seq, entry.id));
            self.require(entry.seq == expected_seq, || {
                format!("entry {expected_seq} is missing or out of order: entry {} is in its place", entry.seq)
            });
            balance += i128::from(entry.amount);
            self.require(i128::from(entry.balance_after) == balance, || {
                format!(
                    "entry {} leaves a balance of {} miles, but records {}",
                    entry.seq, balance, entry.balance_after
                )
            });
            self.require(balance >= 0, || format!("entry {} makes the balance negative", entry.seq));
            balance = i128::from(entry.balance_after);
            self.require(is_well_formed(stored), || {
                format!(
                    "entry {} is malformed: {:?} of {:?} for {} miles",
                    entry.seq, entry.r#type, entry.source, entry.amount
                )
            });
        }
        self.require(ledger.len() as u64 == account.seq, || {
            format!("has {} ledger entries, but should have {}", ledger.len(), account.seq)
        });
        self.require(i128::from(account.flyer.miles.get()) == balance, || {
            format!("has {} miles, but {balance} according to the ledger", account.flyer.miles.get())
        });
    }

    /// Each refund reverses a purchase and each reversal a boarding, both of which refer to it, and each at most once.
    fn check_refunds(&mut self, ledger: &[StoredEntry]) {
        let by_id: HashMap<&str, &StoredEntry> =
            ledger.iter().map(|stored| (stored.entry.id.as_str(), stored)).collect();
        for entry in ledger.iter().map(|stored| &stored.entry) {
            let (reversed, kind, what) = match entry.source {
                EntrySource::Refund => (EntrySource::Purchase, "refund", "purchase"),
                EntrySource::Reversal => (EntrySource::Flight, "reversal", "boarding"),
                EntrySource::Flight | EntrySource::Purchase | EntrySource::Adjustment => continue,
            };
            let other = entry.reverses.as_deref().and_then(|id| by_id.get(id));
            let matches = other.is_some_and(|stored| {
                let other = &stored.entry;
                let is_counterpart = match entry.source {
                    // A reversal may take less than was earned.
                    EntrySource::Reversal => {
                        (1..=other.amount).contains(&-entry.amount) && other.flight_id == entry.flight_id
                    }
                    _ => other.amount == -entry.amount && other.product_id == entry.product_id,
                };
                is_counterpart
                    && other.source == reversed
                    && other.seq < entry.seq
                    && other.airline_id == entry.airline_id
                    && stored.refunded_by.as_deref() == Some(&entry.id)
            });
            self.require(matches, || format!("{kind} {} does not reverse a {what} that refers to it", entry.seq));
        }
        let last = ledger.last().map_or(0, |stored| stored.entry.seq);
        for stored in ledger {
            let Some(refunded_by) = &stored.refunded_by else { continue };
            let is_later =
                refunded_by.rsplit('-').next().and_then(|seq| seq.parse().ok()).is_some_and(|seq: u64| seq > last);
            let refund = by_id.get(refunded_by.as_str());
            // A refund that was made after the flyer was read is not among the entries.
            let matches =
                is_later || refund.is_some_and(|refund| refund.entry.reverses.as_ref() == Some(&stored.entry.id));
            self.require(matches, || {
                format!("entry {} is refunded by {refunded_by}, which does not reverse it", stored.entry.seq)
            });
        }
    }

    /// Each boarding is recorded once in the history, once among the flight's passengers, and once in the ledger.
    fn check_history(
        &mut self,
        account: &Account,
        ledger: &[StoredEntry],
        pages: &[Vec<HistoryEntry>],
        boardings: &[CreditedPassenger],
    ) {
        // Flights that were boarded after the flyer was read are not among the ledger entries.
        let counted = usize::try_from(account.flights_count).unwrap_or(usize::MAX);
        let history: Vec<&HistoryEntry> = pages.iter().flatten().take(counted).collect();
        self.require(history.len() == counted, || {
            format!("has {} flights in the history, but should have {counted}", history.len())
        });
        let misplaced = pages.iter().rev().skip(1).any(|page| Store::history_pages(page.len() as u64 + 1) == 1);
        self.require(!misplaced, || "a page of the history other than the last is not full".to_owned());

        let credits: Vec<&LedgerEntry> =
            ledger.iter().map(|stored| &stored.entry).filter(|entry| entry.source == EntrySource::Flight).collect();
        self.require(credits.len() == history.len(), || {
            format!("has {} flights in the history, but {} in the ledger", history.len(), credits.len())
        });
        let mut credited = HashSet::new();
        for (entry, credit) in history.iter().zip(&credits) {
            let flight = entry.flight_id;
            self.require(credited.insert(flight), || format!("boarded flight {flight} more than once"));
            let is_credit = credit.flight_id == Some(flight) && u64::try_from(credit.amount) == Ok(entry.miles);
            self.require(is_credit, || format!("entry {} does not credit flight {flight}", credit.seq));
            let is_passenger = boardings.iter().any(|boarding| {
                boarding.passenger.flight_id == flight
                    && boarding.passenger.miles == entry.miles
                    && boarding.seq == credit.seq
            });
            self.require(is_passenger, || format!("is not a passenger of flight {flight} as the history says"));
            let mut entries = ledger.iter().map(|stored| &stored.entry);
            let reversal =
                entries.find(|other| other.source == EntrySource::Reversal && other.flight_id == Some(flight));
            if let Some(reversal) = reversal {
                let is_marked = boardings
                    .iter()
                    .any(|boarding| boarding.passenger.flight_id == flight && boarding.passenger.reversed_at.is_some());
                self.require(is_marked && entry.taken == reversal.amount.unsigned_abs(), || {
                    format!("history and passenger of flight {flight} do not show reversal {}", reversal.seq)
                });
            }
        }
    }
}

/// Returns whether type, source, sign and references of an entry are consistent.
fn is_well_formed(StoredEntry { entry, imported_from, .. }: &StoredEntry) -> bool {
    let is_signed = match entry.r#type {
        EntryType::Earn => entry.amount >= 0,
        EntryType::Spend => entry.amount < 0,
    };
    let is_sourced = match entry.source {
        EntrySource::Flight => entry.r#type == EntryType::Earn && entry.flight_id.is_some(),
        // The original system did not always record what was bought.
        EntrySource::Purchase => {
            entry.r#type == EntryType::Spend && (entry.product_id.is_some() || imported_from.is_some())
        }
        EntrySource::Refund => entry.r#type == EntryType::Earn && entry.reverses.is_some(),
        EntrySource::Reversal => {
            entry.r#type == EntryType::Spend && entry.flight_id.is_some() && entry.reverses.is_some()
        }
        EntrySource::Adjustment => true,
    };
    is_signed && is_sourced
}
