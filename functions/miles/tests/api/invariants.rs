//! What holds at all times (contract, the section of that name), as far as the API shows it.

use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};
use testing::TestApp;

/// A flyer's whole ledger, oldest first. Ends the test if it is not numbered without a gap, does not add up to the
/// flyer's miles, was ever below 0, or disagrees with the flyer's history.
pub async fn sound_ledger(app: &TestApp, key: &str, flyer: &str) -> Vec<Value> {
    let entries = app.ledger(flyer).await;
    let asked = app.post("/users/fetchUsersData").key(key).json(&json!([flyer])).send().await.expect(200).json();
    let account = &asked["data"][0];

    let mut balance = 0;
    for (entry, seq) in entries.iter().zip(1..) {
        assert_eq!(entry["seq"], seq, "numbered without a gap: {entries:#?}");
        assert_eq!(entry["id"], format!("{flyer}-{seq}"), "{entry:#}");
        assert_eq!(entry["userId"], flyer, "{entry:#}");
        let amount = entry["amount"].as_i64().expect("an amount is an integer");
        balance += amount;
        assert_eq!(entry["balanceAfter"], balance, "the one before plus the amount: {entries:#?}");
        assert!(balance >= 0, "never below 0: {entries:#?}");
        let kind = (entry["type"].as_str().unwrap(), entry["source"].as_str().unwrap());
        let is_possible = match kind {
            ("earn", "flight" | "adjustment") => amount >= 0,
            ("earn", "refund") => amount > 0,
            ("spend", "purchase") => amount < 0,
            _ => false,
        };
        assert!(is_possible, "{entry:#}");
    }
    assert_eq!(account["user"]["miles"], balance, "the flyer has what the ledger says");

    let boardings: Vec<_> = entries.iter().filter(|entry| entry["source"] == "flight").cloned().collect();
    let flights = account["flights"].as_array().expect("a history is a list");
    assert_eq!(boardings.len(), flights.len(), "each boarding has exactly one entry");
    assert_eq!(miles_by_flight(&boardings, "flightId", "amount"), miles_by_flight(flights, "id", "miles"));

    check_refunds(&entries);
    entries
}

fn miles_by_flight<'a>(list: &'a [Value], flight: &str, miles: &str) -> HashMap<&'a str, i64> {
    list.iter().map(|one| (one[flight].as_str().unwrap(), one[miles].as_i64().unwrap())).collect()
}

/// Each refund gives back one purchase, which no other one does.
fn check_refunds(entries: &[Value]) {
    let mut reversed = HashSet::new();
    for refund in entries.iter().filter(|entry| entry["source"] == "refund") {
        let id = &refund["reverses"];
        assert!(reversed.insert(id.as_str().unwrap()), "given back twice: {entries:#?}");
        let purchase = entries.iter().find(|entry| entry["id"] == *id).expect("a refund names its purchase");
        assert_eq!(purchase["source"], "purchase", "{refund:#}");
        assert!(purchase["seq"].as_u64() < refund["seq"].as_u64(), "{refund:#}");
        assert_eq!(purchase["amount"].as_i64().map(|amount| -amount), refund["amount"].as_i64());
        assert_eq!(purchase["productId"], refund["productId"]);
        assert_eq!(purchase["airlineId"], refund["airlineId"]);
    }
}
