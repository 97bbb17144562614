//! The invariants from the contract's section of that name, checked as far as the API exposes them.

use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};
use testing::TestApp;

/// Returns a flyer's whole ledger, oldest first. Panics if its numbering has a gap, if it does not add up to the
/// flyer's miles, if the balance was ever negative, or if it disagrees with the flyer's history.
pub async fn sound_ledger(app: &TestApp, key: &str, flyer: &str) -> Vec<Value> {
    let entries = app.ledger(flyer).await;
    let asked = app.post("/users/fetchUsersData").key(key).json(&json!([flyer])).send().await.expect(200).json();
    let account = &asked["data"][0];

    let mut balance = 0;
    for (entry, seq) in entries.iter().zip(1..) {
        assert_eq!(entry["seq"], seq, "the numbering should have no gap: {entries:#?}");
        assert_eq!(entry["id"], format!("{flyer}-{seq}"), "{entry:#}");
        assert_eq!(entry["userId"], flyer, "{entry:#}");
        let amount = entry["amount"].as_i64().expect("the amount should be an integer");
        balance += amount;
        assert_eq!(entry["balanceAfter"], balance, "should be the previous balance plus the amount: {entries:#?}");
        assert!(balance >= 0, "the balance should never be negative: {entries:#?}");
        let kind = (entry["type"].as_str().unwrap(), entry["source"].as_str().unwrap());
        let is_possible = match kind {
            ("earn", "flight" | "adjustment") => amount >= 0,
            ("earn", "refund") => amount > 0,
            ("spend", "purchase" | "reversal" | "adjustment") => amount < 0,
            _ => false,
        };
        assert!(is_possible, "{entry:#}");
    }
    assert_eq!(account["user"]["miles"], balance, "the balance should match the ledger");

    let boardings: Vec<_> = entries.iter().filter(|entry| entry["source"] == "flight").cloned().collect();
    let flights = account["flights"].as_array().expect("the history should be an array");
    assert_eq!(boardings.len(), flights.len(), "each boarding should have exactly one entry");
    let mut left = miles_by_flight(&boardings, "flightId", "amount");
    for reversal in entries.iter().filter(|entry| entry["source"] == "reversal") {
        *left.get_mut(reversal["flightId"].as_str().unwrap()).expect("the flight should have been boarded") +=
            reversal["amount"].as_i64().unwrap();
    }
    assert_eq!(left, miles_by_flight(flights, "id", "miles"));

    check_refunds(&entries);
    entries
}

fn miles_by_flight<'a>(list: &'a [Value], flight: &str, miles: &str) -> HashMap<&'a str, i64> {
    list.iter().map(|one| (one[flight].as_str().unwrap(), one[miles].as_i64().unwrap())).collect()
}

/// Checks that each refund reverses a purchase and each reversal a boarding, and that no entry is reversed twice.
fn check_refunds(entries: &[Value]) {
    let mut reversed = HashSet::new();
    for entry in entries.iter().filter(|entry| entry["source"] == "refund" || entry["source"] == "reversal") {
        let id = &entry["reverses"];
        assert!(reversed.insert(id.as_str().unwrap()), "reversed twice: {entries:#?}");
        let other = entries.iter().find(|entry| entry["id"] == *id).expect("it should name an entry in the ledger");
        let (amount, of) = (entry["amount"].as_i64().unwrap(), other["amount"].as_i64().unwrap());
        if entry["source"] == "refund" {
            assert_eq!((&other["source"], of), (&json!("purchase"), -amount), "{entry:#}");
        } else {
            assert_eq!(other["source"], "flight", "{entry:#}");
            assert!((1..=of).contains(&-amount), "{entry:#}");
        }
        assert!(other["seq"].as_u64() < entry["seq"].as_u64(), "{entry:#}");
        for field in ["productId", "flightId", "airlineId"] {
            assert_eq!(other[field], entry[field], "{entry:#}");
        }
    }
}
