//! Imports beside miles that move.

use super::{MILES, as_answered, breaches, community, import_history, passenger};
use serde_json::{Value, json};
use shared::import::Imported;
use shared::models::HistoryKind;
use std::time::Duration;
use testing::{Fault, TestApp};

/// What a small import sends.
#[tokio::test]
async fn sends_no_more_than_it_must() {
    let app = TestApp::start().await;
    let _key = community(&app, 40).await;
    let lines: Vec<Value> = (0..40).map(|flight| passenger(flight, 10, flight)).collect();
    import_history(&app, HistoryKind::Passengers, &lines).await;
    let mut sent = app.wire.take_operations();
    assert_eq!(sent.split_off(3), ["BatchGetItem", "TransactWriteItems"]);
    assert_eq!(sent, ["GetItem", "Query", "Query"]);

    import_history(&app, HistoryKind::Passengers, &lines).await;
    assert_eq!(app.wire.take_operations(), ["GetItem", "Query", "Query"]);
}

/// A purchase while an import is under way, at each of its requests.
#[tokio::test]
async fn loses_no_purchase_that_is_made_meanwhile() {
    let lines: Vec<Value> = (0..120).map(|flight| passenger(flight, 10, flight)).collect();
    let (mut before, mut after) = (0, 0);
    for request in 0..8 {
        let app = TestApp::start().await;
        let key = community(&app, 120).await;
        let product = app.product(&key, 100).await;
        app.wire.disturb(std::iter::repeat_n(Fault::None, request).chain([Fault::Delay(Duration::from_millis(300))]));
        let purchase = async {
            // When the import waits for its request.
            tokio::time::sleep(Duration::from_millis(100)).await;
            app.post("/user/7/buyProduct").key(&key).json(&json!({ "productId": product })).send().await.expect(200)
        };
        let (outcomes, _bought) = tokio::join!(import_history(&app, HistoryKind::Passengers, &lines), purchase);

        assert_eq!(breaches(&app).await, [""; 0], "{request}");
        let (ledger, history) = as_answered(&app, &key).await;
        assert_eq!(history["data"][0]["user"]["miles"], MILES - 100, "{request}");
        assert_eq!(ledger.last().expect("entries")["source"], "purchase");
        let refused = Imported::Refused("the flyer has moved miles here already".to_owned());
        if ledger.len() == 2 {
            // The purchase was first, and nothing can come before it any more.
            assert!(outcomes.iter().all(|outcome| *outcome == refused), "{request}: {outcomes:?}");
            before += 1;
        } else {
            assert!(outcomes.iter().all(|outcome| *outcome == Imported::Made), "{request}: {outcomes:?}");
            assert_eq!(ledger.len(), 1 + 120 + 1 + 1, "{request}");
            after += 1;
        }
    }
    assert!(before > 0 && after > 0, "the purchase was first {before} times, and {after} times not");
}

/// Two at once, of the same file or of others, come to the same as one after the other.
#[tokio::test]
async fn bears_another_import_of_the_same_flyer() {
    let app = TestApp::start().await;
    let key = community(&app, 300).await;
    let lines =
        |from: usize| -> Vec<Value> { (from..from + 200).map(|flight| passenger(flight, 10, flight)).collect() };
    let (one, two) = (lines(0), lines(100));
    let _outcomes = tokio::join!(
        import_history(&app, HistoryKind::Passengers, &one),
        import_history(&app, HistoryKind::Passengers, &two),
    );
    assert_eq!(breaches(&app).await, [""; 0]);
    let (ledger, history) = as_answered(&app, &key).await;
    assert_eq!(history["data"][0]["flights"].as_array().expect("a list").len(), 300);
    assert_eq!(ledger.iter().filter(|entry| entry["source"] == "flight").count(), 300);
}
