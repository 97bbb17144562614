//! Imports that are interrupted at each of their requests and then run again.

use super::{as_answered, at, breaches, community, flyer, import_history, moved, passenger, rows};
use serde_json::{Value, json};
use shared::import::{Imported, rebuild};
use shared::models::HistoryKind;
use testing::Fault;

const FLIGHTS: usize = 110;

/// Returns enough boardings for more than one transaction and more than one page.
fn boardings() -> Vec<Value> {
    (0..FLIGHTS).map(|flight| passenger(flight, 10, 10 * flight)).collect()
}

/// Returns transactions that come between the boardings, so that every existing entry moves.
fn movements() -> Vec<Value> {
    (0..40).map(|id| moved(id, if id % 2 == 0 { -200 } else { 30 }, 3 + 25 * id)).collect()
}

/// Runs the imports to completion, one after the other. Returns the resulting ledger and history, and the number of
/// requests of each import.
async fn uninterrupted(imports: &[(HistoryKind, Vec<Value>)]) -> ((Vec<Value>, Value), Vec<usize>) {
    let app = crate::start().await;
    let key = community(&app, FLIGHTS).await;
    let mut requests = Vec::new();
    for (kind, lines) in imports {
        let outcomes = import_history(&app, *kind, lines).await;
        assert!(outcomes.iter().all(|outcome| *outcome == Imported::Created), "{outcomes:?}");
        requests.push(app.wire.take_operations().len());
    }
    assert_eq!(breaches(&app).await, [""; 0]);
    (as_answered(&app, &key).await, requests)
}

/// Runs the imports. The one at `which` fails at the given request, and every request after that fails too. Then that
/// import is run again.
async fn interrupted(
    imports: &[(HistoryKind, Vec<Value>)],
    which: usize,
    request: usize,
    fault: Fault,
) -> (Vec<Value>, Value) {
    let app = crate::start().await;
    let key = community(&app, FLIGHTS).await;
    for (number, (kind, lines)) in imports.iter().enumerate() {
        if number == which {
            app.wire.disturb(std::iter::repeat_n(Fault::None, request).chain([fault.clone()]));
            app.wire.disturb_all(Fault::Error(400, "AccessDeniedException"));
            let stopped = rebuild(app.context(), *kind, &flyer(), &rows(*kind, lines)).await;
            assert!(stopped.is_err(), "{stopped:?} at {request}");
            app.wire.reset();
        }
        let _some_are_there_already = import_history(&app, *kind, lines).await;
    }
    assert_eq!(breaches(&app).await, [""; 0], "stopped at {request} by {fault:?}");
    as_answered(&app, &key).await
}

#[tokio::test]
async fn loses_and_duplicates_nothing_at_any_request() {
    let imports = [(HistoryKind::Passengers, boardings()), (HistoryKind::Transactions, movements())];
    let (expected, requests) = uninterrupted(&imports).await;
    // The flyer, the ledger and the history; two reads of up to 100 flights; and three transactions for 112 entries,
    // 110 passengers and 2 pages. Then the same number of requests for the new and moved entries and the passengers
    // whose entries moved.
    assert_eq!(requests, [8, 6]);
    for (which, requests) in requests.into_iter().enumerate() {
        for request in 0..requests {
            for fault in [Fault::Error(400, "AccessDeniedException"), Fault::CutAfter] {
                let left = interrupted(&imports, which, request, fault.clone()).await;
                assert!(left == expected, "import {which} was stopped at request {request} by {fault:?}: {left:#?}");
            }
        }
    }
}

/// An import recovers from every temporary fault without being run again.
#[tokio::test]
async fn recovers_from_temporary_faults() {
    let imports = [(HistoryKind::Passengers, boardings())];
    let (expected, requests) = uninterrupted(&imports).await;
    for request in 0..requests[0] {
        let faults = [
            Fault::CutBefore,
            Fault::CutAfter,
            Fault::Error(400, "ThrottlingException"),
            Fault::Error(500, "InternalServerError"),
        ];
        // Only transactions can conflict.
        let conflict = (request >= 5).then_some(Fault::Conflict);
        for fault in faults.into_iter().chain(conflict) {
            let app = crate::start().await;
            let key = community(&app, FLIGHTS).await;
            app.wire.disturb(std::iter::repeat_n(Fault::None, request).chain([fault.clone()]));
            let outcomes = import_history(&app, imports[0].0, &imports[0].1).await;
            assert!(
                outcomes.iter().all(|outcome| *outcome == Imported::Created),
                "{fault:?} at {request}: {outcomes:?}"
            );
            assert!(as_answered(&app, &key).await == expected, "{fault:?} at {request}");
        }
    }
}

/// One import is interrupted, then another of the same flyer, and then both are run again.
#[tokio::test]
async fn loses_nothing_when_another_import_intervenes() {
    let boarded = |flights: std::ops::Range<usize>| -> Vec<Value> {
        flights.map(|flight| passenger(flight, 10, flight)).collect()
    };
    let one = boarded(40..150);
    // A later range, an overlapping range and a larger range.
    for (other, flights) in [(boarded(150..160), 0..160), (boarded(60..155), 0..155), (boarded(0..160), 0..160)] {
        // The first import has written some of its rows, and the second none, some or all.
        for (requests, requests_of_other) in (6..8).flat_map(|one| (4..8).map(move |other| (one, other))) {
            let app = crate::start().await;
            let key = community(&app, 160).await;
            import_history(&app, HistoryKind::Passengers, &boarded(0..40)).await;
            for (lines, requests) in [(&one, requests), (&other, requests_of_other)] {
                app.wire.reset();
                app.wire.disturb(std::iter::repeat_n(Fault::None, requests));
                app.wire.disturb_all(Fault::Error(400, "AccessDeniedException"));
                let rows = rows(HistoryKind::Passengers, lines);
                let _stopped_or_refused = rebuild(app.context(), HistoryKind::Passengers, &flyer(), &rows).await;
            }
            app.wire.reset();
            for lines in [&one, &other] {
                let outcomes = import_history(&app, HistoryKind::Passengers, lines).await;
                let is_there = |outcome: &Imported| matches!(outcome, Imported::Created | Imported::Existing);
                assert!(outcomes.iter().all(is_there), "{outcomes:?}");
            }
            let case = format!("stopped at {requests}, and the other {flights:?} at {requests_of_other}");
            assert_eq!(breaches(&app).await, [""; 0], "{case}");
            let (_ledger, history) = as_answered(&app, &key).await;
            assert_eq!(
                history["data"][0]["flights"].as_array().expect("`flights` should be an array").len(),
                flights.end,
                "{case}"
            );
        }
    }
}

#[tokio::test]
async fn freezes_a_flyers_miles_until_it_is_run_again() {
    let app = crate::start().await;
    let key = community(&app, FLIGHTS).await;
    let product = app.product(&key, 100).await;
    app.wire.disturb([const { Fault::None }; 6]);
    app.wire.disturb_all(Fault::Error(400, "AccessDeniedException"));
    let lines = boardings();
    assert!(
        rebuild(app.context(), HistoryKind::Passengers, &flyer(), &rows(HistoryKind::Passengers, &lines))
            .await
            .is_err()
    );
    app.wire.reset();

    let order = json!({ "productId": product });
    let refused = app.post("/user/7/buyProduct").key(&key).json(&order).send().await;
    assert_eq!((refused.status.as_u16(), refused.json()), (409, json!({ "error": "Flyer is being imported" })));
    assert_eq!(
        breaches(&app).await,
        ["flyer 7: an import of passengers has not finished rewriting the ledger: run it again"]
    );
    let others = import_history(&app, HistoryKind::Transactions, &[moved(1, 5, 5)]).await;
    let reason = "another import of passengers is in progress for this flyer or was interrupted: run it first";
    assert_eq!(others, [Imported::Rejected(reason.to_owned())]);

    import_history(&app, HistoryKind::Passengers, &lines).await;
    let _bought = app.post("/user/7/buyProduct").key(&key).json(&order).send().await.expect(200);
    assert_eq!(breaches(&app).await, [""; 0]);
    assert_eq!(app.balance("7").await, super::MILES - 100);
    assert_eq!(app.ledger("7").await.len(), FLIGHTS + 3, "the last boarding was at {}", at(10 * FLIGHTS));
}
