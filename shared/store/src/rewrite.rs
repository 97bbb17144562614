//! Rewrites a flyer's ledger with entries imported from the original system.

use crate::audit::{history_range, ledger_range};
use crate::import::MAX_OPERATIONS;
use crate::item::{Item, from_item, to_item, value, values};
use crate::keys::{HISTORY_PAGE_SIZE, Key};
use crate::stored::{CreditedPassenger, HistoryPage, Stored};
use crate::transaction::Transaction;
use crate::{Store, StoreError, StoredEntry};
use futures_util::future::try_join;
use models::{Account, EntrySource, Flight, FlightId, FlyerId, HistoryEntry, HistoryKind, Passenger, Rewriting};
use std::collections::HashMap;

/// Maximum number of history entries on a page.
#[allow(clippy::cast_possible_truncation, reason = "it is 100")]
const PAGE_SIZE: usize = HISTORY_PAGE_SIZE as usize;

/// A flyer with the complete ledger and history: no entry up to the flyer's `seq` is missing.
#[derive(Debug, Clone)]
pub struct WholeLedger {
    /// The flyer.
    pub account: Account,
    /// All entries by number, including those that an interrupted import has left behind.
    pub entries: Vec<StoredEntry>,
    /// The history, page by page.
    pub pages: Vec<Vec<HistoryEntry>>,
}

/// A change of one item.
enum LedgerChange<'a> {
    Entry(&'a StoredEntry),
    /// The passenger, with the number of the ledger entry that credits the miles.
    Passenger(Passenger, u64),
    /// The number of an entry to delete.
    Removal(u64),
    /// The number of a history page, with its entries.
    Page(u64, Vec<HistoryEntry>),
}

impl Store {
    /// Reads a flyer with the complete ledger and history. Three requests, plus one per megabyte; one if the flyer does
    /// not exist.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn whole_ledger(&self, flyer: &FlyerId) -> Result<Option<WholeLedger>, StoreError> {
        // The flyer comes first. Whatever changes the ledger later also changes `seq` or the mark, on which a rewrite
        // is conditional.
        let Some(account) = self.account(flyer).await? else { return Ok(None) };
        let (entries, pages) = try_join(self.query(ledger_range(flyer)), self.query(history_range(flyer))).await?;
        let entries = entries.into_iter().map(from_item).collect::<Result<_, _>>()?;
        let pages = pages.into_iter().map(|page| Ok::<_, StoreError>(from_item::<HistoryPage>(page)?.entries));
        Ok(Some(WholeLedger { account, entries, pages: pages.collect::<Result<_, _>>()? }))
    }

    /// Reads flights, whose ids must be distinct. Omits flights that do not exist. One request per 100 flights.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn flights(&self, flights: &[FlightId]) -> Result<HashMap<FlightId, Flight>, StoreError> {
        let mut found = self.batch_get(flights.iter().map(|flight| Key::flight(*flight)).collect()).await?;
        let existing =
            flights.iter().filter_map(|flight| Some((*flight, found.take(&Key::flight(*flight)).transpose()?)));
        existing.map(|(flight, read)| read.map(|read| (flight, read))).collect()
    }

    /// Rewrites a flyer's ledger and history to `entries`, provided that the ledger has not changed since it was read.
    /// Returns `false` if it has. Entries other than the opening and the closing one must not move to lower numbers.
    /// One request per 99 changes.
    ///
    /// Changes that fit into one transaction are written in one. Otherwise each transaction except the last sets a new
    /// mark on the flyer, so that no miles move and each transaction continues exactly where the previous one ended.
    /// The highest numbers are written first: an entry that moves is at its new number before another entry replaces it
    /// at the old one, and its passenger refers to the highest. An import that is interrupted, or overtaken by another,
    /// therefore loses nothing, and running it again completes it. Until then, a listing of the ledger may contain both
    /// old and new entries.
    ///
    /// # Errors
    /// Any [`StoreError`]. Some of the changes may have been written.
    pub async fn rewrite(
        &self,
        before: &WholeLedger,
        entries: &[StoredEntry],
        kind: HistoryKind,
        mut token: impl FnMut() -> [u8; 16],
    ) -> Result<bool, StoreError> {
        let account = &before.account;
        let history: Vec<HistoryEntry> = entries.iter().filter_map(history_entry).collect();
        let end = FinalCounters { seq: entries.len() as u64, flights_count: history.len() as u64 };
        let mut chunks = chunks(before, entries, &history).into_iter().peekable();
        let mut mark = account.rewriting.clone();
        while let Some(chunk) = chunks.next() {
            let token = token();
            let next = Rewriting { kind, transaction: uuid::Builder::from_random_bytes(token).into_uuid() };
            let update = if chunks.peek().is_some() { FlyerUpdate::Mark(&next) } else { FlyerUpdate::Finish(&end) };
            let transaction = add_flyer_update(self.transaction(token), account, mark.as_ref(), &update);
            let transaction = chunk
                .iter()
                .fold(transaction, |transaction, change| add_change(transaction, &account.flyer.user_id, change));
            if transaction.commit_retrying_conflicts().await?.is_err() {
                return Ok(false);
            }
            mark = Some(next);
        }
        Ok(true)
    }
}

/// Returns the boarding whose miles an entry credits, if it credits one.
fn credited_boarding(StoredEntry { entry, .. }: &StoredEntry) -> Option<Passenger> {
    let flight_id = entry.flight_id.filter(|_| entry.source == EntrySource::Flight)?;
    let miles = u64::try_from(entry.amount).ok()?;
    Some(Passenger { flight_id, user_id: entry.user_id.clone(), miles, joined_at: entry.created_at, reversed_at: None })
}

fn history_entry(stored: &StoredEntry) -> Option<HistoryEntry> {
    let Passenger { flight_id, miles, joined_at, .. } = credited_boarding(stored)?;
    Some(HistoryEntry { flight_id, miles, joined_at, taken: 0 })
}

/// Returns the changes that turn `before` into the new entries and history, in the order in which they are written.
/// Each chunk fits into a transaction together with the update of the flyer.
fn chunks<'a>(
    before: &WholeLedger,
    entries: &'a [StoredEntry],
    history: &[HistoryEntry],
) -> Vec<Vec<LedgerChange<'a>>> {
    let existing: HashMap<u64, &StoredEntry> = before.entries.iter().map(|stored| (stored.entry.seq, stored)).collect();
    // The numbers to which passengers refer. If an import stopped while an entry was at two numbers, it is the higher
    // one.
    let credited: HashMap<FlightId, u64> = before
        .entries
        .iter()
        .filter_map(|stored| Some((credited_boarding(stored)?.flight_id, stored.entry.seq)))
        .collect();

    let placed = entries.iter().rev().map(|stored| {
        let seq = stored.entry.seq;
        let entry = Some(LedgerChange::Entry(stored)).filter(|_| existing.get(&seq) != Some(&stored));
        let passenger = credited_boarding(stored).filter(|passenger| credited.get(&passenger.flight_id) != Some(&seq));
        entry.into_iter().chain(passenger.map(|passenger| LedgerChange::Passenger(passenger, seq))).collect()
    });
    let end = entries.len() as u64;
    let removed = existing.keys().filter(|seq| **seq > end).map(|seq| vec![LedgerChange::Removal(*seq)]);
    let pages = history
        .chunks(PAGE_SIZE)
        .enumerate()
        .rev()
        .filter(|(page, entries)| before.pages.get(*page).map(Vec::as_slice) != Some(*entries));
    let pages = pages.map(|(page, entries)| vec![LedgerChange::Page(page as u64, entries.to_vec())]);

    let mut chunks = vec![Vec::new()];
    for together in placed.chain(removed).chain(pages) {
        let together: Vec<LedgerChange<'_>> = together;
        let last = chunks.last_mut().expect("`chunks` is never empty");
        if last.len() + together.len() < MAX_OPERATIONS {
            last.extend(together);
        } else {
            chunks.push(together);
        }
    }
    chunks
}

/// The flyer's counters once everything is written.
struct FinalCounters {
    seq: u64,
    flights_count: u64,
}

/// How a transaction updates the flyer.
enum FlyerUpdate<'a> {
    /// Sets a new mark, because there is more to write.
    Mark(&'a Rewriting),
    /// Sets the counters and removes the mark, because everything is written.
    Finish(&'a FinalCounters),
}

/// Adds the update of the flyer, whose `seq` and mark must not have changed.
fn add_flyer_update<'a>(
    transaction: Transaction<'a>,
    account: &Account,
    mark: Option<&Rewriting>,
    update: &FlyerUpdate<'_>,
) -> Transaction<'a> {
    let mut given = values([(":seen", value(account.seq))]);
    let condition = match mark {
        None => "#seq = :seen AND attribute_not_exists(#rewriting)",
        Some(mark) => {
            given.insert(":mark".to_owned(), value(mark.form()));
            "#seq = :seen AND #rewriting = :mark"
        }
    };
    let change = match update {
        FlyerUpdate::Mark(next) => {
            given.insert(":next".to_owned(), value(next.form()));
            "SET #rewriting = :next"
        }
        FlyerUpdate::Finish(end) => {
            given.extend(values([(":seq", value(end.seq)), (":flights", value(end.flights_count))]));
            "SET #seq = :seq, #flightsCount = :flights REMOVE #rewriting"
        }
    };
    transaction.update(&Key::flyer(&account.flyer.user_id), change, Some(condition), given)
}

fn add_change<'a>(transaction: Transaction<'a>, flyer: &FlyerId, change: &LedgerChange<'_>) -> Transaction<'a> {
    let put = |transaction: Transaction<'a>, key: Key, item: Item| transaction.replace(&key, item);
    match change {
        LedgerChange::Entry(entry) => {
            let key = Key::ledger_entry(flyer, entry.entry.seq);
            let item = to_item(&key, *entry);
            put(transaction, key, item)
        }
        LedgerChange::Passenger(passenger, seq) => {
            let key = Key::passenger(passenger.flight_id, flyer);
            let item = to_item(&key, &CreditedPassenger { passenger: passenger.clone(), seq: *seq });
            put(transaction, key, item)
        }
        LedgerChange::Removal(seq) => transaction.remove(&Key::ledger_entry(flyer, *seq)),
        LedgerChange::Page(page, entries) => {
            let key = Key::history_page(flyer, *page);
            let item = to_item(&key, &HistoryPage { entries: entries.clone() });
            put(transaction, key, item)
        }
    }
}
