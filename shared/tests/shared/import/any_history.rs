//! Imports of random histories, split into random parts.

use super::{MILES, as_answered, breaches, community, import_history, moved, passenger};
use proptest::prelude::*;
use serde_json::Value;
use shared::import::Imported;
use shared::models::HistoryKind;
use std::collections::BTreeSet;

const FLIGHTS: usize = 20;

/// A row of a history and the run that imports it.
#[derive(Debug, Clone)]
struct Fact {
    run: usize,
    minutes: usize,
    amount: i64,
    /// Number of the flight, or id of the transaction.
    what: Result<usize, usize>,
}

fn facts() -> impl Strategy<Value = Vec<Fact>> {
    let boardings = prop::collection::vec((0..3_usize, 0..50_usize, 0..2000_i64), 0..FLIGHTS);
    let movements = prop::collection::vec((0..3_usize, 0..50_usize, -9000..2000_i64), 0..FLIGHTS);
    (boardings, movements).prop_map(|(boardings, movements)| {
        let boarding = |(flight, (run, minutes, amount))| Fact { run, minutes, amount, what: Ok(flight) };
        let movement = |(id, (run, minutes, amount))| Fact { run, minutes, amount, what: Err(id) };
        boardings.into_iter().enumerate().map(boarding).chain(movements.into_iter().enumerate().map(movement)).collect()
    })
}

async fn check(facts: &[Fact]) -> Result<(), TestCaseError> {
    let app = crate::start().await;
    let key = community(&app, FLIGHTS).await;
    for run in 0..3 {
        for kind in [HistoryKind::Passengers, HistoryKind::Transactions] {
            let of_run = facts.iter().filter(|fact| fact.run == run);
            let lines: Vec<Value> = of_run
                .filter_map(|fact| match (kind, fact.what) {
                    (HistoryKind::Passengers, Ok(flight)) => {
                        Some(passenger(flight, fact.amount.unsigned_abs(), fact.minutes))
                    }
                    (HistoryKind::Transactions, Err(id)) => Some(moved(id, fact.amount, fact.minutes)),
                    _ => None,
                })
                .collect();
            let outcomes = import_history(&app, kind, &lines).await;
            prop_assert!(outcomes.iter().all(|outcome| *outcome == Imported::Created), "{:?}", outcomes);
            prop_assert_eq!(breaches(&app).await, [""; 0]);
        }
    }
    let (ledger, history) = as_answered(&app, &key).await;
    prop_assert_eq!(&history["data"][0]["user"]["miles"], MILES);
    let times: Vec<&str> =
        ledger.iter().map(|entry| entry["createdAt"].as_str().expect("the entry should have a time")).collect();
    prop_assert!(times.is_sorted(), "{:?}", times);

    let is_balance = |entry: &Value| {
        let note = entry["note"].as_str().expect("the entry should have a note");
        note == "Opening balance" || note == "Difference to the imported balance"
    };
    let amounts: Vec<i64> = ledger
        .iter()
        .filter(|entry| !is_balance(entry))
        .map(|entry| entry["amount"].as_i64().expect("miles"))
        .collect();
    let mut expected: Vec<i64> = facts.iter().map(|fact| fact.amount).collect();
    let mut found = amounts.clone();
    expected.sort_unstable();
    found.sort_unstable();
    prop_assert_eq!(found, expected);
    let ids: BTreeSet<&str> =
        ledger.iter().map(|entry| entry["id"].as_str().expect("the entry should have an id")).collect();
    prop_assert_eq!(ids.len(), ledger.len());
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn becomes_a_consistent_ledger_with_the_flyers_balance(facts in facts()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(check(&facts))?;
    }
}
