//! Records other than histories: how many requests they take, faults and conflicts.

use serde_json::{Value, json};
use shared::import::{Imported, RecordKind, create, parse};
use shared::store::Batch;
use testing::{Fault, TestApp};

fn product(number: usize, airline: &str) -> Value {
    json!({
        "productId": format!("{number:06}"), "airlineId": airline, "name": "Snack", "priceMiles": 5, "active": true,
        "createdAt": "2024-01-01 00:00:00",
    })
}

fn batch(app: &TestApp, kind: RecordKind, rows: impl IntoIterator<Item = Value>) -> Batch {
    let mut batch = Batch::default();
    for row in rows {
        let creation = parse(app.context(), kind, row.to_string().as_bytes()).expect("the row should be valid");
        assert!(batch.has_room_for(&creation), "{row}");
        batch.add(creation);
    }
    batch
}

#[tokio::test]
async fn are_created_in_one_request() {
    let app = crate::start().await;
    let _key = app.airline("skyteam").await;
    let all = batch(&app, RecordKind::Products, (0..99).map(|number| product(number, "skyteam")));
    let another = parse(app.context(), RecordKind::Products, product(99, "skyteam").to_string().as_bytes())
        .expect("the row should be valid");
    assert!(!all.has_room_for(&another), "100 operations, one of which checks the airline");

    assert_eq!(create(app.context(), RecordKind::Products, &all).await.unwrap(), vec![Imported::Created; 99]);
    assert_eq!(app.wire.take_operations(), ["TransactWriteItems"]);
    assert_eq!(create(app.context(), RecordKind::Products, &all).await.unwrap(), vec![Imported::Existing; 99]);
    assert_eq!(app.wire.take_operations(), ["TransactWriteItems"]);

    let some = [(98, "skyteam"), (99, "skyteam"), (100, "nobody"), (101, "skyteam")];
    let some = batch(&app, RecordKind::Products, some.map(|(number, airline)| product(number, airline)));
    let missing = Imported::Rejected("the airline does not exist".to_owned());
    let outcomes = create(app.context(), RecordKind::Products, &some).await.unwrap();
    assert_eq!(outcomes, [Imported::Existing, Imported::Created, missing, Imported::Created]);
    assert_eq!(app.wire.take_operations(), ["TransactWriteItems"; 2]);
}

#[tokio::test]
async fn are_recognized_as_created_after_a_fault() {
    let faults = [
        Fault::CutBefore,
        Fault::CutAfter,
        Fault::Conflict,
        Fault::Error(400, "ThrottlingException"),
        Fault::Error(500, "InternalServerError"),
    ];
    for fault in faults {
        let app = crate::start().await;
        let _key = app.airline("skyteam").await;
        let all = batch(&app, RecordKind::Products, (0..9).map(|number| product(number, "skyteam")));
        app.wire.disturb([fault.clone()]);
        let outcomes = create(app.context(), RecordKind::Products, &all).await.unwrap();
        assert_eq!(outcomes, vec![Imported::Created; 9], "{fault:?}");
        let created = shared::airlines::products(app.context(), &"skyteam".parse().unwrap()).await.unwrap();
        assert_eq!(created.len(), 9, "{fault:?}");
    }
}

/// If two lines claim the same value, one must be imported before the other starts.
#[tokio::test]
async fn conflict_if_they_claim_the_same_value() {
    let app = crate::start().await;
    let brand = |id: &str, iata: &str, icao: &str, is_primary: bool| {
        json!({
            "brandId": id, "airlineId": "skyteam", "name": id, "iata": iata, "icao": icao, "callsign": id,
            "isPrimary": is_primary,
        })
    };
    let one = batch(&app, RecordKind::Brands, [brand("one", "ON", "ONE", true)]);
    let conflicts =
        |row: Value| one.conflicts_with(&parse(app.context(), RecordKind::Brands, row.to_string().as_bytes()).unwrap());
    assert!(conflicts(brand("one", "XX", "XXX", false)));
    assert!(conflicts(brand("two", "ON", "TWO", false)));
    assert!(conflicts(brand("two", "TW", "ONE", false)));
    assert!(conflicts(brand("two", "TW", "TWO", true)), "an airline can have only one primary brand");
    assert!(!conflicts(brand("two", "TW", "TWO", false)));

    let member =
        |id: &str, username: &str| json!({ "id": id, "first_name": "A", "last_name": "B", "username": username });
    let ada = batch(&app, RecordKind::Members, [member("ada", "ada-l")]);
    let conflicts = |row: Value| {
        ada.conflicts_with(&parse(app.context(), RecordKind::Members, row.to_string().as_bytes()).unwrap())
    };
    assert!(conflicts(member("eve", "ADA-L")));
    assert!(!conflicts(member("eve", "eve-l")));
}
