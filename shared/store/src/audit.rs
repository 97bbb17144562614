//! Reads everything, for the audit. The only module that scans tables.

mod agreement;
mod record;

pub use agreement::Disagreement;
pub use record::{Content, Record};

use crate::batch::key_of;
use crate::item::{Item, from_item, text, value, values};
use crate::keys::{Key, OUTCOME, flyer_partition};
use crate::query::Range;
use crate::request::read;
use crate::stored::{CheckpointItem, HistoryPage, Ignored};
use crate::update::Changed;
use crate::{Store, StoreError, StoredEntry, Table};
use aws_sdk_dynamodb::types::ReturnConsumedCapacity;
use futures_util::future::try_join;
use models::{FlyerId, HistoryEntry, Timestamp};
use serde::{Deserialize, Serialize};

/// Position in a scan: at the start by default, otherwise after an item.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScanPosition(Option<(String, String)>);

impl ScanPosition {
    fn of(table: Table, key: &Item) -> Result<Self, StoreError> {
        let Key { pk, sk, .. } = key_of(table, key)?;
        Ok(Self(Some((pk, sk))))
    }

    fn start_key(&self, table: Table) -> Option<Item> {
        self.0.clone().map(|(pk, sk)| Key { table, pk, sk }.attributes())
    }
}

/// Where an audit continues; at the start by default. The tables are read in the order of [`Table`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// The table to continue.
    pub table: Table,
    /// Position in that table.
    pub position: ScanPosition,
}

impl Table {
    /// Returns the table that is audited after this one, or `None` after the last.
    fn next(self) -> Option<Self> {
        match self {
            Self::Users => Some(Self::Flights),
            Self::Flights => Some(Self::Ledgers),
            Self::Ledgers => None,
        }
    }
}

/// What is recorded of a flyer's miles and flights. What cannot be read is `None`.
#[derive(Debug)]
pub struct Recorded {
    /// The ledger entries by number, oldest first.
    pub entries: Vec<(u64, Option<StoredEntry>)>,
    /// The pages of the history, in order.
    pub pages: Vec<Option<Vec<HistoryEntry>>>,
}

impl Store {
    /// Reads the next megabyte of all items, whatever they are, and returns where to continue; `None` at the end. One
    /// request.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn scan(&self, at: &Checkpoint) -> Result<(Vec<Record>, Option<Checkpoint>), StoreError> {
        let table = at.table;
        let start = at.position.start_key(table);
        let response = read(|| {
            self.client
                .scan()
                .table_name(self.name(table))
                .consistent_read(true)
                .set_exclusive_start_key(start.clone())
                .return_consumed_capacity(ReturnConsumedCapacity::Total)
                .send()
        })
        .await?;
        let records = response.items.unwrap_or_default().into_iter().map(|item| Record::of(table, item));
        let next = match response.last_evaluated_key {
            Some(last) => Some(Checkpoint { table, position: ScanPosition::of(table, &last)? }),
            None => table.next().map(|table| Checkpoint { table, position: ScanPosition::default() }),
        };
        Ok((records.collect::<Result<_, _>>()?, next))
    }

    /// Reads a flyer's whole ledger and history. Two requests, plus one per further megabyte.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn recorded(&self, flyer: &FlyerId) -> Result<Recorded, StoreError> {
        let (entries, pages) = try_join(self.query(ledger_range(flyer)), self.query(history_range(flyer))).await?;
        // What has no number is no entry.
        let entry = |item: Item| Some((text(&item, "sk").parse().ok()?, from_item(item).ok()));
        let page = |item| from_item::<HistoryPage>(item).ok().map(|page| page.entries);
        Ok(Recorded {
            entries: entries.into_iter().filter_map(entry).collect(),
            pages: pages.into_iter().map(page).collect(),
        })
    }

    /// Returns whether the table of airlines and flights is empty. One request. Eventually consistent.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn is_empty(&self) -> Result<bool, StoreError> {
        let response = read(|| self.client.scan().table_name(self.name(Table::Flights)).limit(1).send()).await?;
        Ok(response.items().is_empty())
    }

    /// Returns where the nightly audit continues, or `None` if it starts from the beginning. So does an audit whose
    /// checkpoint cannot be read. One request.
    ///
    /// # Errors
    /// Any [`StoreError`] except `Unreadable`.
    pub async fn audit_checkpoint(&self) -> Result<Option<Checkpoint>, StoreError> {
        match self.get::<CheckpointItem>(&Key::audit_checkpoint()).await {
            Err(StoreError::Unreadable { .. }) => Ok(None),
            kept => Ok(kept?.and_then(|kept| kept.next)),
        }
    }

    /// Records where a run that began at `begun_at` stopped, unless a run that began later has already done so. One
    /// request.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn put_audit_checkpoint(&self, next: Option<&Checkpoint>, begun_at: Timestamp) -> Result<(), StoreError> {
        let mut kept = values([(":begun", value(begun_at)), (":text", value("S"))]);
        let change = match next {
            Some(next) => {
                kept.insert(":next".to_owned(), value(next));
                "SET #next = :next, #begunAt = :begun"
            }
            None => "SET #begunAt = :begun REMOVE #next",
        };
        // A time that is no text cannot be read, and is replaced.
        let condition = "attribute_not_exists(#begunAt) OR NOT attribute_type(#begunAt, :text) OR #begunAt <= :begun";
        let _changed: Changed<Ignored> = self.update(&Key::audit_checkpoint(), change, condition, kept).await?;
        Ok(())
    }
}

/// Returns the range of a flyer's ledger entries, oldest first.
pub(crate) fn ledger_range(flyer: &FlyerId) -> Range<'static> {
    // The partition also has recorded outcomes, whose sort keys do not begin with a digit.
    let values = values([(":pk", value(flyer_partition(flyer))), (":first", value(OUTCOME))]);
    Range::of(Table::Ledgers, "#pk = :pk AND #sk < :first", values)
}

/// Returns the range of the pages of a flyer's history.
pub(crate) fn history_range(flyer: &FlyerId) -> Range<'static> {
    Range::of(
        Table::Users,
        "#pk = :pk AND begins_with(#sk, :prefix)",
        values([(":pk", value(flyer_partition(flyer))), (":prefix", value("FLIGHTS#"))]),
    )
}
