//! Creates many members quickly.

use crate::TestApp;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use std::collections::HashMap;
use tokio::task::JoinSet;

/// Maximum number of items in a BatchWriteItem, a limit of DynamoDB.
const BATCH: usize = 25;

/// Maximum number of batches in progress at the same time.
const MAX_CONCURRENT_BATCHES: usize = 8;

type Item = HashMap<String, AttributeValue>;

/// Number of items that the engine takes at once.
const LOAD: usize = 50_000;

impl TestApp {
    /// Copies a member once for each name in `copies`. All items of a copy are those of the member, with the name replaced.
    /// The name must not occur in anything else.
    ///
    /// # Panics
    /// Panics if the items cannot be read or written.
    pub async fn copy_member(&self, name: &str, copies: impl IntoIterator<Item = String>) {
        self.copy_members([(name.to_owned(), copies)]).await;
    }

    /// Copies several members in this way.
    ///
    /// # Panics
    /// Panics if the items cannot be read or written.
    pub async fn copy_members<C: IntoIterator<Item = String>>(&self, members: impl IntoIterator<Item = (String, C)>) {
        let client = Client::from_conf(engine::config(self.endpoint()).build());
        let stored = client.scan().table_name(&self.tables().users).into_paginator().items().send();
        let stored = stored.collect::<Result<Vec<_>, _>>().await.expect("the table is read");
        let mut items = Vec::new();
        for (name, copies) in members {
            let is_of_member =
                |item: &&Item| ["pk", "sk"].iter().any(|key| item[*key].as_s().is_ok_and(|key| key.contains(&name)));
            let pattern: Vec<&Item> = stored.iter().filter(is_of_member).collect();
            for copy in copies {
                items.extend(pattern.iter().map(|item| renamed(item, &name, &copy)));
                if items.len() >= LOAD {
                    self.put_items(&client, std::mem::take(&mut items)).await;
                }
            }
        }
        self.put_items(&client, items).await;
        self.wire.reset();
    }

    async fn put_items(&self, client: &Client, items: Vec<Item>) {
        let table = &self.tables().users;
        if let Some(engine) = &self.engine {
            return engine.put_items(table, items).expect("the engine takes the items");
        }
        let mut batches = JoinSet::new();
        for batch in items.chunks(BATCH) {
            if batches.len() == MAX_CONCURRENT_BATCHES {
                batches.join_next().await.expect("there is one").expect("it is written");
            }
            let write = client.batch_write_item().request_items(table, batch.iter().cloned().map(write).collect());
            batches.spawn(async move {
                let written = write.send().await.expect("the items are written");
                assert!(written.unprocessed_items().is_none_or(HashMap::is_empty));
            });
        }
        batches.join_all().await;
    }
}

fn write(item: Item) -> WriteRequest {
    let put = PutRequest::builder().set_item(Some(item)).build().expect("it has an item");
    WriteRequest::builder().put_request(put).build()
}

fn renamed(item: &Item, name: &str, copy: &str) -> Item {
    let renamed = item.iter().map(|(attribute, value)| {
        let value = match value {
            AttributeValue::S(text) => AttributeValue::S(text.replace(name, copy)),
            other => other.clone(),
        };
        (attribute.clone(), value)
    });
    renamed.collect()
}
