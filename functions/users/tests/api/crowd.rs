//! Many members, made cheaply.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use http::Method;
use serde_json::json;
use std::collections::HashMap;
use testing::TestApp;
use tokio::task::JoinSet;

/// What of the pattern's items becomes a member's number.
const PATTERN: &str = "00000";

/// How many items `BatchWriteItem` takes.
const BATCH: usize = 25;

/// How many of them are under way at once.
const SIDE_BY_SIDE: usize = 8;

/// Makes so many members: `id-00000` with the username `pilot-00000`, and so on.
pub async fn sign_up(app: &TestApp, members: usize) {
    sign_up_first(app).await;
    copy_first(app, members).await;
}

/// Makes so many members who are all full ones, onboarding, on Discord for 400 days, and have one skill.
pub async fn sign_up_alike(app: &TestApp, members: usize) {
    sign_up_first(app).await;
    let root = app.session("root");
    let changes = [
        (Method::PATCH, "{id}/temporary/data", json!({ "member": true })),
        (Method::PATCH, "{id}/discord", json!({ "in_discord": true, "discordJoinedAt": "2023-02-09T10:30:00.000Z" })),
        (Method::PATCH, "status/{id}", json!({ "state": "ONBOARDING" })),
        (
            Method::PUT,
            "{id}/skills/rust",
            json!({ "tagName": "Rust", "levelId": "l-1", "levelName": "Junior", "levelValue": 1 }),
        ),
    ];
    for (method, path, change) in changes {
        let path = format!("/users/{path}").replace("{id}", &format!("id-{PATTERN}"));
        let _changed = app.call(method, &path).bearer(&root).json(&change).send().await.expect(200);
    }
    copy_first(app, members).await;
}

async fn sign_up_first(app: &TestApp) {
    let draft = json!({
        "id": format!("id-{PATTERN}"), "username": format!("pilot-{PATTERN}"), "first_name": "A", "last_name": "B",
    });
    let _first = app.post("/users").bearer(&app.session("root")).json(&draft).send().await.expect(200);
}

/// Makes the others: what is stored of them is what is stored of the first one, but for the number.
async fn copy_first(app: &TestApp, members: usize) {
    let tables = Client::from_conf(engine::config(app.endpoint()).build());
    let stored = tables.scan().table_name(&app.tables().users).send().await.expect("the table is read");
    let is_of_first = |item: &&HashMap<String, AttributeValue>| {
        ["pk", "sk"].iter().any(|key| item[*key].as_s().is_ok_and(|key| key.contains(PATTERN)))
    };
    let pattern: Vec<_> = stored.items().iter().filter(is_of_first).cloned().collect();
    let copies = (1..members).flat_map(|number| pattern.iter().map(move |item| copy(item, &format!("{number:05}"))));
    let copies: Vec<WriteRequest> = copies.map(write).collect();
    let mut writes = JoinSet::new();
    for batch in copies.chunks(BATCH) {
        if writes.len() == SIDE_BY_SIDE {
            writes.join_next().await.expect("there are some").expect("it is written");
        }
        let write = tables.batch_write_item().request_items(&app.tables().users, batch.to_vec());
        writes.spawn(async move {
            let written = write.send().await.expect("the items are written");
            assert!(written.unprocessed_items().is_none_or(HashMap::is_empty));
        });
    }
    writes.join_all().await;
    app.wire.reset();
}

fn write(item: HashMap<String, AttributeValue>) -> WriteRequest {
    let put = PutRequest::builder().set_item(Some(item)).build().expect("it has an item");
    WriteRequest::builder().put_request(put).build()
}

fn copy(item: &HashMap<String, AttributeValue>, number: &str) -> HashMap<String, AttributeValue> {
    item.iter()
        .map(|(name, value)| {
            let value = match value {
                AttributeValue::S(text) => AttributeValue::S(text.replace(PATTERN, number)),
                other => other.clone(),
            };
            (name.clone(), value)
        })
        .collect()
}
