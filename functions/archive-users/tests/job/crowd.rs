//! Many members at once, and what is kept on record of them: written and read past the API.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use serde::Serialize;
use serde_json::json;
use shared::models::Member;
use shared::models::facet::entries;
use std::collections::HashMap;
use testing::TestApp;

/// The most items that `BatchWriteItem` takes.
const BATCH: usize = 25;

/// The table of members, past the API and its wire.
pub struct Crowd {
    client: Client,
    table: String,
}

impl Crowd {
    pub fn of(app: &TestApp) -> Self {
        let client = Client::from_conf(engine::config(app.endpoint()).build());
        Self { client, table: app.tables().users.clone() }
    }

    /// Makes members `<name>-0` and so on, with usernames, as they are stored.
    pub async fn join(&self, app: &TestApp, name: &str, count: usize, in_discord: bool) {
        let mut items = Vec::new();
        for number in 0..count {
            let id = format!("{name}-{number}");
            let member: Member = serde_json::from_value(json!({
                "id": id, "username": id, "first_name": "Ada", "last_name": "Lovelace",
                "roles": { "archived": false, "in_discord": in_discord },
                "created_at": app.app.now().as_millisecond(), "updated_at": app.app.now().as_millisecond(), "version": 1,
            }))
            .expect("a member");
            items.push(item(&format!("MEMBER#{id}"), "MEMBER", &member));
            items.push(item(&format!("USERNAME#{id}"), "CLAIM", &json!({ "id": id })));
            let index = entries(&member);
            items.extend(
                index.iter().map(|((facet, position), detail)| item(&format!("FACET#{facet}"), position, detail)),
            );
            if items.len() > 100 * BATCH {
                self.write(std::mem::take(&mut items)).await;
            }
        }
        self.write(items).await;
    }

    async fn write(&self, items: Vec<HashMap<String, AttributeValue>>) {
        for batch in items.chunks(BATCH) {
            let puts = batch.iter().map(|item| {
                let put = PutRequest::builder().set_item(Some(item.clone())).build().expect("an item is set");
                WriteRequest::builder().put_request(put).build()
            });
            let write = self.client.batch_write_item().request_items(&self.table, puts.collect());
            let written = write.send().await.expect("it is written");
            assert!(written.unprocessed_items.unwrap_or_default().is_empty());
        }
    }

    /// How often members were archived, by the record that is kept of it; nobody twice.
    pub async fn archived(&self) -> usize {
        let pages = self.client.scan().table_name(&self.table).filter_expression("begins_with(sk, :audit)");
        let pages =
            pages.expression_attribute_values(":audit", AttributeValue::S("AUDIT#".to_owned())).into_paginator();
        let items = pages.items().send().collect::<Result<Vec<_>, _>>().await.expect("the table can be read");
        let archived: Vec<_> =
            items.iter().filter(|item| item["action"] == AttributeValue::S("archived: true".to_owned())).collect();
        let mut members: Vec<_> = archived.iter().map(|item| item["pk"].as_s().expect("a text")).collect();
        members.sort();
        members.dedup();
        assert_eq!(members.len(), archived.len(), "somebody was archived twice");
        archived.len()
    }
}

fn item(pk: &str, sk: &str, value: &impl Serialize) -> HashMap<String, AttributeValue> {
    let mut item: HashMap<String, AttributeValue> = serde_dynamo::to_item(value).expect("it can be an item");
    item.retain(|_, value| !value.is_null());
    item.insert("pk".to_owned(), AttributeValue::S(pk.to_owned()));
    item.insert("sk".to_owned(), AttributeValue::S(sk.to_owned()));
    item
}
