//! Writes many members and reads their audit records directly, bypassing the API.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::json;
use shared::members::{SignedUpBy, sign_up};
use shared::models::MemberId;
use testing::TestApp;

/// Direct access to the members table, bypassing the API and the test wire.
pub struct Crowd {
    client: Client,
    table: String,
}

impl Crowd {
    pub fn of(app: &TestApp) -> Self {
        let client = Client::from_conf(engine::config(app.endpoint()).build());
        Self { client, table: app.tables().users.clone() }
    }

    /// Creates members `<name>-00000` and so on, with usernames.
    pub async fn join(&self, app: &TestApp, name: &str, count: usize, in_discord: bool) {
        if count == 0 {
            return;
        }
        let first = format!("{name}-00000");
        let draft = json!({
            "id": first, "username": first, "first_name": "Ada", "last_name": "Lovelace",
            "roles": { "in_discord": in_discord },
        });
        let by = SignedUpBy { id: &text("root"), is_super_user: true, github_id: None, github_user_id: None };
        let draft = serde_json::from_value(draft).expect("the draft should be valid");
        let _first = sign_up(app.context(), by, draft).await.expect("the member should be created");
        app.copy_member(&first, (1..count).map(|number| format!("{name}-{number:05}"))).await;
    }

    /// Returns the number of archivals according to the audit records. Panics if a member was archived twice.
    pub async fn archived(&self) -> usize {
        let pages = self.client.scan().table_name(&self.table).filter_expression("begins_with(sk, :audit)");
        let pages =
            pages.expression_attribute_values(":audit", AttributeValue::S("AUDIT#".to_owned())).into_paginator();
        let items = pages.items().send().collect::<Result<Vec<_>, _>>().await.expect("the table should be readable");
        let archived: Vec<_> =
            items.iter().filter(|item| item["action"] == AttributeValue::S("archived: true".to_owned())).collect();
        let mut members: Vec<_> =
            archived.iter().map(|item| item["pk"].as_s().expect("`pk` should be a string")).collect();
        members.sort();
        members.dedup();
        assert_eq!(members.len(), archived.len(), "a member was archived twice");
        archived.len()
    }
}

fn text(id: &str) -> MemberId {
    id.parse().expect("the member id should be valid")
}
