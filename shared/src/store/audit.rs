//! Reading everything, for the audit: the only scans there are.

use super::batch::key_of;
use super::item::{Item, from_item, value, values};
use super::keys::{CLAIM, FLYER, Key, MEMBER, OUTCOME, PASSENGER_PREFIX, flyer_partition};
use super::ledgers::StoredPassenger;
use super::members::indexed;
use super::query::Range;
use super::request::read;
use super::update::Changed;
use super::{Outcome, Store, StoredEntry, Table};
use crate::audit::Checkpoint;
use crate::error::StoreError;
use crate::models::{Account, FlightId, FlyerId, HistoryEntry, Member, MemberId, Passenger, Timestamp};
use aws_sdk_dynamodb::types::ReturnConsumedCapacity;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// Where a scan stands: after which item, or at the start.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position(Option<(String, String)>);

impl Position {
    fn of(key: &Item) -> Result<Self, StoreError> {
        // Of no table is an index scanned, so a position is a key, which is the same in all of them.
        let Key { pk, sk, .. } = key_of(Table::Users, key)?;
        Ok(Self(Some((pk, sk))))
    }

    fn start_key(self, table: Table) -> Option<Item> {
        self.0.map(|(pk, sk)| Key { table, pk, sk }.attributes())
    }
}

/// Part of a scan, and where to go on; nowhere, if it was the last.
pub type Part<T> = (Vec<T>, Option<Position>);

/// A boarding, with the number of the ledger entry that credits it.
#[derive(Debug, Clone, PartialEq)]
pub struct CreditedPassenger {
    /// Who boarded what.
    pub passenger: Passenger,
    /// The number of the entry.
    pub seq: u64,
}

impl From<StoredPassenger> for CreditedPassenger {
    fn from(stored: StoredPassenger) -> Self {
        Self { passenger: stored.passenger, seq: stored.seq }
    }
}

impl Store {
    /// The next part of all flyers.
    ///
    /// # Errors
    /// As any read: when the time was up, or DynamoDB failed.
    pub async fn scan_accounts(&self, from: Position) -> Result<Part<Account>, StoreError> {
        self.scan(Table::Users, "#sk = :sk", values([(":sk", value(FLYER))]), from).await
    }

    /// The next part of all boardings.
    ///
    /// # Errors
    /// As any read: when the time was up, or DynamoDB failed.
    pub async fn scan_passengers(&self, from: Position) -> Result<Part<CreditedPassenger>, StoreError> {
        let prefix = values([(":prefix", value(PASSENGER_PREFIX))]);
        let (stored, next) =
            self.scan::<StoredPassenger>(Table::Flights, "begins_with(#sk, :prefix)", prefix, from).await?;
        Ok((stored.into_iter().map(CreditedPassenger::from).collect(), next))
    }

    /// The next part of all ledger entries.
    ///
    /// # Errors
    /// As any read: when the time was up, or DynamoDB failed.
    pub async fn scan_entries(&self, from: Position) -> Result<Part<StoredEntry>, StoreError> {
        self.scan(Table::Ledgers, "#sk <> :sk", values([(":sk", value(OUTCOME))]), from).await
    }

    /// The next part of all recorded outcomes.
    ///
    /// # Errors
    /// As any read: when the time was up, or DynamoDB failed.
    pub async fn scan_outcomes(&self, from: Position) -> Result<Part<Outcome>, StoreError> {
        self.scan(Table::Ledgers, "#sk = :sk", values([(":sk", value(OUTCOME))]), from).await
    }

    /// A flyer's ledger up to the entry of that number, oldest first.
    ///
    /// # Errors
    /// As any read: when the time was up, or DynamoDB failed.
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

    /// A flyer's history, page by page.
    ///
    /// # Errors
    /// As any read: when the time was up, or DynamoDB failed.
    pub async fn history(&self, flyer: &FlyerId) -> Result<Vec<Vec<HistoryEntry>>, StoreError> {
        let range = Range::of(
            Table::Users,
            "#pk = :pk AND begins_with(#sk, :prefix)",
            values([(":pk", value(flyer_partition(flyer))), (":prefix", value("FLIGHTS#"))]),
        );
        let pages = self.query(range).await?.into_iter().map(from_item::<super::flyers::HistoryPage>);
        pages.map(|page| page.map(|page| page.entries)).collect()
    }

    /// Which of those flyers, all distinct, are not there.
    ///
    /// # Errors
    /// As any read: when the time was up, or DynamoDB failed.
    pub async fn missing_accounts(&self, flyers: &[FlyerId]) -> Result<Vec<FlyerId>, StoreError> {
        let mut found = self.batch_get(flyers.iter().map(Key::flyer).collect()).await?;
        Ok(flyers.iter().filter(|flyer| found.take_item(&Key::flyer(flyer)).is_none()).cloned().collect())
    }

    /// The boardings of a flyer on those flights, all distinct, as far as they are there.
    ///
    /// # Errors
    /// As any read: when the time was up, or DynamoDB failed.
    pub async fn boardings(&self, flyer: &FlyerId, flights: &[FlightId]) -> Result<Vec<CreditedPassenger>, StoreError> {
        let keys: Vec<Key> = flights.iter().map(|flight| Key::passenger(*flight, flyer)).collect();
        let mut found = self.batch_get(keys.clone()).await?;
        let stored = keys.iter().filter_map(|key| found.take::<StoredPassenger>(key).transpose());
        stored.map(|stored| stored.map(CreditedPassenger::from)).collect()
    }

    /// Those ledger entries, all distinct, each as far as it is there.
    ///
    /// # Errors
    /// As any read: when the time was up, or DynamoDB failed.
    pub async fn entries(&self, entries: &[(FlyerId, u64)]) -> Result<Vec<Option<StoredEntry>>, StoreError> {
        let keys: Vec<Key> = entries.iter().map(|(flyer, seq)| Key::ledger_entry(flyer, *seq)).collect();
        let mut found = self.batch_get(keys.clone()).await?;
        keys.iter().map(|key| found.take(key)).collect()
    }

    async fn scan<T: DeserializeOwned>(
        &self,
        table: Table,
        filter: &str,
        values: Item,
        from: Position,
    ) -> Result<Part<T>, StoreError> {
        let (items, next) = self.scan_items(table, filter, values, from).await?;
        Ok((items.into_iter().map(from_item).collect::<Result<_, _>>()?, next))
    }

    async fn scan_items(
        &self,
        table: Table,
        filter: &str,
        values: Item,
        from: Position,
    ) -> Result<Part<Item>, StoreError> {
        let start = from.start_key(table);
        let answer = read(|| {
            self.client
                .scan()
                .table_name(self.name(table))
                .filter_expression(filter)
                .set_expression_attribute_names(Some(super::item::names([filter])))
                .set_expression_attribute_values(Some(values.clone()))
                .consistent_read(true)
                .set_exclusive_start_key(start.clone())
                .return_consumed_capacity(ReturnConsumedCapacity::Total)
                .send()
        })
        .await?;
        let next = answer.last_evaluated_key.as_ref().map(Position::of).transpose()?;
        Ok((answer.items.unwrap_or_default(), next))
    }

    /// Whether there is no airline yet, nor anything else in its table: one request.
    ///
    /// # Errors
    /// As any read: when the time was up, or DynamoDB failed.
    pub async fn is_empty(&self) -> Result<bool, StoreError> {
        let answer = read(|| self.client.scan().table_name(self.name(Table::Flights)).limit(1).send()).await?;
        Ok(answer.items().is_empty())
    }
}

/// A claim or an entry of the members' index, as a scan finds it.
#[derive(Debug, Clone)]
pub struct IndexItem {
    key: Key,
    /// Whose it says to be.
    pub owner: Option<MemberId>,
}

impl IndexItem {
    fn of(item: Item) -> Result<Self, StoreError> {
        #[derive(serde::Deserialize)]
        struct Owned {
            id: Option<MemberId>,
        }
        let key = key_of(Table::Users, &item)?;
        let owner = if key.sk == CLAIM {
            from_item::<Owned>(item)?.id
        } else {
            // Positions are an id, or have it second.
            key.sk.split('#').nth(1).unwrap_or(&key.sk).parse().ok()
        };
        Ok(Self { key, owner })
    }

    /// Its key, in words.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{} {}", self.key.pk, self.key.sk)
    }

    /// Whether a member should have it.
    #[must_use]
    pub fn belongs_to(&self, member: &Member) -> bool {
        indexed(member).contains_key(&self.key)
    }
}

impl Store {
    /// The next part of all members.
    ///
    /// # Errors
    /// As any read: when the time was up, or DynamoDB failed.
    pub async fn scan_members(&self, from: Position) -> Result<Part<Member>, StoreError> {
        self.scan(Table::Users, "#sk = :sk", values([(":sk", value(MEMBER))]), from).await
    }

    /// The next part of all claims and index entries.
    ///
    /// # Errors
    /// As any read: when the time was up, or DynamoDB failed.
    pub async fn scan_index(&self, from: Position) -> Result<Part<IndexItem>, StoreError> {
        let filter = "begins_with(#pk, :facet) OR #sk = :claim";
        let asked = values([(":facet", value("FACET#")), (":claim", value(CLAIM))]);
        let (items, next) = self.scan_items(Table::Users, filter, asked, from).await?;
        Ok((items.into_iter().map(IndexItem::of).collect::<Result<_, _>>()?, next))
    }

    /// The claims and index entries that a member should have and has not, or has otherwise, in words.
    ///
    /// # Errors
    /// As any read: when the time was up, or DynamoDB failed.
    pub async fn missing_from_index(&self, member: &Member) -> Result<Vec<String>, StoreError> {
        let expected = indexed(member);
        let mut found = self.batch_get(expected.keys().cloned().collect()).await?;
        let wrong = expected.into_iter().filter_map(|(key, item)| match found.take_item(&key) {
            Some(other) if other == item => None,
            Some(_) => Some(format!("{} {} says something else", key.pk, key.sk)),
            None => Some(format!("{} {} is missing", key.pk, key.sk)),
        });
        Ok(wrong.collect())
    }

    /// Which of those are there still, by name.
    ///
    /// # Errors
    /// As any read: when the time was up, or DynamoDB failed.
    pub async fn still_in_index(&self, items: &[&IndexItem]) -> Result<HashSet<String>, StoreError> {
        let mut found = self.batch_get(items.iter().map(|item| item.key.clone()).collect()).await?;
        let there = items.iter().filter(|item| found.take_item(&item.key).is_some());
        Ok(there.map(|item| item.name()).collect())
    }
}

impl Store {
    /// Where the nightly audit goes on: one request. Nothing, if it is to begin anew.
    ///
    /// # Errors
    /// As any read: when the time was up, or DynamoDB failed.
    pub async fn audit_checkpoint(&self) -> Result<Option<Checkpoint>, StoreError> {
        let kept = self.get::<KeptCheckpoint>(&Key::audit_checkpoint()).await?;
        Ok(kept.and_then(|kept| kept.next))
    }

    /// Keeps where a run that began at an instant stopped, unless a later one did already: one request.
    ///
    /// # Errors
    /// As any write: when the time was up, or DynamoDB failed.
    pub async fn put_audit_checkpoint(&self, next: Option<&Checkpoint>, begun_at: Timestamp) -> Result<(), StoreError> {
        let kept = values([(":next", value(next)), (":begun", value(begun_at))]);
        let change = "SET #next = :next, #begunAt = :begun";
        let condition = "attribute_not_exists(#pk) OR #begunAt <= :begun";
        let _changed: Changed<KeptCheckpoint> = self.update(&Key::audit_checkpoint(), change, condition, kept).await?;
        Ok(())
    }
}

#[derive(Deserialize)]
struct KeptCheckpoint {
    next: Option<Checkpoint>,
}
