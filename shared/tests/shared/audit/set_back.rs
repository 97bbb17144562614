//! A table that is set back to an earlier time than the others is found, whichever it is.

use super::community::community;
use super::{findings, name};
use serde_json::json;
use std::collections::BTreeMap;
use std::pin::Pin;
use std::time::Duration;
use testing::{DEMO_FLIGHT, DEMO_KEY, Item, Stored, TestApp, demo_session};

/// A boarding changes all tables.
async fn fly(app: &TestApp) {
    app.clock.advance(Duration::from_secs(1));
    let boarding = json!({ "userId": "246813579", "miles": 700 });
    let boarded = app.post(&format!("/flight/{DEMO_FLIGHT}/passengers")).key(DEMO_KEY).json(&boarding).send().await;
    let _passenger = boarded.expect(201);
}

/// So does the purchase of a new product.
async fn shop(app: &TestApp) {
    app.clock.advance(Duration::from_secs(1));
    let product = json!({ "name": "Window Seat", "priceMiles": 5 });
    let product = app.post("/airline/products").key(DEMO_KEY).json(&product).send().await.expect(201).json();
    let purchase = json!({ "productId": product["productId"] });
    let _sold = app.post("/user/246813579/buyProduct").key(DEMO_KEY).json(&purchase).send().await.expect(200);
}

type Tables = BTreeMap<String, BTreeMap<String, Item>>;

async fn contents(stored: &Stored) -> Tables {
    let by_name = |items: Vec<Item>| items.into_iter().map(|item| (name(&item), item)).collect();
    stored.tables().await.into_iter().map(|(table, items)| (table, by_name(items))).collect()
}

/// Sets a table back.
async fn restore(stored: &Stored, table: &str, to: &Tables) {
    let now = contents(stored).await;
    let (now, then) = (&now[table], &to[table]);
    let gone = now.iter().filter(|(name, _)| !then.contains_key(*name)).map(|(_, item)| (table, item, None));
    let back = then.values().map(|item| (table, item, Some(item)));
    stored.write(gone.chain(back)).await;
}

#[tokio::test]
async fn is_found_whichever_table_it_is() {
    let app = community().await;
    let stored = Stored::of(&app);
    let tables = app.tables().clone();
    let mut later = contents(&stored).await;
    for traffic in [Box::pin(fly(&app)) as Pin<Box<dyn Future<Output = ()>>>, Box::pin(shop(&app))] {
        let earlier = later;
        traffic.await;
        later = contents(&stored).await;
        assert_eq!(findings(&app).await, [""; 0]);
        for table in [&tables.users, &tables.flights, &tables.ledgers] {
            assert_ne!(earlier[table], later[table]);
            restore(&stored, table, &earlier).await;
            assert_ne!(findings(&app).await, [""; 0], "{table} is set back");
            restore(&stored, table, &later).await;
        }
        assert_eq!(findings(&app).await, [""; 0]);
    }
}

#[tokio::test]
async fn is_fine_with_all_tables_set_back_together() {
    let app = community().await;
    let stored = Stored::of(&app);
    let earlier = contents(&stored).await;
    fly(&app).await;
    shop(&app).await;
    let skill = json!({ "tagName": "Radio", "levelId": "level-1", "levelName": "1", "levelValue": 1 });
    let put = app.call(http::Method::PUT, "/users/charles/skills/radio").bearer(&demo_session()).json(&skill);
    let answer = put.send().await;
    assert!(answer.status.is_success(), "{}", answer.shown());
    for table in earlier.keys() {
        restore(&stored, table, &earlier).await;
    }
    assert_eq!(findings(&app).await, [""; 0]);
}
