//! Movements in random order, compared with a model that is simple enough to be obviously correct.

use crate::invariants::sound_ledger;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use testing::{Answer, TestApp};

const AIRLINES: [&str; 2] = ["skyteam", "rival"];
const FLYERS: [&str; 3] = ["1", "2", "3"];
/// The prices of each airline's products.
const PRICES: [i64; 2] = [100, 700];
/// Each airline's flights.
const FLIGHTS: usize = 2;

/// A request from an airline. Products, flights and entries are given by their positions.
#[derive(Debug, Clone)]
enum Action {
    Board { airline: usize, flyer: &'static str, operator: usize, flight: usize, miles: i64 },
    Buy { airline: usize, flyer: &'static str, seller: usize, product: usize },
    Refund { airline: usize, flyer: &'static str, seq: usize },
    Reverse { airline: usize, flyer: &'static str, seq: usize, partial: bool },
    Adjust { airline: usize, flyer: &'static str, amount: i64 },
}

fn actions() -> impl Strategy<Value = Vec<Action>> {
    let airline = || 0..AIRLINES.len();
    let miles = select(vec![0, 1, 99, 100, 500, 700, 1_000_000]);
    // Mostly the airline's own products and flights, so that most actions succeed.
    let own_or_not = || prop_oneof![4 => Just(0), 1 => Just(1)];
    let board = (airline(), select(&FLYERS[..]), own_or_not(), 0..FLIGHTS, miles).prop_map(
        |(airline, flyer, other, flight, miles)| {
            let operator = (airline + other) % AIRLINES.len();
            Action::Board { airline, flyer, operator, flight, miles }
        },
    );
    let buy =
        (airline(), select(&FLYERS[..]), own_or_not(), 0..PRICES.len()).prop_map(|(airline, flyer, other, product)| {
            let seller = (airline + other) % AIRLINES.len();
            Action::Buy { airline, flyer, seller, product }
        });
    let refund = (airline(), select(&FLYERS[..]), 0..8_usize).prop_map(|(airline, flyer, seq)| Action::Refund {
        airline,
        flyer,
        seq,
    });
    let reverse = (airline(), select(&FLYERS[..]), 0..8_usize, any::<bool>())
        .prop_map(|(airline, flyer, seq, partial)| Action::Reverse { airline, flyer, seq, partial });
    let amount = select(vec![1, 250, 1_000_000, -1, -250, -1_000_000]);
    let adjust = (airline(), select(&FLYERS[..]), amount).prop_map(|(airline, flyer, amount)| Action::Adjust {
        airline,
        flyer,
        amount,
    });
    prop::collection::vec(prop_oneof![3 => board, 4 => buy, 3 => refund, 3 => reverse, 1 => adjust], 1..32)
}

/// The fields of a ledger entry that differ between movements.
#[derive(Debug, Clone, PartialEq)]
struct Entry {
    airline: usize,
    source: &'static str,
    amount: i64,
    reverses: Option<usize>,
}

/// The expected state of the system.
#[derive(Debug, Default)]
struct Model {
    ledgers: BTreeMap<&'static str, Vec<Entry>>,
    boarded: BTreeSet<(&'static str, usize, usize)>,
}

impl Model {
    fn balance(&self, flyer: &str) -> i64 {
        self.ledgers[flyer].iter().map(|entry| entry.amount).sum()
    }

    /// Applies an action and returns the expected status.
    fn apply(&mut self, action: &Action) -> u16 {
        let (flyer, entry, status) = match *action {
            Action::Board { airline, flyer, operator, flight, miles } => {
                if airline != operator {
                    return 404;
                }
                if !self.boarded.insert((flyer, operator, flight)) {
                    return 409;
                }
                (flyer, Entry { airline, source: "flight", amount: miles, reverses: None }, 201)
            }
            Action::Buy { airline, flyer, seller, product } => {
                if !self.ledgers.contains_key(flyer) || airline != seller {
                    return 404;
                }
                if self.balance(flyer) < PRICES[product] {
                    return 400;
                }
                (flyer, Entry { airline, source: "purchase", amount: -PRICES[product], reverses: None }, 200)
            }
            Action::Refund { airline, flyer, seq } => {
                let ledger = self.ledgers.get(flyer).map(Vec::as_slice).unwrap_or_default();
                let Some(purchase) = seq.checked_sub(1).and_then(|position| ledger.get(position)) else { return 404 };
                if purchase.airline != airline {
                    return 404;
                }
                if purchase.source != "purchase" {
                    return 400;
                }
                if ledger.iter().any(|entry| entry.reverses == Some(seq)) {
                    return 409;
                }
                (flyer, Entry { airline, source: "refund", amount: -purchase.amount, reverses: Some(seq) }, 201)
            }
            Action::Reverse { airline, flyer, seq, partial } => {
                let ledger = self.ledgers.get(flyer).map(Vec::as_slice).unwrap_or_default();
                let Some(boarding) = seq.checked_sub(1).and_then(|position| ledger.get(position)) else { return 404 };
                if boarding.airline != airline {
                    return 404;
                }
                if boarding.source != "flight" || boarding.amount == 0 {
                    return 400;
                }
                if ledger.iter().any(|entry| entry.reverses == Some(seq)) {
                    return 409;
                }
                let left = self.balance(flyer);
                let taken = if partial { boarding.amount.min(left) } else { boarding.amount };
                if taken == 0 || taken > left {
                    return 400;
                }
                (flyer, Entry { airline, source: "reversal", amount: -taken, reverses: Some(seq) }, 201)
            }
            Action::Adjust { airline, flyer, amount } => {
                if !self.ledgers.contains_key(flyer) {
                    return 404;
                }
                if self.balance(flyer) + amount < 0 {
                    return 400;
                }
                (flyer, Entry { airline, source: "adjustment", amount, reverses: None }, 201)
            }
        };
        self.ledgers.entry(flyer).or_default().push(entry);
        status
    }

    /// Returns a ledger as the API should show it, without the fields that the model does not track.
    fn ledger(&self, flyer: &str) -> Vec<Value> {
        let mut balance = 0;
        let entries = self.ledgers.get(flyer).map(Vec::as_slice).unwrap_or_default();
        let shown = entries.iter().map(|entry| {
            balance += entry.amount;
            let reverses = entry.reverses.map(|seq| format!("{flyer}-{seq}"));
            json!([AIRLINES[entry.airline], entry.source, entry.amount, balance, reverses])
        });
        shown.collect()
    }
}

/// The system under test, with each airline's key, products and flights.
struct System {
    app: TestApp,
    airlines: Vec<(String, Vec<String>, Vec<String>)>,
}

impl System {
    async fn start() -> Self {
        let app = crate::start().await;
        let mut airlines = Vec::new();
        for airline in AIRLINES {
            let key = app.airline(airline).await;
            let (mut products, mut flights) = (Vec::new(), Vec::new());
            for price in PRICES {
                products.push(app.product(&key, price.unsigned_abs()).await);
            }
            for _ in 0..FLIGHTS {
                flights.push(app.flight(&key, airline).await);
            }
            airlines.push((key, products, flights));
        }
        Self { app, airlines }
    }

    async fn apply(&self, step: usize, action: &Action) -> Answer {
        let (airline, path, body) = match *action {
            Action::Board { airline, flyer, operator, flight, miles } => {
                let path = format!("/flight/{}/passengers", self.airlines[operator].2[flight]);
                let body = json!({ "userId": flyer, "miles": miles, "username": "pilot123", "displayName": "Pilot" });
                (airline, path, body)
            }
            Action::Buy { airline, flyer, seller, product } => {
                let body = json!({ "productId": self.airlines[seller].1[product] });
                (airline, format!("/user/{flyer}/buyProduct"), body)
            }
            Action::Refund { airline, flyer, seq } => {
                (airline, format!("/user/{flyer}/transactions/{flyer}-{seq}/refund"), json!({}))
            }
            Action::Reverse { airline, flyer, seq, partial } => {
                let path = format!("/user/{flyer}/transactions/{flyer}-{seq}/reverse");
                (airline, path, json!({ "partial": partial }))
            }
            Action::Adjust { airline, flyer, amount } => {
                (airline, format!("/user/{flyer}/adjustments"), json!({ "amount": amount, "note": "Staff" }))
            }
        };
        let call = self.app.post(&path).key(&self.airlines[airline].0).json(&body);
        call.header("idempotency-key", &format!("step-{step}")).send().await
    }

    async fn ledger(&self, flyer: &str) -> Vec<Value> {
        let key = &self.airlines[0].0;
        let listed = self.app.get(&format!("/user/{flyer}/transactions")).key(key).send().await;
        if listed.status == 404 {
            return Vec::new();
        }
        let entries = sound_ledger(&self.app, key, flyer).await;
        let fields = ["airlineId", "source", "amount", "balanceAfter", "reverses"];
        entries.iter().map(|entry| fields.map(|field| entry[field].clone()).into_iter().collect()).collect()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn predicts_every_movement(actions in actions()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (mut model, system) = (Model::default(), System::start().await);
            for (step, action) in actions.iter().enumerate() {
                let expected = model.apply(action);
                let answer = system.apply(step, action).await;
                prop_assert_eq!(answer.status.as_u16(), expected, "{:?}: {}", action, answer.json());
                if answer.status.is_success() {
                    let user = &answer.json()["user"];
                    let flyer = user["userId"].as_str().unwrap();
                    prop_assert_eq!(user["miles"].as_i64(), Some(model.balance(flyer)), "{:?}", action);
                }
            }
            for flyer in FLYERS {
                prop_assert_eq!(system.ledger(flyer).await, model.ledger(flyer));
            }
            Ok(())
        })?;
    }
}
