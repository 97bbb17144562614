//! What is in the table of members, past the API.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use std::collections::{BTreeMap, HashMap};
use testing::TestApp;

/// An item.
pub type Item = HashMap<String, AttributeValue>;

/// Reads the table, neither counted on the wire nor disturbed.
pub struct Stored {
    client: Client,
    table: String,
}

impl Stored {
    pub fn of(app: &TestApp) -> Self {
        let config = engine::config(app.endpoint()).build();
        Self { client: Client::from_conf(config), table: app.tables().users.clone() }
    }

    /// Every item, by partition and position in it.
    pub async fn items(&self) -> BTreeMap<String, Item> {
        let pages = self.client.scan().table_name(&self.table).consistent_read(true).into_paginator().items();
        let items = pages.send().collect::<Result<Vec<_>, _>>().await.expect("the table can be read");
        items.into_iter().map(|item| (format!("{} {}", text(&item, "pk"), text(&item, "sk")), item)).collect()
    }

    /// Removes an item.
    pub async fn remove(&self, pk: &str, sk: &str) {
        let key = |value: &str| AttributeValue::S(value.to_owned());
        let delete = self.client.delete_item().table_name(&self.table).key("pk", key(pk)).key("sk", key(sk));
        let _removed = delete.send().await.expect("the item is removed");
    }

    /// Sets an attribute of an item.
    pub async fn set(&self, pk: &str, sk: &str, name: &str, value: AttributeValue) {
        let key = |value: &str| AttributeValue::S(value.to_owned());
        let update = self.client.update_item().table_name(&self.table).key("pk", key(pk)).key("sk", key(sk));
        let update = update.update_expression("SET #name = :value").expression_attribute_names("#name", name);
        let _set = update.expression_attribute_values(":value", value).send().await.expect("the item is changed");
    }

    /// What lies where, a line each.
    pub async fn keys(&self) -> String {
        self.items().await.into_keys().collect::<Vec<_>>().join("\n")
    }

    /// Who holds what must be unique, a line each.
    pub async fn claims(&self) -> String {
        let items = self.items().await;
        let claims = items.iter().filter_map(|(key, item)| Some((key.strip_suffix(" CLAIM")?, item)));
        claims.map(|(claim, item)| format!("{claim}: {}", text(item, "id"))).collect::<Vec<_>>().join("\n")
    }

    /// What was done to whom, a line each, in the order of time.
    pub async fn audits(&self) -> String {
        let items = self.items().await;
        let audits = items.iter().filter(|(key, _)| key.contains(" AUDIT#"));
        let lines = audits.map(|(key, item)| {
            let whom = key.split(' ').next().unwrap_or_default();
            let reason = item.get("reason").map_or("-", |reason| reason.as_s().expect("it is a string"));
            format!("{} {whom} {} by {} ({reason})", text(item, "at"), text(item, "action"), text(item, "by"))
        });
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// A string of an item.
pub fn text<'a>(item: &'a Item, name: &str) -> &'a str {
    item[name].as_s().expect("it is a string")
}
