//! Rewriting a flyer's ledger with what is taken over from the original system.

use super::flyers::HistoryPage;
use super::import::MAX_OPERATIONS;
use super::item::{Item, from_item, to_item, value, values};
use super::keys::{HISTORY_PAGE_SIZE, Key, flyer_partition};
use super::ledgers::StoredPassenger;
use super::query::Range;
use super::transaction::Transaction;
use super::{Store, StoredEntry, Table};
use crate::error::StoreError;
use crate::models::{Account, EntrySource, Flight, FlightId, FlyerId, HistoryEntry, HistoryKind, Passenger, Rewriting};
use futures_util::future::try_join;
use std::collections::HashMap;

/// How many entries a page of the history holds.
#[allow(clippy::cast_possible_truncation, reason = "it is 100")]
const PAGE: usize = HISTORY_PAGE_SIZE as usize;

/// A flyer with ledger and history, of which nothing that the flyer's number of entries covers is missing.
#[derive(Debug, Clone)]
pub struct WholeLedger {
    /// The flyer.
    pub account: Account,
    /// All entries, by number: also those that an import left behind which did not come to its end.
    pub entries: Vec<StoredEntry>,
    /// The history, page by page.
    pub pages: Vec<Vec<HistoryEntry>>,
}

/// One change, of one item.
enum Change<'a> {
    Entry(&'a StoredEntry),
    Passenger(Passenger, u64),
    Removal(u64),
    Page(u64, Vec<HistoryEntry>),
}

impl Store {
    /// Reads all of a flyer: three requests, and one more for each megabyte; one, if there is no such flyer.
    ///
    /// # Errors
    /// As any read: when the time was up, or DynamoDB failed.
    pub async fn whole_ledger(&self, flyer: &FlyerId) -> Result<Option<WholeLedger>, StoreError> {
        // First the flyer: whatever changes the ledger afterwards changes the number or the mark that a rewrite depends on.
        let Some(account) = self.account(flyer).await? else { return Ok(None) };
        let range = Range::of(Table::Ledgers, "#pk = :pk", values([(":pk", value(flyer_partition(flyer)))]));
        let (entries, pages) = try_join(self.query(range), self.history(flyer)).await?;
        let entries = entries.into_iter().map(from_item).collect::<Result<_, _>>()?;
        Ok(Some(WholeLedger { account, entries, pages }))
    }

    /// Those flights, all distinct, as far as they are there: one request for each 100.
    ///
    /// # Errors
    /// As any read: when the time was up, or DynamoDB failed.
    pub async fn flights(&self, flights: &[FlightId]) -> Result<HashMap<FlightId, Flight>, StoreError> {
        let mut found = self.batch_get(flights.iter().map(|flight| Key::flight(*flight)).collect()).await?;
        let there = flights.iter().filter_map(|flight| Some((*flight, found.take(&Key::flight(*flight)).transpose()?)));
        there.map(|(flight, read)| read.map(|read| (flight, read))).collect()
    }

    /// Rewrites a flyer's ledger and history to those entries, as long as nothing has changed the ledger since it was read:
    /// one request for each 99 changes. Tells whether it did. What states something must not move to a lower number.
    ///
    /// What fits into one transaction is one. Else each but the last marks the flyer, anew, so that no miles move and each
    /// begins where the one before it ended; and the highest numbers are written first: an entry that moves is in its new
    /// place before another takes its old one, and its passenger knows the highest. So an import that is cut short, or
    /// overtaken by another, loses nothing, and is finished by running it again. Until then a listing of the ledger may show
    /// entries of both.
    ///
    /// # Errors
    /// As any write: then some of it may be done.
    pub async fn rewrite(
        &self,
        before: &WholeLedger,
        entries: &[StoredEntry],
        kind: HistoryKind,
        mut token: impl FnMut() -> [u8; 16],
    ) -> Result<bool, StoreError> {
        let account = &before.account;
        let history: Vec<HistoryEntry> = entries.iter().filter_map(in_history).collect();
        let end = End { seq: entries.len() as u64, flights_count: history.len() as u64 };
        let mut chunks = chunks(before, entries, &history).into_iter().peekable();
        let mut mark = account.rewriting.clone();
        while let Some(chunk) = chunks.next() {
            let token = token();
            let next = Rewriting { kind, transaction: uuid::Builder::from_random_bytes(token).into_uuid() };
            let after = if chunks.peek().is_some() { After::Marked(&next) } else { After::Through(&end) };
            let transaction = on_account(self.transaction(token), account, mark.as_ref(), &after);
            let transaction = chunk
                .iter()
                .fold(transaction, |transaction, change| changing(transaction, &account.flyer.user_id, change));
            if transaction.settle().await?.is_err() {
                return Ok(false);
            }
            mark = Some(next);
        }
        Ok(true)
    }
}

/// The boarding that an entry credits.
fn boarding(StoredEntry { entry, .. }: &StoredEntry) -> Option<Passenger> {
    let flight_id = entry.flight_id.filter(|_| entry.source == EntrySource::Flight)?;
    let miles = u64::try_from(entry.amount).ok()?;
    Some(Passenger { flight_id, user_id: entry.user_id.clone(), miles, joined_at: entry.created_at })
}

fn in_history(stored: &StoredEntry) -> Option<HistoryEntry> {
    let Passenger { flight_id, miles, joined_at, .. } = boarding(stored)?;
    Some(HistoryEntry { flight_id, miles, joined_at })
}

/// What differs, in the order in which it is written, as much together as a transaction takes beside the flyer itself.
fn chunks<'a>(before: &WholeLedger, entries: &'a [StoredEntry], history: &[HistoryEntry]) -> Vec<Vec<Change<'a>>> {
    let there: HashMap<u64, &StoredEntry> = before.entries.iter().map(|stored| (stored.entry.seq, stored)).collect();
    // The places that passengers know: of an entry that was on its way when an import was stopped, the higher one.
    let credited: HashMap<FlightId, u64> =
        before.entries.iter().filter_map(|stored| Some((boarding(stored)?.flight_id, stored.entry.seq))).collect();

    let placed = entries.iter().rev().map(|stored| {
        let seq = stored.entry.seq;
        let entry = Some(Change::Entry(stored)).filter(|_| there.get(&seq) != Some(&stored));
        let passenger = boarding(stored).filter(|passenger| credited.get(&passenger.flight_id) != Some(&seq));
        entry.into_iter().chain(passenger.map(|passenger| Change::Passenger(passenger, seq))).collect()
    });
    let end = entries.len() as u64;
    let removed = there.keys().filter(|seq| **seq > end).map(|seq| vec![Change::Removal(*seq)]);
    let pages = history
        .chunks(PAGE)
        .enumerate()
        .rev()
        .filter(|(page, entries)| before.pages.get(*page).map(Vec::as_slice) != Some(*entries));
    let pages = pages.map(|(page, entries)| vec![Change::Page(page as u64, entries.to_vec())]);

    let mut chunks = vec![Vec::new()];
    for together in placed.chain(removed).chain(pages) {
        let together: Vec<Change<'_>> = together;
        let last = chunks.last_mut().expect("there is one from the beginning");
        if last.len() + together.len() < MAX_OPERATIONS {
            last.extend(together);
        } else {
            chunks.push(together);
        }
    }
    chunks
}

/// What the flyer is to have when all is written.
struct End {
    seq: u64,
    flights_count: u64,
}

/// What a transaction makes of the flyer.
enum After<'a> {
    /// There is more to write.
    Marked(&'a Rewriting),
    /// That was all.
    Through(&'a End),
}

/// Adds what a transaction does to the flyer, who must have that mark still.
fn on_account<'a>(
    transaction: Transaction<'a>,
    account: &Account,
    mark: Option<&Rewriting>,
    after: &After<'_>,
) -> Transaction<'a> {
    let mut given = values([(":seen", value(account.seq))]);
    let condition = match mark {
        None => "#seq = :seen AND attribute_not_exists(#rewriting)",
        Some(mark) => {
            given.insert(":mark".to_owned(), value(mark));
            "#seq = :seen AND #rewriting = :mark"
        }
    };
    let change = match after {
        After::Marked(next) => {
            given.insert(":next".to_owned(), value(next));
            "SET #rewriting = :next"
        }
        After::Through(end) => {
            given.extend(values([(":seq", value(end.seq)), (":flights", value(end.flights_count))]));
            "SET #seq = :seq, #flightsCount = :flights REMOVE #rewriting"
        }
    };
    transaction.update(&Key::flyer(&account.flyer.user_id), change, Some(condition), given)
}

fn changing<'a>(transaction: Transaction<'a>, flyer: &FlyerId, change: &Change<'_>) -> Transaction<'a> {
    let put = |transaction: Transaction<'a>, key: Key, item: Item| transaction.replace(&key, item);
    match change {
        Change::Entry(entry) => {
            let key = Key::ledger_entry(flyer, entry.entry.seq);
            let item = to_item(&key, entry);
            put(transaction, key, item)
        }
        Change::Passenger(passenger, seq) => {
            let key = Key::passenger(passenger.flight_id, flyer);
            let item = to_item(&key, &StoredPassenger { passenger: passenger.clone(), seq: *seq });
            put(transaction, key, item)
        }
        Change::Removal(seq) => transaction.remove(&Key::ledger_entry(flyer, *seq)),
        Change::Page(page, entries) => {
            let key = Key::history_page(flyer, *page);
            let item = to_item(&key, &HistoryPage { entries: entries.clone() });
            put(transaction, key, item)
        }
    }
}
