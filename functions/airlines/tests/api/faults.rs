//! Every write route, with every fault at each of its DynamoDB requests: a success has its one effect, a 503 has
//! none, and a 500 at most one, never half of it.

use crate::superusers::session;
use crate::tables::Reader;
use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::future::join_all;
use http::Method;
use serde_json::{Value, json};
use std::time::Duration;
use testing::{Answer, Fault, TestApp};

/// How long a request may take that cannot succeed: enough for what it reads first, also on a busy machine.
const PATIENCE: Duration = Duration::from_secs(1);

/// Over so many systems the trials of a route are spread: most of their time is waiting.
const SIDE_BY_SIDE: usize = 12;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Write {
    CreateProduct,
    ChangeProduct,
    CreateBrand,
    CreateAirline,
    CreateKey,
    RevokeKey,
}

impl Write {
    /// What it asks of DynamoDB in a function that has not seen the key: reads, and a write at the end.
    fn operations(self) -> &'static [&'static str] {
        match self {
            Self::CreateProduct | Self::CreateBrand | Self::CreateAirline => &["GetItem", "TransactWriteItems"],
            Self::ChangeProduct => &["GetItem", "UpdateItem"],
            Self::CreateKey => &["GetItem", "Query", "TransactWriteItems"],
            Self::RevokeKey => &["GetItem", "GetItem", "TransactWriteItems"],
        }
    }

    /// How many items there are more after it; none, if it changes one.
    fn items_added(self) -> Option<isize> {
        match self {
            Self::CreateProduct => Some(1),
            Self::ChangeProduct => None,
            // The brand and its four claims.
            Self::CreateBrand => Some(5),
            // The airline, its key, and what the key's digest leads to.
            Self::CreateAirline => Some(3),
            Self::CreateKey => Some(2),
            Self::RevokeKey => Some(-2),
        }
    }

    fn success(self) -> u16 {
        match self {
            Self::ChangeProduct => 200,
            Self::RevokeKey => 204,
            _ => 201,
        }
    }

    fn is_for_superusers(self) -> bool {
        matches!(self, Self::CreateAirline | Self::CreateKey | Self::RevokeKey)
    }

    fn failure(self, status: u16) -> Value {
        match (self.is_for_superusers(), status) {
            (false, 503) => json!({ "error": "Please retry" }),
            (false, _) => json!({ "error": "Internal Server Error" }),
            (true, 503) => json!({
                "statusCode": 503, "error": "Service Unavailable",
                "message": "Something went wrong please contact admin",
            }),
            (true, _) => json!({
                "statusCode": 500, "error": "Internal Server Error", "message": "An internal server error occurred",
            }),
        }
    }
}

/// A fault at one of a route's requests, and what it leads to.
#[derive(Debug, Clone)]
struct Trial {
    position: usize,
    fault: Fault,
    /// Whether every later request meets it too.
    lasts: bool,
    status: u16,
    effects: usize,
}

/// One trial for each fault at each request of a route.
fn trials(write: Write) -> Vec<Trial> {
    let mut trials = Vec::new();
    let last = write.operations().len() - 1;
    for (position, operation) in write.operations().iter().enumerate() {
        let passing = |fault| Trial { position, fault, lasts: false, status: write.success(), effects: 1 };
        let busy = |fault| Trial { position, fault, lasts: true, status: 503, effects: 0 };
        let failed = |fault| Trial { position, fault, lasts: true, status: 500, effects: 0 };
        // Of a read that nobody answered it is certain that it changed nothing.
        let in_doubt = |fault, effects| match position {
            _ if position == last => Trial { effects, ..failed(fault) },
            _ => busy(fault),
        };
        trials.extend([
            passing(Fault::None),
            passing(Fault::Error(400, "ThrottlingException")),
            passing(Fault::Error(500, "InternalServerError")),
            passing(Fault::CutBefore),
            passing(Fault::CutAfter),
            passing(Fault::Delay(Duration::from_millis(20))),
            busy(Fault::Error(400, "ThrottlingException")),
            failed(Fault::Error(400, "AccessDeniedException")),
            in_doubt(Fault::Error(500, "InternalServerError"), 0),
            in_doubt(Fault::CutBefore, 0),
            in_doubt(Fault::CutAfter, 1),
            in_doubt(Fault::Delay(PATIENCE + Duration::from_millis(100)), 1),
        ]);
        let refusals = match *operation {
            "TransactWriteItems" => vec![
                Fault::Conflict,
                Fault::Error(400, "ProvisionedThroughputExceededException"),
                Fault::Error(400, "RequestLimitExceeded"),
            ],
            "UpdateItem" => vec![
                Fault::Error(400, "TransactionConflictException"),
                Fault::Error(400, "ProvisionedThroughputExceededException"),
            ],
            _ => vec![],
        };
        for fault in refusals {
            trials.extend([passing(fault.clone()), busy(fault)]);
        }
        if *operation == "TransactWriteItems" {
            let in_progress = Fault::Error(400, "TransactionInProgressException");
            trials.extend([passing(in_progress.clone()), in_doubt(in_progress, 0)]);
        }
    }
    trials
}

/// A system on which one write after the other is tried.
struct Scene {
    app: TestApp,
    tables: Reader,
    write: Write,
    key: String,
    session: String,
    product: String,
}

impl Scene {
    async fn of(write: Write) -> Self {
        let app = crate::start().await;
        let session = session(&app).await;
        let key = app.airline("skyteam").await;
        let product = app.product(&key, 500).await;
        Self { tables: Reader::of(&app), app, write, key, session, product }
    }

    /// The write, ready to be asked for the `n`th time.
    async fn request(&self, n: usize) -> (Method, String, Value) {
        match self.write {
            Write::CreateProduct => {
                (Method::POST, "/airline/products".to_owned(), json!({ "name": "P", "priceMiles": 1 }))
            }
            Write::ChangeProduct => {
                (Method::PATCH, format!("/airline/products/{}", self.product), json!({ "priceMiles": price(n) }))
            }
            Write::CreateBrand => {
                let letter = char::from(b'A' + u8::try_from(n).unwrap());
                let brand = json!({
                    "brandId": format!("b{n}"), "name": "B", "iata": format!("9{letter}"), "icao": format!("QQ{letter}"),
                    "callsign": format!("B {n}"), "isPrimary": true,
                });
                (Method::POST, "/airline/brands".to_owned(), brand)
            }
            Write::CreateAirline => {
                (Method::POST, "/airlines".to_owned(), json!({ "airlineId": format!("a{n}"), "name": "A" }))
            }
            Write::CreateKey => (Method::POST, "/airlines/skyteam/keys".to_owned(), json!({ "overlapSeconds": 0 })),
            Write::RevokeKey => {
                let made = self.app.post("/airlines/skyteam/keys").bearer(&self.session).send().await.expect(201);
                let key_id = made.json()["keyId"].as_str().unwrap().to_owned();
                (Method::DELETE, format!("/airlines/skyteam/keys/{key_id}"), json!({}))
            }
        }
    }

    async fn answer(&self, (method, path, body): (Method, String, Value), time: Duration) -> Answer {
        let cold = self.app.another_instance(time);
        cold.call(method, &path).key(&self.key).bearer(&self.session).json(&body).send().await
    }

    /// How many items there are, or of a change, how many have the price of the `n`th.
    async fn extent(&self, n: usize) -> isize {
        let items = self.tables.items().await;
        let price = AttributeValue::N(price(n).to_string());
        let changed = items.iter().filter(|item| item.get("priceMiles") == Some(&price)).count();
        let extent = if self.write.items_added().is_some() { items.len() } else { changed };
        extent.try_into().unwrap()
    }

    /// Waits for what is still on its way, but not forever.
    async fn wait_for(&self, n: usize, extent: isize) {
        for _ in 0..100 {
            if self.extent(n).await == extent {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn undergo(&self, n: usize, trial: &Trial) {
        let request = self.request(n).await;
        let before = self.extent(n).await;
        self.app.wire.reset();
        let untouched = vec![Fault::None; trial.position];
        if trial.lasts {
            self.app.wire.disturb(untouched);
            self.app.wire.disturb_all(trial.fault.clone());
        } else {
            self.app.wire.disturb(untouched.into_iter().chain([trial.fault.clone()]));
        }

        let answer = self.answer(request, if trial.lasts { PATIENCE } else { Duration::from_secs(10) }).await;

        self.app.wire.reset();
        let said = format!("{:?}: {trial:?}: {}", self.write, String::from_utf8_lossy(&answer.bytes));
        assert_eq!(answer.status.as_u16(), trial.status, "{said}");
        if trial.lasts {
            assert_eq!(answer.json(), self.write.failure(trial.status), "{said}");
            let may_retry = trial.status == 503 && !self.write.is_for_superusers();
            assert_eq!(answer.header("retry-after"), may_retry.then_some("1"), "{said}");
        }
        let added = self.write.items_added().unwrap_or(1) * isize::try_from(trial.effects).unwrap();
        if matches!(trial.fault, Fault::Delay(_)) {
            self.wait_for(n, before + added).await;
        }
        assert_eq!(self.extent(n).await - before, added, "{said}");
    }
}

fn price(n: usize) -> usize {
    10_000 + n
}

async fn withstands_faults(write: Write) {
    let trials = trials(write);
    join_all((0..SIDE_BY_SIDE).map(async |share| {
        let scene = Scene::of(write).await;
        for (n, trial) in trials.iter().skip(share).step_by(SIDE_BY_SIDE).enumerate() {
            scene.undergo(n, trial).await;
        }
    }))
    .await;
}

#[tokio::test]
async fn do_not_harm_create_product() {
    withstands_faults(Write::CreateProduct).await;
}

#[tokio::test]
async fn do_not_harm_change_product() {
    withstands_faults(Write::ChangeProduct).await;
}

#[tokio::test]
async fn do_not_harm_create_brand() {
    withstands_faults(Write::CreateBrand).await;
}

#[tokio::test]
async fn do_not_harm_create_airline() {
    withstands_faults(Write::CreateAirline).await;
}

#[tokio::test]
async fn do_not_harm_create_key() {
    withstands_faults(Write::CreateKey).await;
}

#[tokio::test]
async fn do_not_harm_revoke_key() {
    withstands_faults(Write::RevokeKey).await;
}

#[tokio::test]
async fn meet_the_requests_that_they_are_meant_for() {
    let writes = [
        Write::CreateProduct,
        Write::ChangeProduct,
        Write::CreateBrand,
        Write::CreateAirline,
        Write::CreateKey,
        Write::RevokeKey,
    ];
    for write in writes {
        let scene = Scene::of(write).await;
        let request = scene.request(0).await;
        scene.app.wire.reset();

        let answer = scene.answer(request, PATIENCE).await;

        assert_eq!(answer.status.as_u16(), write.success());
        assert_eq!(scene.app.wire.take_operations(), write.operations());
    }
}

#[tokio::test]
async fn leave_a_write_in_doubt_that_once_was() {
    let scene = Scene::of(Write::CreateProduct).await;
    let before = scene.extent(0).await;
    // It takes effect and its answer is lost; from then on others are in the way of asking again.
    scene.app.wire.disturb([Fault::None, Fault::CutAfter]);
    scene.app.wire.disturb_all(Fault::Conflict);

    let answer = scene.answer(scene.request(0).await, PATIENCE).await;

    assert_eq!(answer.status, 500);
    assert_eq!(scene.extent(0).await, before + 1);
}
