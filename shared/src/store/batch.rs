//! Reading many items at once.

use super::item::{Item, from_item};
use super::keys::Key;
use super::request::{Backoff, read};
use super::{Store, Table};
use crate::error::StoreError;
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes, ReturnConsumedCapacity};
use futures_util::stream::{self, StreamExt, TryStreamExt};
use serde::de::DeserializeOwned;
use std::collections::HashMap;

/// BatchGetItem's limit of keys.
const BATCH_SIZE: usize = 100;

/// How many requests of one round are under way at once.
const SIDE_BY_SIDE: usize = 16;

/// Items that were asked for and are there, by key.
#[derive(Debug, Default)]
pub(super) struct Found(HashMap<Key, Item>);

impl Found {
    /// Takes out the value at a key; none if there is no such item.
    pub fn take<T: DeserializeOwned>(&mut self, key: &Key) -> Result<Option<T>, StoreError> {
        self.0.remove(key).map(from_item).transpose()
    }

    /// Takes out the item at a key.
    pub fn take_item(&mut self, key: &Key) -> Option<Item> {
        self.0.remove(key)
    }
}

impl Store {
    /// Reads the items at those keys, which must be distinct, from any of the tables: one request for each
    /// 100 keys, side by side. What DynamoDB leaves unprocessed is asked for again until the time is up.
    pub(super) async fn batch_get(&self, keys: Vec<Key>) -> Result<Found, StoreError> {
        let batches = keys.chunks(BATCH_SIZE).map(<[Key]>::to_vec).collect::<Vec<_>>();
        let found = stream::iter(batches)
            .map(|batch| self.batch_get_one(batch))
            .buffer_unordered(SIDE_BY_SIDE)
            .try_fold(HashMap::new(), async |mut all, batch| {
                all.extend(batch);
                Ok(all)
            })
            .await?;
        Ok(Found(found))
    }

    async fn batch_get_one(&self, keys: Vec<Key>) -> Result<HashMap<Key, Item>, StoreError> {
        let mut request: HashMap<String, KeysAndAttributes> = HashMap::new();
        for table in [Table::Users, Table::Flights, Table::Ledgers] {
            let keys: Vec<_> = keys.iter().filter(|key| key.table == table).map(Key::attributes).collect();
            if !keys.is_empty() {
                let keys = KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(true).build();
                request.insert(self.name(table).to_owned(), keys.expect("its keys are set"));
            }
        }
        let mut found = HashMap::with_capacity(keys.len());
        let mut backoff = Backoff::default();
        loop {
            let answer = read(|| {
                self.client
                    .batch_get_item()
                    .set_request_items(Some(request.clone()))
                    .return_consumed_capacity(ReturnConsumedCapacity::Total)
                    .send()
            })
            .await?;
            for (table, items) in answer.responses.unwrap_or_default() {
                let table = self.table_named(&table)?;
                for item in items {
                    found.insert(key_of(table, &item)?, item);
                }
            }
            request = answer.unprocessed_keys.unwrap_or_default();
            request.retain(|_, keys| !keys.keys.is_empty());
            if request.is_empty() {
                return Ok(found);
            }
            if !backoff.wait().await {
                return Err(StoreError::Busy("BatchGetItem left keys unprocessed".into()));
            }
        }
    }

    fn table_named(&self, name: &str) -> Result<Table, StoreError> {
        [Table::Users, Table::Flights, Table::Ledgers]
            .into_iter()
            .find(|table| self.name(*table) == name)
            .ok_or_else(|| StoreError::Failed(format!("an answer about a table {name} not asked for").into()))
    }
}

/// The key that an item has.
pub(super) fn key_of(table: Table, item: &Item) -> Result<Key, StoreError> {
    let part = |name: &str| match item.get(name) {
        Some(AttributeValue::S(part)) => Ok(part.clone()),
        _ => Err(StoreError::Failed(format!("an item without {name}").into())),
    };
    Ok(Key { table, pk: part("pk")?, sk: part("sk")? })
}
