//! Importing: what black-box tests do not reach.

mod any_history;
mod beside_traffic;
mod interrupted;
mod things;

use serde_json::{Value, json};
use shared::import::{HistoryRow, Imported, RecordKind, create, parse, rebuild};
use shared::models::{FlyerId, HistoryKind};
use shared::store::Batch;
use testing::TestApp;

const FLYER: &str = "7";
/// What the flyer brings along.
const MILES: u64 = 5000;

/// Imports things.
async fn import(app: &TestApp, things: RecordKind, rows: impl IntoIterator<Item = Value>) {
    let mut batch = Batch::default();
    for row in rows {
        let creation = parse(app.context(), things, row.to_string().as_bytes()).expect("a good row");
        if !batch.has_room_for(&creation) {
            create(app.context(), things, &std::mem::take(&mut batch)).await.expect("they are made");
        }
        batch.add(creation);
    }
    let imported = create(app.context(), things, &batch).await.expect("they are made");
    assert!(imported.iter().all(|imported| *imported == Imported::Created), "{imported:?}");
}

fn flight_id(number: usize) -> String {
    format!("00000000-0000-4000-8000-{number:012}")
}

/// Minutes after the first of 2024 began.
fn at(minutes: usize) -> String {
    format!("2024-01-{:02} {:02}:{:02}:00", 1 + minutes / 1440, minutes / 60 % 24, minutes % 60)
}

/// An airline with so many flights, and a flyer. Tells the airline's key.
async fn community(app: &TestApp, flights: usize) -> String {
    let key = app.airline("skyteam").await;
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
    key
}

fn passenger(flight: usize, miles: u64, minutes: usize) -> Value {
    json!({ "flightId": flight_id(flight), "userId": FLYER, "miles": miles, "createdAt": at(minutes) })
}

fn moved(id: usize, amount: i64, minutes: usize) -> Value {
    let (r#type, source) = if amount < 0 { ("spend", "purchase") } else { ("earn", "bonus") };
    json!({ "id": id, "userId": FLYER, "amount": amount, "type": r#type, "source": source, "createdAt": at(minutes) })
}

fn rows(kind: HistoryKind, rows: &[Value]) -> Vec<HistoryRow> {
    rows.iter().map(|row| HistoryRow::parse(kind, row.to_string().as_bytes()).expect("a good row")).collect()
}

fn flyer() -> FlyerId {
    FLYER.parse().expect("a flyer's id")
}

async fn import_history(app: &TestApp, kind: HistoryKind, lines: &[Value]) -> Vec<Imported> {
    rebuild(app.context(), kind, &flyer(), &rows(kind, lines)).await.expect("it is imported")
}

/// What does not hold.
async fn breaches(app: &TestApp) -> Vec<String> {
    let mut breaches = Vec::new();
    let audit = shared::audit::audit(app.context(), |breach| breaches.push(breach.to_string()), |_| {});
    audit.await.expect("the audit runs");
    breaches
}

/// Ledger and history, as the API answers them.
async fn as_answered(app: &TestApp, key: &str) -> (Vec<Value>, Value) {
    let history = app.post("/users/fetchUsersData").key(key).json(&json!([FLYER])).send().await.expect(200).json();
    (app.ledger(FLYER).await, history)
}
