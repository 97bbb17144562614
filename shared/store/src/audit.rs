//! Reads everything, for the audit. The only module that scans tables.

use crate::batch::key_of;
use crate::item::{Item, from_item, value, values};
use crate::keys::{CLAIM, FLYER, Key, MEMBER, OUTCOME, PASSENGER_PREFIX, flyer_partition};
use crate::members::claims_and_index_entries;
use crate::query::Range;
use crate::request::read;
use crate::stored::{CheckpointItem, Claim, CreditedPassenger, HistoryPage, Stored};
use crate::update::Changed;
use crate::{Outcome, Store, StoreError, StoredEntry, Table};
use aws_sdk_dynamodb::types::ReturnConsumedCapacity;
use models::facet::member_at;
use models::{Account, FlightId, FlyerId, HistoryEntry, Member, MemberId, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// Position in a scan: at the start by default, otherwise after an item.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScanPosition(Option<(String, String)>);

impl ScanPosition {
    fn of(key: &Item) -> Result<Self, StoreError> {
        // Only tables are scanned, never indexes. A position is therefore an item's key, which has the same attributes
        // in every table.
        let Key { pk, sk, .. } = key_of(Table::Users, key)?;
        Ok(Self(Some((pk, sk))))
    }

    fn start_key(self, table: Table) -> Option<Item> {
        self.0.map(|(pk, sk)| Key { table, pk, sk }.attributes())
    }
}

/// A scan of the audit. The audit runs the scans in this order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scan {
    /// All flyers.
    #[default]
    Accounts,
    /// All passengers of flights.
    Boardings,
    /// All ledger entries.
    Entries,
    /// All recorded outcomes.
    Outcomes,
    /// All members.
    Members,
    /// All claims and index entries of members.
    Index,
}

impl Scan {
    /// Returns the scan that follows this one, or `None` after the last.
    #[must_use]
    pub fn next(self) -> Option<Self> {
        match self {
            Self::Accounts => Some(Self::Boardings),
            Self::Boardings => Some(Self::Entries),
            Self::Entries => Some(Self::Outcomes),
            Self::Outcomes => Some(Self::Members),
            Self::Members => Some(Self::Index),
            Self::Index => None,
        }
    }
}

/// Where an audit continues; at the start by default.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// The scan to continue.
    pub scan: Scan,
    /// Position in that scan.
    pub position: ScanPosition,
}

/// Part of a scan, and the position at which the next part starts; `None` after the last part.
pub type Part<T> = (Vec<T>, Option<ScanPosition>);

impl Store {
    /// Reads the next part of all flyers. One request.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn scan_accounts(&self, from: ScanPosition) -> Result<Part<Account>, StoreError> {
        self.scan(Table::Users, "#sk = :sk", values([(":sk", value(FLYER))]), from).await
    }

    /// Reads the next part of all passengers of flights. One request.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn scan_passengers(&self, from: ScanPosition) -> Result<Part<CreditedPassenger>, StoreError> {
        let prefix = values([(":prefix", value(PASSENGER_PREFIX))]);
        self.scan(Table::Flights, "begins_with(#sk, :prefix)", prefix, from).await
    }

    /// Reads the next part of all ledger entries. One request.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn scan_entries(&self, from: ScanPosition) -> Result<Part<StoredEntry>, StoreError> {
        self.scan(Table::Ledgers, "NOT begins_with(#sk, :sk)", values([(":sk", value(OUTCOME))]), from).await
    }

    /// Reads the next part of all recorded outcomes. One request.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn scan_outcomes(&self, from: ScanPosition) -> Result<Part<Outcome>, StoreError> {
        self.scan(Table::Ledgers, "begins_with(#sk, :sk)", values([(":sk", value(OUTCOME))]), from).await
    }

    /// Reads a flyer's ledger, oldest entry first, up to the entry with the number `up_to`. One request per megabyte.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn ledger(&self, flyer: &FlyerId, up_to: u64) -> Result<Vec<StoredEntry>, StoreError> {
        let partition = flyer_partition(flyer);
        let last = Key::ledger_entry(flyer, up_to).sk;
        let range = Range::of(
            Table::Ledgers,
            "#pk = :pk AND #sk <= :last",
            values([(":pk", value(partition)), (":last", value(last))]),
        );
        self.query(range).await?.into_iter().map(from_item).collect()
    }

    /// Reads a flyer's history, page by page. One request per megabyte.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn history(&self, flyer: &FlyerId) -> Result<Vec<Vec<HistoryEntry>>, StoreError> {
        let range = Range::of(
            Table::Users,
            "#pk = :pk AND begins_with(#sk, :prefix)",
            values([(":pk", value(flyer_partition(flyer))), (":prefix", value("FLIGHTS#"))]),
        );
        let pages = self.query(range).await?.into_iter().map(from_item::<HistoryPage>);
        pages.map(|page| page.map(|page| page.entries)).collect()
    }

    /// Returns those of the given flyers that do not exist. The ids must be distinct. One request per 100 flyers.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn missing_accounts(&self, flyers: &[FlyerId]) -> Result<Vec<FlyerId>, StoreError> {
        let mut found = self.batch_get(flyers.iter().map(Key::flyer).collect()).await?;
        Ok(flyers.iter().filter(|flyer| found.take_item(&Key::flyer(flyer)).is_none()).cloned().collect())
    }

    /// Reads a flyer's boardings of the given flights, which must be distinct. Skips flights that the flyer has not
    /// boarded. One request per 100 flights.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn boardings(&self, flyer: &FlyerId, flights: &[FlightId]) -> Result<Vec<CreditedPassenger>, StoreError> {
        let keys: Vec<Key> = flights.iter().map(|flight| Key::passenger(*flight, flyer)).collect();
        let mut found = self.batch_get(keys.clone()).await?;
        keys.iter().filter_map(|key| found.take(key).transpose()).collect()
    }

    /// Reads ledger entries by flyer and number, which must be distinct. Returns them in the same order, with `None`
    /// for each that does not exist. One request per 100 entries.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn entries(&self, entries: &[(FlyerId, u64)]) -> Result<Vec<Option<StoredEntry>>, StoreError> {
        let keys: Vec<Key> = entries.iter().map(|(flyer, seq)| Key::ledger_entry(flyer, *seq)).collect();
        let mut found = self.batch_get(keys.clone()).await?;
        keys.iter().map(|key| found.take(key)).collect()
    }

    async fn scan<T: Stored>(
        &self,
        table: Table,
        filter: &str,
        values: Item,
        from: ScanPosition,
    ) -> Result<Part<T>, StoreError> {
        let (items, next) = self.scan_items(table, filter, values, from).await?;
        Ok((items.into_iter().map(from_item).collect::<Result<_, _>>()?, next))
    }

    async fn scan_items(
        &self,
        table: Table,
        filter: &str,
        values: Item,
        from: ScanPosition,
    ) -> Result<Part<Item>, StoreError> {
        let start = from.start_key(table);
        let response = read(|| {
            self.client
                .scan()
                .table_name(self.name(table))
                .filter_expression(filter)
                .set_expression_attribute_names(Some(crate::item::names([filter])))
                .set_expression_attribute_values(Some(values.clone()))
                .consistent_read(true)
                .set_exclusive_start_key(start.clone())
                .return_consumed_capacity(ReturnConsumedCapacity::Total)
                .send()
        })
        .await?;
        let next = response.last_evaluated_key.as_ref().map(ScanPosition::of).transpose()?;
        Ok((response.items.unwrap_or_default(), next))
    }

    /// Returns whether the table of airlines and flights is empty. One request. Eventually consistent.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn is_empty(&self) -> Result<bool, StoreError> {
        let response = read(|| self.client.scan().table_name(self.name(Table::Flights)).limit(1).send()).await?;
        Ok(response.items().is_empty())
    }
}

/// A claim or an index entry of a member, as found by a scan.
#[derive(Debug, Clone)]
pub struct IndexItem {
    key: Key,
    /// Member to whom the item belongs according to the item itself; `None` if it is malformed.
    pub owner: Option<MemberId>,
}

impl IndexItem {
    fn of(item: Item) -> Result<Self, StoreError> {
        let key = key_of(Table::Users, &item)?;
        let owner =
            if key.sk == CLAIM { from_item::<Claim>(item).ok().map(|claim| claim.id) } else { member_at(&key.sk) };
        Ok(Self { key, owner })
    }

    /// Returns the item's key as text.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{} {}", self.key.pk, self.key.sk)
    }

    /// Returns whether the member should have this item.
    #[must_use]
    pub fn belongs_to(&self, member: &Member) -> bool {
        claims_and_index_entries(member).contains_key(&self.key)
    }
}

impl Store {
    /// Reads the next part of all members. One request.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn scan_members(&self, from: ScanPosition) -> Result<Part<Member>, StoreError> {
        self.scan(Table::Users, "#sk = :sk", values([(":sk", value(MEMBER))]), from).await
    }

    /// Reads the next part of all claims and index entries. One request.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn scan_index(&self, from: ScanPosition) -> Result<Part<IndexItem>, StoreError> {
        let filter = "begins_with(#pk, :facet) OR #sk = :claim";
        let asked = values([(":facet", value("FACET#")), (":claim", value(CLAIM))]);
        let (items, next) = self.scan_items(Table::Users, filter, asked, from).await?;
        Ok((items.into_iter().map(IndexItem::of).collect::<Result<_, _>>()?, next))
    }

    /// Returns a message for each claim and index entry that the member should have but that is missing or has the
    /// wrong content. One request per 100 claims and entries.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn missing_from_index(&self, member: &Member) -> Result<Vec<String>, StoreError> {
        let expected = claims_and_index_entries(member);
        let mut found = self.batch_get(expected.keys().cloned().collect()).await?;
        let wrong = expected.into_iter().filter_map(|(key, item)| match found.take_item(&key) {
            Some(other) if other == item => None,
            Some(_) => Some(format!("{} {} has the wrong content", key.pk, key.sk)),
            None => Some(format!("{} {} is missing", key.pk, key.sk)),
        });
        Ok(wrong.collect())
    }

    /// Returns the names of the given items that still exist. The items must be distinct. One request per 100 items.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn still_in_index(&self, items: &[&IndexItem]) -> Result<HashSet<String>, StoreError> {
        let mut found = self.batch_get(items.iter().map(|item| item.key.clone()).collect()).await?;
        let existing = items.iter().filter(|item| found.take_item(&item.key).is_some());
        Ok(existing.map(|item| item.name()).collect())
    }
}

impl Store {
    /// Returns where the nightly audit continues, or `None` if it starts from the beginning. One request.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn audit_checkpoint(&self) -> Result<Option<Checkpoint>, StoreError> {
        let kept = self.get::<CheckpointItem>(&Key::audit_checkpoint()).await?;
        Ok(kept.and_then(|kept| kept.next))
    }

    /// Records where a run that began at `begun_at` stopped, unless a run that began later has already done so. One
    /// request.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub async fn put_audit_checkpoint(&self, next: Option<&Checkpoint>, begun_at: Timestamp) -> Result<(), StoreError> {
        let kept = values([(":next", value(next)), (":begun", value(begun_at))]);
        let change = "SET #next = :next, #begunAt = :begun";
        let condition = "attribute_not_exists(#pk) OR #begunAt <= :begun";
        let _changed: Changed<CheckpointItem> = self.update(&Key::audit_checkpoint(), change, condition, kept).await?;
        Ok(())
    }
}
