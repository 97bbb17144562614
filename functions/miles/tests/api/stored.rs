//! Writes items directly to the tables, copied from ones that the API created. This builds histories that would take
//! too long to create through the API.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use shared::store::Tables;
use std::collections::HashMap;
use testing::TestApp;

type Item = HashMap<String, AttributeValue>;

/// Number of items written per request: DynamoDB's limit.
const BATCH_SIZE: usize = 25;

/// Number of flights on a page of history.
const PAGE: usize = 100;

/// Direct access to a test's tables.
pub struct Stored {
    client: Client,
    tables: Tables,
}

impl Stored {
    /// Opens the tables of `app`.
    pub fn of(app: &TestApp) -> Self {
        let config = engine::config(app.endpoint()).build();
        Self { client: Client::from_conf(config), tables: app.tables().clone() }
    }

    /// Extends the history of a flyer who was on one flight to `length` flights, copies of the first that earn 0, 1,
    /// 2 … miles. Returns the flights in boarding order.
    pub async fn extend_history(&self, flyer: &str, length: usize) -> Vec<String> {
        let items = self.partition(&self.tables.users, &format!("FLYER#{flyer}")).await;
        let [page, account] = items.try_into().expect("there should be a page of history and the flyer");
        let AttributeValue::L(entries) = &page["entries"] else { panic!("the page should be a list") };
        let [AttributeValue::M(entry)] = entries.as_slice() else { panic!("the page should hold one flight") };
        let AttributeValue::S(flight) = &entry["flightId"] else { panic!("the entry should have a flight id") };
        let items = self.partition(&self.tables.flights, &format!("FLIGHT#{flight}")).await;
        let flight = items.iter().find(|item| item["sk"] == text("FLIGHT")).expect("the flight should exist");

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

    /// Creates flyers with the miles and history of another flyer, but without the ledger.
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

    /// Puts the recorded outcome of a request into the table of ledgers.
    pub async fn put_outcome(&self, pk: &str, sk: &str, attributes: &[(&str, &str)], numbers: &[(&str, usize)]) {
        let texts = attributes.iter().map(|(name, value)| ((*name).to_owned(), text(value)));
        let numbers = numbers.iter().map(|(name, value)| ((*name).to_owned(), number(*value)));
        let key = [("pk".to_owned(), text(pk)), ("sk".to_owned(), text(sk))];
        self.put(&self.tables.ledgers, vec![key.into_iter().chain(texts).chain(numbers).collect()]).await;
    }

    async fn partition(&self, table: &str, pk: &str) -> Vec<Item> {
        let query = self.client.query().table_name(table).key_condition_expression("pk = :pk");
        let answer = query.expression_attribute_values(":pk", text(pk)).send().await.expect("the query should succeed");
        answer.items.unwrap_or_default()
    }

    async fn put(&self, table: &str, items: Vec<Item>) {
        for batch in items.chunks(BATCH_SIZE) {
            let requests = batch.iter().map(|item| {
                let put = PutRequest::builder().set_item(Some(item.clone())).build().expect("the item should be set");
                WriteRequest::builder().put_request(put).build()
            });
            let write = self.client.batch_write_item().request_items(table, requests.collect());
            let answer = write.send().await.expect("the write should succeed");
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
