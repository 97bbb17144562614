//! Transactions that arrive after whoever sent them has given them up: the miles move once all the same.

use crate::movements::{OPERATIONS, Operation, Trial};
use crate::shop::{FLYER, Shop};
use serde_json::json;
use std::iter::repeat_n;
use std::time::Duration;
use testing::Fault;
use tokio::task::JoinSet;
use tokio::time::sleep;

const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// By then everything late has arrived.
const ALL_ARRIVED: Duration = ms(400);

/// The state is read, and the transaction gets lost on its way.
fn late() -> [Fault; 2] {
    [Fault::None, Fault::Late(ms(100))]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_transaction_moves_nothing_twice() {
    let (through, delayed) = (Fault::None, Fault::Delay(ms(250)));
    // What happens to the requests from the repeat of the transaction on.
    let scripts = [
        ("when its repeat was done", vec![]),
        ("when another one was done", vec![Fault::Conflict]),
        ("before the state was read again", vec![Fault::Conflict, delayed.clone()]),
        ("before the ledger was looked at", vec![Fault::Conflict, through.clone(), delayed.clone()]),
        ("after the ledger was looked at", vec![Fault::Conflict, through.clone(), through, delayed]),
    ];
    let mut trials = JoinSet::new();
    for operation in OPERATIONS {
        for (arrived, script) in scripts.clone() {
            trials.spawn(async move {
                let shop = Shop::open(500, 5000).await;
                let trial = Trial::prepare(operation, &shop).await;
                shop.app.wire.disturb(late().into_iter().chain(script));
                let answer = trial.call().send().await;
                sleep(ALL_ARRIVED).await;
                trial.expect_once(&answer, &format!("arrived {arrived}")).await;
            });
        }
    }
    trials.join_all().await;
}

/// A BatchGetItem is not one moment. Here the late transaction arrives after one table was read and before another.
#[tokio::test(flavor = "multi_thread")]
async fn a_late_transaction_that_is_half_seen_moves_nothing_twice() {
    let mut trials = JoinSet::new();
    for operation in OPERATIONS {
        for left in ["users", "ledgers"] {
            trials.spawn(async move {
                let shop = Shop::open(500, 5000).await;
                let trial = Trial::prepare(operation, &shop).await;
                let torn = [Fault::Conflict, Fault::LeaveTable(left), Fault::Delay(ms(250))];
                shop.app.wire.disturb(late().into_iter().chain(torn));
                let answer = trial.call().send().await;
                sleep(ALL_ARRIVED).await;
                trial.expect_once(&answer, &format!("arrived when all but the {left} was read")).await;
            });
        }
    }
    trials.join_all().await;
}

/// An attempt may take 3 seconds.
#[tokio::test]
async fn an_attempt_without_an_answer_is_repeated() {
    let shop = Shop::open(500, 5000).await;
    let trial = Trial::prepare(Operation::Purchase, &shop).await;

    shop.app.wire.disturb([Fault::None, Fault::Delay(ms(3300))]);
    let answer = trial.call().send().await;
    assert_eq!(shop.app.wire.take_operations(), ["BatchGetItem", "TransactWriteItems", "TransactWriteItems"]);
    sleep(ALL_ARRIVED).await;

    trial.expect_once(&answer, "answered before the first attempt arrived").await;
}

/// Somebody else's movement takes the place in the ledger that the late one was meant for.
#[tokio::test(flavor = "multi_thread")]
async fn a_late_transaction_that_was_overtaken_is_made_anew() {
    let mut trials = JoinSet::new();
    for operation in OPERATIONS {
        trials.spawn(async move {
            let shop = Shop::open(500, 5000).await;
            let flight = shop.app.flight(&shop.key, "skyteam").await;
            let trial = Trial::prepare(operation, &shop).await;
            let before = shop.entries().await;
            shop.app.wire.reset();

            // The repeat arrives after the boarding as well, and is refused.
            shop.app.wire.disturb([Fault::None, Fault::Late(ms(800)), Fault::Delay(ms(600))]);
            let boarding = async {
                sleep(ms(300)).await;
                let boarding = json!({ "userId": FLYER, "miles": 1 });
                let path = format!("/flight/{flight}/passengers");
                shop.app.post(&path).key(&shop.key).json(&boarding).send().await.expect(201)
            };
            let (answer, _boarded) = tokio::join!(trial.call().send(), boarding);
            sleep(ALL_ARRIVED).await;

            assert!(answer.status.is_success(), "{operation:?}: {}", answer.json());
            let own = if operation == Operation::Refund { "refund" } else { "purchase" };
            let written = shop.sound_ledger().await.split_off(before);
            let sources: Vec<_> = written.iter().map(|entry| entry["source"].as_str().unwrap()).collect();
            assert_eq!(sources, ["flight", own], "{operation:?}");
        });
    }
    trials.join_all().await;
}

/// "Please retry" promises that nothing was changed, so it is not what is said while an attempt may be under way.
#[tokio::test]
async fn nothing_is_promised_while_a_transaction_may_be_under_way() {
    let throttled = || repeat_n(Fault::Error(400, "ThrottlingException"), 1000);
    let state_and_ledger = || [Fault::None, Fault::None];
    // From the repeat on.
    let endings: [(&str, Vec<Fault>); 4] = [
        ("others in the way", [Fault::Conflict].into_iter().chain(state_and_ledger()).cycle().take(1000).collect()),
        (
            "the next one throttled",
            [Fault::Conflict].into_iter().chain(state_and_ledger()).chain(throttled()).collect(),
        ),
        ("the ledger throttled", [Fault::Conflict, Fault::None].into_iter().chain(throttled()).collect()),
        ("the state throttled", [Fault::Conflict].into_iter().chain(throttled()).collect()),
    ];

    let mut trials = JoinSet::new();
    for operation in OPERATIONS {
        for (ending, faults) in endings.clone() {
            let shop = Shop::open(500, 5000).await;
            let trial = Trial::prepare(operation, &shop).await.giving_up_after(ms(500)).await;
            trials.spawn(async move {
                let case = format!("{operation:?}, {ending}");
                trial.wire().disturb([Fault::None, Fault::Late(ms(800))].into_iter().chain(faults));
                let answer = trial.call().send().await;
                assert_eq!(answer.shown(), "500 {\n  \"error\": \"Internal Server Error\"\n}", "{case}");
                sleep(ALL_ARRIVED).await;
                assert_eq!(trial.written().await.len(), 1, "{case}");
            });
        }
    }
    trials.join_all().await;
}
