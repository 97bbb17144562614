//! Items put straight into the tables, copied from ones that the API made: histories longer than a test has time to fly.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use shared::store::Tables;
use std::collections::HashMap;
use testing::TestApp;

type Item = HashMap<String, AttributeValue>;

/// How many items are put with one request: DynamoDB's limit.
const BATCH_SIZE: usize = 25;

/// How many flights a page of history holds.
const PAGE: usize = 100;

/// The tables of a test.
pub struct Stored {
    client: Client,
    tables: Tables,
}

impl Stored {
    /// Those of this one.
    pub fn of(app: &TestApp) -> Self {
        let config = engine::config(app.endpoint()).build();
        Self { client: Client::from_conf(config), tables: app.tables().clone() }
    }

    /// Turns the history of a flyer who was on one flight into that many, on copies of it, earning 0, 1, 2 … miles. Tells
    /// the flights in the order boarded.
    pub async fn prolong_history(&self, flyer: &str, length: usize) -> Vec<String> {
        let items = self.partition(&self.tables.users, &format!("FLYER#{flyer}")).await;
        let [page, account] = items.try_into().expect("a page of history and the flyer");
        let AttributeValue::L(entries) = &page["entries"] else { panic!("a page is a list") };
        let [AttributeValue::M(entry)] = entries.as_slice() else { panic!("of one flight") };
        let AttributeValue::S(flight) = &entry["flightId"] else { panic!("which has an id") };
        let items = self.partition(&self.tables.flights, &format!("FLIGHT#{flight}")).await;
        let flight = items.iter().find(|item| item["sk"] == text("FLIGHT")).expect("and is there");

        let ids: Vec<_> = (0..length).map(|n| format!("00000000-0000-4000-8000-{n:012}")).collect();
        let copy = |id: &String| changed(flight, [("pk", text(&format!("FLIGHT#{id}"))), ("id", text(id))]);
        self.put(&self.tables.flights, ids.iter().map(copy).collect()).await;

        let entries: Vec<_> = (0..)
            .zip(&ids)
            .map(|(miles, id)| AttributeValue::M(changed(entry, [("flightId", text(id)), ("miles", number(miles))])))
            .collect();
        let pages = entries.chunks(PAGE).enumerate().map(|(n, entries)| {
            let entries = AttributeValue::L(entries.to_vec());
            changed(&page, [("sk", text(&format!("FLIGHTS#{n:08}"))), ("entries", entries)])
        });
        let account = changed(&account, [("flightsCount", number(length))]);
        self.put(&self.tables.users, pages.chain([account]).collect()).await;
        ids
    }

    /// Makes flyers with the miles and the history of another, though without the ledger.
    pub async fn copy_flyer(&self, from: &str, to: &[String]) {
        let items = self.partition(&self.tables.users, &format!("FLYER#{from}")).await;
        let copies = to.iter().flat_map(|id| {
            items.iter().map(move |item| {
                let mut copy = changed(item, [("pk", text(&format!("FLYER#{id}")))]);
                copy.entry("userId".to_owned()).and_modify(|user| *user = text(id));
                copy
            })
        });
        self.put(&self.tables.users, copies.collect()).await;
    }

    async fn partition(&self, table: &str, pk: &str) -> Vec<Item> {
        let query = self.client.query().table_name(table).key_condition_expression("pk = :pk");
        let answer = query.expression_attribute_values(":pk", text(pk)).send().await.expect("the partition is read");
        answer.items.unwrap_or_default()
    }

    async fn put(&self, table: &str, items: Vec<Item>) {
        for batch in items.chunks(BATCH_SIZE) {
            let requests = batch.iter().map(|item| {
                let put = PutRequest::builder().set_item(Some(item.clone())).build().expect("it has an item");
                WriteRequest::builder().put_request(put).build()
            });
            let write = self.client.batch_write_item().request_items(table, requests.collect());
            let answer = write.send().await.expect("the items are written");
            assert!(answer.unprocessed_items.is_none_or(|left| left.is_empty()));
        }
    }
}

fn changed<const N: usize>(item: &Item, changes: [(&str, AttributeValue); N]) -> Item {
    let changes = changes.into_iter().map(|(name, value)| (name.to_owned(), value));
    item.clone().into_iter().chain(changes).collect()
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

fn number(value: usize) -> AttributeValue {
    AttributeValue::N(value.to_string())
}
