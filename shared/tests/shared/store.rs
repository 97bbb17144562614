//! Behavior of the tables that cannot be reached over HTTP.

use shared::Entropy;
use shared::airlines::AirlineError;
use shared::models::{AirlineId, ProductDraft};
use shared::store::StoreError;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;
use testing::Fault;

/// A random number source that repeats its first value a few times.
struct Repetitive(AtomicU8);

impl Entropy for Repetitive {
    fn fill(&self, buffer: &mut [u8]) {
        // Each attempt draws an id and a transaction token.
        let draw = self.0.fetch_add(1, Ordering::SeqCst);
        let is_id = buffer.len() == 6;
        buffer.fill(if is_id && draw < 6 { 0 } else { draw });
    }
}

fn draft() -> ProductDraft {
    serde_json::from_value(serde_json::json!({ "name": "Lounge", "priceMiles": 500 })).unwrap()
}

#[tokio::test]
async fn picks_another_product_id_if_the_first_is_taken() {
    let app = crate::start().await;
    let airline: AirlineId = "skyteam".parse().unwrap();
    let repetitive = app.context().clone().with_entropy(Repetitive(AtomicU8::new(0)));

    let first = shared::airlines::create_product(&repetitive, &airline, draft()).await.unwrap();
    assert_eq!(app.wire.take_operations(), ["TransactWriteItems"]);
    let second = shared::airlines::create_product(&repetitive, &airline, draft()).await.unwrap();

    assert_eq!(first.product_id.as_str(), "000000");
    assert_ne!(second.product_id, first.product_id);
    assert_eq!(app.wire.take_operations().len(), 3);
    assert_eq!(shared::airlines::products(app.context(), &airline).await.unwrap().len(), 2);
}

#[tokio::test]
async fn creates_its_tables_only_once() {
    let app = crate::start().await;
    let key = app.airline("skyteam").await;

    app.store().create_tables().await.unwrap();

    assert_eq!(app.get("/airline").key(&key).send().await.status, 200);
}

#[tokio::test]
async fn reports_when_its_tables_cannot_be_created() {
    let app = crate::start().await;
    app.wire.disturb_all(Fault::Error(400, "AccessDeniedException"));

    assert!(matches!(app.store().create_tables().await, Err(StoreError::Failed(_))));
}

#[tokio::test]
async fn does_not_treat_an_unreadable_item_as_missing() {
    let app = crate::start().await;
    let (airline, other): (AirlineId, AirlineId) = ("skyteam".parse().unwrap(), "nobody".parse().unwrap());
    let _key = app.airline("skyteam").await;

    // An airline with a key but no record is an inconsistency in the tables, not the caller's mistake.
    assert!(matches!(
        shared::airlines::airline(app.context(), &other).await,
        Err(AirlineError::Store(StoreError::Failed(_)))
    ));
    assert!(app.store().airline(&other).await.unwrap().is_none());
    assert!(app.store().airline(&airline).await.unwrap().is_some());
}

#[tokio::test]
async fn fails_immediately_if_a_table_does_not_exist() {
    let app = crate::start().await;
    let elsewhere = app.store().clone();
    app.wire.disturb_all(Fault::Error(400, "ResourceNotFoundException"));

    let read = tokio::time::timeout(Duration::from_secs(1), elsewhere.airline(&"skyteam".parse().unwrap())).await;

    assert!(matches!(read, Ok(Err(StoreError::Failed(_)))));
    assert_eq!(app.wire.take_operations(), ["GetItem"]);
}
