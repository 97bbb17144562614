//! Stored items that cannot be read: lists leave them out.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::Value;
use std::collections::HashMap;
use testing::{DEMO_FLIGHT, DEMO_KEY, Stored, TestApp, demo_session};

/// Chooses a table of a test.
type TableOf = fn(&TestApp) -> &str;

/// A list, with the beginning of the keys of its items and an attribute that each must have.
struct List {
    path: String,
    items: String,
    table: TableOf,
    attribute: &'static str,
}

fn lists() -> Vec<List> {
    let of = |table: TableOf, path: &str, items: &str, attribute| List {
        path: path.to_owned(),
        items: items.to_owned(),
        table,
        attribute,
    };
    let (users, flights, ledgers): (TableOf, TableOf, TableOf) =
        (|app| &app.tables().users, |app| &app.tables().flights, |app| &app.tables().ledgers);
    vec![
        of(flights, "/airline/fetchProductsData", "AIRLINE#skyteam PRODUCT#", "name"),
        of(flights, "/airline/brands", "AIRLINE#skyteam BRAND#", "name"),
        of(flights, "/flight/fetchUpcomingFlights", "FLIGHT#", "code"),
        of(
            flights,
            &format!("/flight/{DEMO_FLIGHT}/passengers?limit=1"),
            &format!("FLIGHT#{DEMO_FLIGHT} PASSENGER#"),
            "miles",
        ),
        of(ledgers, "/user/123456789/transactions?limit=1", "FLYER#123456789 00", "amount"),
        of(users, "/badges", "BADGES ", "name"),
        of(users, "/users/ada/badges", "BADGES ", "name"),
        of(users, "/users?size=2", "MEMBER#ada MEMBER", "first_name"),
        of(users, "/users/search?role=MEMBER&size=2", "MEMBER#ada MEMBER", "first_name"),
    ]
}

/// Returns everything on all pages of a list.
async fn everything(app: &TestApp, path: &str) -> Vec<Value> {
    let mut all = Vec::new();
    let mut next = Some(path.to_owned());
    while let Some(page) = next.take() {
        let listed = app.get(&page).key(DEMO_KEY).bearer(&demo_session()).send().await.expect(200).json();
        let items = listed.as_array().or_else(|| listed.as_object()?.values().find_map(Value::as_array));
        all.extend(items.expect("there should be a list").clone());
        next = match (&listed["next"], &listed["links"]["next"]) {
            (Value::String(cursor), _) => Some(format!("{path}&next={cursor}")),
            (_, Value::String(link)) if !link.is_empty() => Some(link.clone()),
            _ => None,
        };
    }
    all
}

#[tokio::test]
async fn are_left_out_of_lists() {
    for List { path, items, table, attribute } in lists() {
        let app = crate::with_demo().await;
        let before = everything(&app, &path).await;
        let stored = Stored::of(&app).items().await;
        let client = Client::from_conf(engine::config(app.endpoint()).build());
        let mut left_out = 0;
        for (name, item) in stored.iter().filter(|(name, _)| name.starts_with(&items)) {
            // Not every item with such a key is in the list.
            let update = client.update_item().table_name(table(&app)).update_expression("SET #a = :map");
            let update = ["pk", "sk"].iter().fold(update, |update, part| update.key(*part, item[*part].clone()));
            let update = update.expression_attribute_names("#a", attribute);
            let map = AttributeValue::M(HashMap::new());
            update.expression_attribute_values(":map", map).send().await.expect("the item should be spoiled");

            let after = everything(&app, &path).await;
            assert!(after.iter().all(|item| before.contains(item)), "{path} without {name}");
            let fewer = before.len() - after.len();
            assert!(fewer == left_out || fewer == left_out + 1, "{path} without {name}: {fewer}");
            left_out = fewer;
        }
        assert!(left_out > 0, "{path}: {items} is left out of the list");
    }
}
