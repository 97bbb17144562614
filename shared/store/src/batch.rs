//! Reads many items at once.

use crate::item::{Item, from_item, readable};
use crate::keys::Key;
use crate::request::read;
use crate::retry::{Attempt, retry_within};
use crate::stored::Stored;
use crate::{Invocation, Store, StoreError, Table};
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes, ReturnConsumedCapacity};
use futures_util::stream::{self, StreamExt, TryStreamExt};
use std::collections::HashMap;

/// Maximum number of keys in a BatchGetItem request, a limit of DynamoDB.
const BATCH_SIZE: usize = 100;

/// Maximum number of concurrent requests of one batch read.
const MAX_CONCURRENT_REQUESTS: usize = 16;

/// The items that a batch read found, by key.
#[derive(Debug, Default)]
pub(crate) struct Found(HashMap<Key, Item>);

impl Found {
    /// Removes the item with the key and returns its value, or `None` if there is no such item.
    pub fn take<T: Stored>(&mut self, key: &Key) -> Result<Option<T>, StoreError> {
        self.0.remove(key).map(from_item).transpose()
    }

    /// Removes the items with the keys and returns their values, in the order of the keys. Leaves out items that do not
    /// exist or cannot be read.
    pub fn take_readable<T: Stored>(&mut self, keys: &[Key]) -> Vec<T> {
        keys.iter().filter_map(|key| self.0.remove(key)).filter_map(readable).collect()
    }

    /// Returns the item with the key.
    pub fn item(&self, key: &Key) -> Option<&Item> {
        self.0.get(key)
    }

    /// Removes and returns the item with the key.
    pub fn take_item(&mut self, key: &Key) -> Option<Item> {
        self.0.remove(key)
    }
}

impl Store {
    /// Reads the items with the given keys, which must be distinct, from any of the tables. One request per 100 keys,
    /// sent concurrently. Keys that DynamoDB leaves unprocessed are requested again until the deadline.
    pub(crate) async fn batch_get(&self, keys: Vec<Key>) -> Result<Found, StoreError> {
        let batches = keys.chunks(BATCH_SIZE).map(<[Key]>::to_vec).collect::<Vec<_>>();
        let found = stream::iter(batches)
            .map(|batch| self.batch_get_one(batch))
            .buffer_unordered(MAX_CONCURRENT_REQUESTS)
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
                request.insert(self.name(table).to_owned(), keys.expect("keys are set"));
            }
        }
        let found = HashMap::with_capacity(keys.len());
        let attempt = async |(request, mut found): (HashMap<_, _>, HashMap<Key, Item>)| {
            let response = read(|| {
                self.client
                    .batch_get_item()
                    .set_request_items(Some(request.clone()))
                    .return_consumed_capacity(ReturnConsumedCapacity::Total)
                    .send()
            })
            .await?;
            for (table, items) in response.responses.unwrap_or_default() {
                let table = self.table_named(&table)?;
                for item in items {
                    found.insert(key_of(table, &item)?, item);
                }
            }
            let mut unprocessed = response.unprocessed_keys.unwrap_or_default();
            unprocessed.retain(|_, keys| !keys.keys.is_empty());
            Ok(if unprocessed.is_empty() {
                Attempt::Done(found)
            } else {
                Attempt::Repeat("BatchGetItem returned unprocessed keys".into(), (unprocessed, found))
            })
        };
        retry_within(Invocation::remaining, (request, found), attempt, |cause, _| StoreError::Busy(cause)).await
    }

    fn table_named(&self, name: &str) -> Result<Table, StoreError> {
        [Table::Users, Table::Flights, Table::Ledgers]
            .into_iter()
            .find(|table| self.name(*table) == name)
            .ok_or_else(|| StoreError::Failed(format!("BatchGetItem returned an unknown table: {name}").into()))
    }
}

/// Returns the key of an item.
pub(crate) fn key_of(table: Table, item: &Item) -> Result<Key, StoreError> {
    let part = |name: &str| match item.get(name) {
        Some(AttributeValue::S(part)) => Ok(part.clone()),
        _ => Err(StoreError::Failed(format!("an item has no string attribute {name}").into())),
    };
    Ok(Key { table, pk: part("pk")?, sk: part("sk")? })
}
