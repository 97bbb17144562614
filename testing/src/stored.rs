//! Reads and changes stored items directly, bypassing the API.

use crate::TestApp;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, DeleteRequest, PutRequest, WriteRequest};
use engine::Engine;
use shared::store::Tables;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Maximum number of writes per request, a limit of DynamoDB.
const BATCH_SIZE: usize = 25;

/// An item.
pub type Item = HashMap<String, AttributeValue>;

/// The stored items of a test. Reading them is neither recorded nor disturbed by [`Wire`](crate::Wire).
pub struct Stored {
    client: Client,
    tables: Tables,
    /// The DynamoDB, if it is our own: reading it without requests takes a tenth of the time.
    engine: Option<Arc<Engine>>,
}

impl Stored {
    /// Returns the items of the given test.
    #[must_use]
    pub fn of(app: &TestApp) -> Self {
        let config = engine::config(app.endpoint()).build();
        Self { client: Client::from_conf(config), tables: app.tables().clone(), engine: app.engine.clone() }
    }

    /// Reads the items of all tables. The key is the partition key and the sort key, separated by a space.
    pub async fn items(&self) -> BTreeMap<String, Item> {
        let mut all = BTreeMap::new();
        for table in [&self.tables.users, &self.tables.flights, &self.tables.ledgers] {
            for item in self.items_of(table).await {
                let key = format!("{} {}", text(&item, "pk"), text(&item, "sk"));
                assert!(all.insert(key, item).is_none(), "no two tables share a key");
            }
        }
        all
    }

    async fn items_of(&self, table: &str) -> Vec<Item> {
        if let Some(engine) = &self.engine {
            return engine.items(table).expect("the table is read");
        }
        let pages = self.client.scan().table_name(table).consistent_read(true).into_paginator().items();
        pages.send().collect::<Result<Vec<_>, _>>().await.expect("the table is read")
    }

    /// Reads the items of each table, by the table's name.
    pub async fn tables(&self) -> Vec<(String, Vec<Item>)> {
        let mut all = Vec::new();
        for table in [&self.tables.users, &self.tables.flights, &self.tables.ledgers] {
            all.push((table.clone(), self.items_of(table).await));
        }
        all
    }

    /// Replaces items, whatever they hold, each of its table by another with the same key, or by none.
    pub async fn write<'a>(&self, writes: impl IntoIterator<Item = (&'a str, &'a Item, Option<&'a Item>)>) {
        let mut requests = Vec::new();
        for (table, old, new) in writes {
            let request = if let Some(new) = new {
                let put = PutRequest::builder().set_item(Some(new.clone())).build().expect("the item is set");
                WriteRequest::builder().put_request(put).build()
            } else {
                let key = ["pk", "sk"].map(|name| (name.to_owned(), old[name].clone())).into();
                let delete = DeleteRequest::builder().set_key(Some(key)).build().expect("the key is set");
                WriteRequest::builder().delete_request(delete).build()
            };
            requests.push((table.to_owned(), request));
        }
        for batch in requests.chunks(BATCH_SIZE) {
            let mut items: HashMap<String, Vec<WriteRequest>> = HashMap::new();
            for (table, request) in batch {
                items.entry(table.clone()).or_default().push(request.clone());
            }
            let answer = self.client.batch_write_item().set_request_items(Some(items)).send().await;
            let left = answer.expect("the items are written").unprocessed_items;
            assert!(left.is_none_or(|left| left.is_empty()));
        }
    }

    /// Deletes an item of the users table.
    pub async fn remove(&self, pk: &str, sk: &str) {
        let delete = self.client.delete_item().table_name(&self.tables.users).key("pk", string(pk));
        let _deleted = delete.key("sk", string(sk)).send().await.expect("the item is deleted");
    }

    /// Sets an attribute of an item in the users table.
    pub async fn set(&self, pk: &str, sk: &str, name: &str, value: AttributeValue) {
        let update = self.client.update_item().table_name(&self.tables.users);
        let update = update.key("pk", string(pk)).key("sk", string(sk)).update_expression("SET #name = :value");
        let update = update.expression_attribute_names("#name", name).expression_attribute_values(":value", value);
        let _updated = update.send().await.expect("the item is changed");
    }

    /// Replaces attributes in all items, at any depth: `replacement` returns the new value of the attribute with the given
    /// name, or `None` if it stays.
    pub async fn replace(&self, replacement: impl Fn(&str, &AttributeValue) -> Option<AttributeValue>) {
        for table in [&self.tables.users, &self.tables.flights, &self.tables.ledgers] {
            for item in self.items_of(table).await {
                let replaced = replaced_in(&item, &replacement);
                if replaced != item {
                    let put = self.client.put_item().table_name(table).set_item(Some(replaced));
                    let _put = put.send().await.expect("the item is replaced");
                }
            }
        }
    }

    /// Returns the keys of all items, one per line.
    pub async fn keys(&self) -> String {
        self.items().await.into_keys().collect::<Vec<_>>().join("\n")
    }

    /// Returns the members' claims with the members who hold them, one per line.
    pub async fn claims(&self) -> String {
        let items = self.items().await;
        let claims = items.iter().filter_map(|(key, item)| Some((key.strip_suffix(" CLAIM")?, item)));
        claims.map(|(claim, item)| format!("{claim}: {}", text(item, "id"))).collect::<Vec<_>>().join("\n")
    }

    /// Returns the audit records of members, one per line.
    pub async fn audits(&self) -> String {
        let items = self.items().await;
        let audits = items.iter().filter(|(key, _)| key.contains(" AUDIT#"));
        let lines = audits.map(|(key, item)| {
            let member = key.split(' ').next().unwrap_or_default();
            let reason = item.get("reason").map_or("-", |reason| reason.as_s().expect("it is a string"));
            format!("{} {member} {} by {} ({reason})", text(item, "at"), text(item, "action"), text(item, "by"))
        });
        lines.collect::<Vec<_>>().join("\n")
    }
}

fn replaced_in(item: &Item, replacement: &impl Fn(&str, &AttributeValue) -> Option<AttributeValue>) -> Item {
    let replaced = |(name, value): (&String, &AttributeValue)| {
        let value = match value {
            AttributeValue::M(fields) => AttributeValue::M(replaced_in(fields, replacement)),
            value => replacement(name, value).unwrap_or_else(|| value.clone()),
        };
        (name.clone(), value)
    };
    item.iter().map(replaced).collect()
}

fn text<'a>(item: &'a Item, name: &str) -> &'a str {
    item[name].as_s().expect("it is a string")
}

fn string(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}
