//! What of the tables HTTP does not reach.

use shared::Entropy;
use shared::airlines::AirlineError;
use shared::models::{AirlineId, ProductDraft};
use shared::store::StoreError;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;
use testing::Fault;

/// Random numbers of which the first few are all the same.
struct Repetitive(AtomicU8);

impl Entropy for Repetitive {
    fn fill(&self, buffer: &mut [u8]) {
        // An id and a transaction's token at a time.
        let draw = self.0.fetch_add(1, Ordering::SeqCst);
        let is_id = buffer.len() == 6;
        buffer.fill(if is_id && draw < 6 { 0 } else { draw });
    }
}

fn draft() -> ProductDraft {
    serde_json::from_value(serde_json::json!({ "name": "Lounge", "priceMiles": 500 })).unwrap()
}

#[tokio::test]
async fn gives_a_product_another_id_when_the_first_is_taken() {
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
async fn has_its_tables_made_once() {
    let app = crate::start().await;
    let key = app.airline("skyteam").await;

    app.store().create_tables().await.unwrap();

    assert_eq!(app.get("/airline").key(&key).send().await.status, 200);
}

#[tokio::test]
async fn says_when_its_tables_cannot_be_made() {
    let app = crate::start().await;
    app.wire.disturb_all(Fault::Error(400, "AccessDeniedException"));

    assert!(matches!(app.store().create_tables().await, Err(StoreError::Failed(_))));
}

#[tokio::test]
async fn does_not_take_what_it_cannot_read_for_nothing() {
    let app = crate::start().await;
    let (airline, other): (AirlineId, AirlineId) = ("skyteam".parse().unwrap(), "nobody".parse().unwrap());
    let _key = app.airline("skyteam").await;

    // An airline that has a key and no record is a fault of the tables, not of the caller.
    assert!(matches!(
        shared::airlines::airline(app.context(), &other).await,
        Err(AirlineError::Store(StoreError::Failed(_)))
    ));
    assert!(app.store().airline(&other).await.unwrap().is_none());
    assert!(app.store().airline(&airline).await.unwrap().is_some());
}

#[tokio::test]
async fn gives_up_on_a_table_that_is_not_there_at_once() {
    let app = crate::start().await;
    let elsewhere = app.store().clone();
    app.wire.disturb_all(Fault::Error(400, "ResourceNotFoundException"));

    let read = tokio::time::timeout(Duration::from_secs(1), elsewhere.airline(&"skyteam".parse().unwrap())).await;

    assert!(matches!(read, Ok(Err(StoreError::Failed(_)))));
    assert_eq!(app.wire.take_operations(), ["GetItem"]);
}
