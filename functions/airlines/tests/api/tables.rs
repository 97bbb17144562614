//! What is in the tables, past the API.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use std::collections::HashMap;
use testing::TestApp;

/// Reads all of the tables, neither counted on the wire nor disturbed.
pub struct Reader {
    client: Client,
    tables: [String; 3],
}

impl Reader {
    pub fn of(app: &TestApp) -> Self {
        let tables = app.tables();
        Self {
            client: Client::from_conf(engine::config(app.endpoint()).build()),
            tables: [&tables.users, &tables.flights, &tables.ledgers].map(Clone::clone),
        }
    }

    pub async fn items(&self) -> Vec<HashMap<String, AttributeValue>> {
        let mut items = Vec::new();
        for table in &self.tables {
            let pages = self.client.scan().table_name(table).consistent_read(true).into_paginator().items();
            items.extend(pages.send().collect::<Result<Vec<_>, _>>().await.expect("a table can be read"));
        }
        items
    }
}

/// Every item of every table.
pub async fn items(app: &TestApp) -> Vec<HashMap<String, AttributeValue>> {
    Reader::of(app).items().await
}
