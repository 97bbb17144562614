//! Imports that run while the flyer's miles change.

use super::{MILES, as_answered, breaches, community, import_history, passenger};
use serde_json::{Value, json};
use shared::import::Imported;
use shared::models::HistoryKind;
use std::time::Duration;
use testing::{Fault, TestApp};

/// The DynamoDB requests of a small import.
#[tokio::test]
async fn sends_as_few_requests_as_possible() {
    let app = crate::start().await;
    let _key = community(&app, 40).await;
    let lines: Vec<Value> = (0..40).map(|flight| passenger(flight, 10, flight)).collect();
    import_history(&app, HistoryKind::Passengers, &lines).await;
    let mut sent = app.wire.take_operations();
    assert_eq!(sent.split_off(3), ["BatchGetItem", "TransactWriteItems"]);
    assert_eq!(sent, ["GetItem", "Query", "Query"]);

    import_history(&app, HistoryKind::Passengers, &lines).await;
    assert_eq!(app.wire.take_operations(), ["GetItem", "Query", "Query"]);
}

/// A purchase happens during an import, in turn at each of the import's requests.
#[tokio::test]
async fn loses_no_concurrent_purchase() {
    let lines: Vec<Value> = (0..120).map(|flight| passenger(flight, 10, flight)).collect();
    let (mut before, mut after) = (0, 0);
    for request in 0..8 {
        let app = crate::start().await;
        let key = community(&app, 120).await;
        let product = app.product(&key, 100).await;
        app.wire.disturb(std::iter::repeat_n(Fault::None, request).chain([Fault::Delay(Duration::from_millis(300))]));
        let purchase = async {
            // The purchase happens while the import waits for its request.
            tokio::time::sleep(Duration::from_millis(100)).await;
            let buy = || app.post("/user/7/buyProduct").key(&key).json(&json!({ "productId": product })).send();
            let mut answer = buy().await;
            // The game server tries again until the import has finished.
            while answer.status == 409 {
                assert_eq!(answer.json(), json!({ "error": "Flyer is being imported" }));
                tokio::time::sleep(Duration::from_millis(20)).await;
                answer = buy().await;
            }
            answer.expect(200)
        };
        let (outcomes, _bought) = tokio::join!(import_history(&app, HistoryKind::Passengers, &lines), purchase);

        assert_eq!(breaches(&app).await, [""; 0], "{request}");
        let (ledger, history) = as_answered(&app, &key).await;
        assert_eq!(history["data"][0]["user"]["miles"], MILES - 100, "{request}");
        assert_eq!(ledger.last().expect("the ledger should have entries")["source"], "purchase");
        let refused = Imported::Rejected("the flyer has already moved miles in this system".to_owned());
        if ledger.len() == 2 {
            // The purchase came first, and no entry can be inserted before it.
            assert!(outcomes.iter().all(|outcome| *outcome == refused), "{request}: {outcomes:?}");
            before += 1;
        } else {
            assert!(outcomes.iter().all(|outcome| *outcome == Imported::Created), "{request}: {outcomes:?}");
            assert_eq!(ledger.len(), 1 + 120 + 1 + 1, "{request}");
            after += 1;
        }
    }
    assert!(before > 0 && after > 0, "the purchase came first {before} times and second {after} times");
}

/// Two concurrent imports have the same result as two sequential ones, once the rows that were rejected because of the
/// other import are imported again.
#[tokio::test]
async fn tolerates_a_concurrent_import_of_the_same_flyer() {
    let app = crate::start().await;
    let key = community(&app, 300).await;
    let (one, two) = (boardings(0..200), boardings(100..300));
    let (of_one, of_two) = tokio::join!(
        import_history(&app, HistoryKind::Passengers, &one),
        import_history(&app, HistoryKind::Passengers, &two),
    );
    for outcome in of_one.into_iter().chain(of_two) {
        let conflict = "another import of passengers is in progress for this flyer or was interrupted: run it first";
        let is_expected = matches!(&outcome, Imported::Created | Imported::Existing)
            || outcome == Imported::Rejected(conflict.to_owned());
        assert!(is_expected, "{outcome:?}");
    }
    run_again(&app, &key, &[&one, &two], 300).await;
}

/// An import that takes over from another starts from the ledger as the other left it, not from an earlier state.
#[tokio::test]
async fn does_not_take_over_from_an_outdated_ledger() {
    let app = crate::start().await;
    let key = community(&app, 446).await;
    // The existing entries come before most of the new ones. Only flight 0 comes before them and shifts them by one.
    import_history(&app, HistoryKind::Passengers, &boardings(1..151)).await;
    app.wire.reset();
    let new = boardings(152..446);
    let with_the_first = [boardings(0..1), new.clone()].concat();
    let with_one_between = [boardings(151..152), new].concat();

    // The first import writes the rows that both have, 49 boardings in each of 6 transactions, and waits. The second
    // reads them and waits. The first moves the existing entries and waits. The second continues.
    let (one_reads, one_writes, other_reads) = (3 + 3, 6, 3 + 1);
    let nothing = |requests| std::iter::repeat_n(Fault::None, requests);
    let held_back = |ms| [Fault::Delay(Duration::from_millis(ms))];
    let one = nothing(one_reads + one_writes).chain(held_back(400));
    let other = nothing(other_reads).chain(held_back(600));
    app.wire.disturb(one.chain(other).chain(held_back(800)));
    let later = async {
        app.wire.one_held_back().await;
        import_history(&app, HistoryKind::Passengers, &with_one_between).await
    };
    let _outcomes = tokio::join!(import_history(&app, HistoryKind::Passengers, &with_the_first), later);
    run_again(&app, &key, &[&with_the_first, &with_one_between], 446).await;
}

fn boardings(flights: std::ops::Range<usize>) -> Vec<Value> {
    flights.map(|flight| passenger(flight, 10, flight)).collect()
}

/// Runs the imports again, one after the other, and asserts that all rows exist and the audit finds no breach.
async fn run_again(app: &TestApp, key: &str, imports: &[&[Value]], flights: usize) {
    for lines in imports {
        let outcomes = import_history(app, HistoryKind::Passengers, lines).await;
        assert!(
            outcomes.iter().all(|outcome| matches!(outcome, Imported::Created | Imported::Existing)),
            "{outcomes:?}"
        );
    }
    assert_eq!(breaches(app).await, [""; 0]);
    let (ledger, history) = as_answered(app, key).await;
    let boarded = history["data"][0]["flights"].as_array().expect("`flights` should be an array");
    assert_eq!(boarded.len(), flights);
    assert_eq!(ledger.iter().filter(|entry| entry["source"] == "flight").count(), flights);
}
