//! Import cases that black-box tests cannot reach.

mod any_history;
mod beside_traffic;
mod interrupted;
mod records;

use serde_json::{Value, json};
use shared::import::{HistoryRow, Imported, RecordKind, create, parse, rebuild};
use shared::models::{FlyerId, HistoryKind};
use shared::store::Batch;
use testing::TestApp;

const FLYER: &str = "7";
/// The flyer's imported balance.
const MILES: u64 = 5000;

/// Imports records of one kind.
async fn import(app: &TestApp, kind: RecordKind, rows: impl IntoIterator<Item = Value>) {
    let mut batch = Batch::default();
    for row in rows {
        let creation = parse(app.context(), kind, row.to_string().as_bytes()).expect("the row should be valid");
        if !batch.has_room_for(&creation) {
            create(app.context(), kind, &std::mem::take(&mut batch)).await.expect("the records should be created");
        }
        batch.add(creation);
    }
    let imported = create(app.context(), kind, &batch).await.expect("the records should be created");
    assert!(imported.iter().all(|imported| *imported == Imported::Created), "{imported:?}");
}

fn flight_id(number: usize) -> String {
    format!("00000000-0000-4000-8000-{number:012}")
}

/// Formats the time that is this many minutes after the start of 2024.
fn at(minutes: usize) -> String {
    format!("2024-01-{:02} {:02}:{:02}:00", 1 + minutes / 1440, minutes / 60 % 24, minutes % 60)
}

/// Creates an airline with `flights` flights, and a flyer. Returns the airline's key.
async fn community(app: &TestApp, flights: usize) -> String {
    let key = app.airline("skyteam").await;
    flyer_and_flights(app, flights).await;
    key
}

/// Creates flights of the airline `skyteam`, and a flyer.
pub async fn flyer_and_flights(app: &TestApp, flights: usize) {
    let flight = |number: usize| {
        json!({
            "id": flight_id(number), "code": "ST1", "gameId": "1", "aircraft": "A320", "airlineId": "skyteam",
            "brandId": "skyteam-main", "departure": "KJFK", "arrival": "KLAX", "startTime": at(number),
        })
    };
    import(app, RecordKind::Flights, (0..flights).map(flight)).await;
    let flyer = json!({
        "userId": FLYER, "username": "pilot", "displayName": "Pilot", "miles": MILES, "createdAt": "2024-01-01 00:00:00",
    });
    import(app, RecordKind::Flyers, [flyer]).await;
    app.wire.reset();
}

pub fn passenger(flight: usize, miles: u64, minutes: usize) -> Value {
    json!({ "flightId": flight_id(flight), "userId": FLYER, "miles": miles, "createdAt": at(minutes) })
}

pub fn moved(id: usize, amount: i64, minutes: usize) -> Value {
    let (r#type, source) = if amount < 0 { ("spend", "purchase") } else { ("earn", "bonus") };
    json!({ "id": id, "userId": FLYER, "amount": amount, "type": r#type, "source": source, "createdAt": at(minutes) })
}

fn rows(kind: HistoryKind, rows: &[Value]) -> Vec<HistoryRow> {
    rows.iter()
        .map(|row| HistoryRow::parse(kind, row.to_string().as_bytes()).expect("the row should be valid"))
        .collect()
}

fn flyer() -> FlyerId {
    FLYER.parse().expect("the flyer id should be valid")
}

pub async fn import_history(app: &TestApp, kind: HistoryKind, lines: &[Value]) -> Vec<Imported> {
    rebuild(app.context(), kind, &flyer(), &rows(kind, lines)).await.expect("the import should succeed")
}

/// Returns the breaches that an audit finds.
async fn breaches(app: &TestApp) -> Vec<String> {
    let mut breaches = Vec::new();
    let audit = shared::audit::audit(app.context(), |breach| breaches.push(breach.to_string()), |_| {});
    audit.await.expect("the audit should complete");
    breaches
}

/// Returns the flyer's ledger and history from the API.
async fn as_answered(app: &TestApp, key: &str) -> (Vec<Value>, Value) {
    let history = app.post("/users/fetchUsersData").key(key).json(&json!([FLYER])).send().await.expect(200).json();
    (app.ledger(FLYER).await, history)
}
