//! Many members, made cheaply.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
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

/// Makes so many members, full ones on Discord for 400 days who are onboarding and have a skill: `id-00000` with the
/// username `pilot-00000`, and so on. The first one signs up; the others' items are copies of that one's.
pub async fn sign_up(app: &TestApp, members: usize) {
    let root = app.session("root");
    let draft = json!({
        "id": format!("id-{PATTERN}"), "username": format!("pilot-{PATTERN}"), "first_name": "A", "last_name": "B",
        "roles": { "member": true },
    });
    let _first = app.post("/users").bearer(&root).json(&draft).send().await.expect(200);
    let of_first = |what: &str| format!("/users/{what}").replace("{id}", &format!("id-{PATTERN}"));
    let joined = json!({ "in_discord": true, "discordJoinedAt": "2023-02-09T10:30:00.000Z" });
    let _joined = app.patch(&of_first("{id}/discord")).bearer(&root).json(&joined).send().await.expect(200);
    let status = json!({ "state": "ONBOARDING" });
    let _status = app.patch(&of_first("status/{id}")).bearer(&root).json(&status).send().await.expect(200);
    let skill = json!({ "tagName": "Rust", "levelId": "l-1", "levelName": "Junior", "levelValue": 1 });
    let skill_path = of_first("{id}/skills/rust");
    let _skill = app.call(http::Method::PUT, &skill_path).bearer(&root).json(&skill).send().await.expect(200);

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
