//! Stored items that cannot be read: lists leave them out, and what needs the others goes on.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};
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

/// Makes an item of a table unreadable.
async fn spoil(app: &TestApp, table: &str, name: &str, attribute: &str) {
    let stored = Stored::of(app);
    let item = stored.items().await.remove(name).expect("the item should exist");
    let nonsense = (attribute.to_owned(), AttributeValue::M(HashMap::new()));
    let item = item.into_iter().chain([nonsense]).collect();
    stored.write([(table, &item, Some(&item))]).await;
}

/// Whichever members or index entries cannot be read, whole pages of them, too: walking from page to page in either
/// direction visits all others.
#[tokio::test]
async fn leave_no_gap_between_pages() {
    let spoilt = |name: &str, id: &str, username: &str| match name {
        "MEMBER" => (format!("MEMBER#{id} MEMBER"), "first_name"),
        _ => (format!("FACET#{name} {username}#{id}"), "joinedAt"),
    };
    let lists = [("/users", "all"), ("/users/search?role=MEMBER", "role#member")];
    for (list, facet) in lists {
        for kind in ["MEMBER", facet] {
            let app = crate::with_demo().await;
            let page = |size| format!("{list}{}size={size}", if list.contains('?') { '&' } else { '?' });
            let all = everything(&app, &page(100)).await;
            assert!(all.len() >= 3, "{all:#?}");
            for count in 1..all.len() {
                let member = &all[count - 1];
                let (id, username) = (member["id"].as_str().unwrap(), member["username"].as_str().unwrap());
                let (name, attribute) = spoilt(kind, id, &username.to_lowercase());
                spoil(&app, &app.tables().users, &name, attribute).await;
                for size in 1..=all.len() {
                    let read = everything(&app, &page(size)).await;
                    assert_eq!(read, all[count..], "{list}, {count} of {kind}, {size} per page");
                    let back = backward(&app, &page(size), &all).await;
                    assert_eq!(back, all[count..all.len() - 1], "{list}, {count} of {kind}, {size} per page, backward");
                }
            }
        }
    }
}

/// Returns everything on all pages before the last member, in order.
async fn backward(app: &TestApp, path: &str, all: &[Value]) -> Vec<Value> {
    let mut read = Vec::new();
    let mut prev = Some(format!("{path}&prev={}", all[all.len() - 1]["id"].as_str().unwrap()));
    while let Some(page) = prev.take() {
        let mut listed = app.get(&page).bearer(&demo_session()).send().await.expect(200).json();
        let page: Vec<Value> = serde_json::from_value(listed["users"].take()).expect("there should be a list");
        read.splice(0..0, page);
        prev = listed["links"]["prev"].as_str().filter(|link| !link.is_empty()).map(str::to_owned);
    }
    read
}

/// A flyer, a page of the history or a flight.
#[tokio::test]
async fn do_not_keep_other_flyers_from_being_read() {
    let ids = json!(["123456789", "246813579", "200001", "1"]);
    let data = async |app: &TestApp| {
        let read = app.post("/users/fetchUsersData").key(DEMO_KEY).json(&ids).send().await.expect(200).json();
        <[Value; 4]>::try_from(read["data"].as_array().expect("there should be a list").clone()).expect("four")
    };
    let unreadable = json!({ "userId": "123456789", "user": null, "flights": [], "error": "unreadable" });
    for (name, attribute) in [("FLYER#123456789 FLYER", "username"), ("FLYER#123456789 FLIGHTS#00000000", "entries")] {
        let app = crate::with_demo().await;
        let [_, second, third, unknown] = data(&app).await;
        assert!(unknown.get("error").is_none());
        spoil(&app, &app.tables().users, name, attribute).await;
        assert_eq!(data(&app).await, [unreadable.clone(), second, third, unknown], "{name}");
    }

    let app = crate::with_demo().await;
    let [first, second, third, unknown] = data(&app).await;
    spoil(&app, &app.tables().flights, &format!("FLIGHT#{} FLIGHT", engine::demo::FLOWN), "code").await;
    assert_eq!(first["flights"].as_array().map(Vec::len), Some(1));
    let without = json!({ "userId": "123456789", "user": first["user"], "flights": [] });
    assert_eq!(data(&app).await, [without, second, third, unknown]);
}

/// Rotating the keys of an airline, and its brands, although the airline's other items cannot be read.
#[tokio::test]
async fn do_not_stop_what_needs_the_others() {
    let app = crate::with_demo().await;
    let flights = app.tables().flights.clone();
    let key = app.post("/airlines/skyteam/keys").bearer(&demo_session()).json(&json!({})).send().await.expect(201);
    spoil(&app, &flights, &format!("AIRLINE#skyteam KEY#{}", key.json()["keyId"].as_str().unwrap()), "digest").await;
    let rotate = app.post("/airlines/skyteam/keys").bearer(&demo_session()).json(&json!({ "overlapSeconds": 60 }));
    let _key = rotate.send().await.expect(201);
    let brands = app.get("/airline/brands").key(DEMO_KEY).send().await.expect(200).json();
    spoil(&app, &flights, "AIRLINE#skyteam AIRLINE", "primaryBrandId").await;
    let listed = app.get("/airline/brands").key(DEMO_KEY).send().await.expect(200).json();
    assert_eq!(listed.as_array().map(Vec::len), brands.as_array().map(Vec::len));
}
