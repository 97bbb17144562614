//! The operations here that move miles, as tests of faults go through them all.

use crate::shop::{FLYER, Shop};
use serde_json::Value;
use std::time::Duration;
use testing::{Answer, Call, Wire};

/// One of the operations. Each takes two requests, BatchGetItem and TransactWriteItems, and before them GetItem for a key
/// not seen yet.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Operation {
    /// A purchase.
    Purchase,
    /// A purchase with an Idempotency-Key.
    RepeatablePurchase,
    /// A refund of a purchase.
    Refund,
}

/// All of them.
pub const OPERATIONS: [Operation; 3] = [Operation::Purchase, Operation::RepeatablePurchase, Operation::Refund];

/// An operation that is about to be tried, in a shop where nothing else happens.
pub struct Trial {
    operation: Operation,
    shop: Shop,
    /// The instance of the function that is called.
    called: Shop,
    before: Vec<Value>,
}

impl Trial {
    /// Makes what the operation is done to, and reads the ledger before it.
    pub async fn prepare(operation: Operation, shop: &Shop) -> Self {
        if operation == Operation::Refund {
            let _bought = shop.buy().send().await.expect(200);
        }
        let before = shop.sound_ledger().await;
        shop.app.wire.reset();
        Self { operation, shop: shop.clone(), called: shop.clone(), before }
    }

    /// The same on another instance of the function, which has not seen the key yet.
    pub fn elsewhere(self) -> Self {
        let app = self.shop.app.another_instance(Duration::from_secs(10));
        Self { called: Shop { app: app.into(), ..self.shop.clone() }, ..self }
    }

    /// The same on another instance of the function, which has seen the key and gives up after that time.
    pub async fn giving_up_after(self, time: Duration) -> Self {
        Self { called: self.shop.giving_up_after(time).await, ..self }
    }

    /// What it goes over to DynamoDB.
    pub fn wire(&self) -> &Wire {
        &self.called.app.wire
    }

    /// The request. A second one is a repeat of the first.
    pub fn call(&self) -> Call<'_> {
        match self.operation {
            Operation::Purchase => self.called.buy(),
            Operation::RepeatablePurchase => {
                self.called.buy().header("idempotency-key", &format!("after-{}", self.before.len()))
            }
            Operation::Refund => self.called.refund(&format!("{FLYER}-{}", self.before.len())),
        }
    }

    /// The entries that it wrote. Ends the test if the ledger is not sound, or anything else was written.
    pub async fn written(&self) -> Vec<Value> {
        self.shop.app.wire.reset();
        let mut ledger = self.shop.sound_ledger().await;
        let written = ledger.split_off(self.before.len());
        assert_eq!(ledger, self.before);
        let source = if self.operation == Operation::Refund { "refund" } else { "purchase" };
        assert!(written.iter().all(|entry| entry["source"] == source), "{written:#?}");
        written
    }

    /// Ends the test, telling the circumstances, unless the answer is of a success that took effect once and left what it
    /// says.
    pub async fn expect_once(&self, answer: &Answer, circumstances: &str) {
        let case = format!("{:?} {circumstances}", self.operation);
        let written = self.written().await;
        let success = if self.operation == Operation::Refund { 201 } else { 200 };
        assert_eq!(answer.status, success, "{case}: {written:#?}, {}", String::from_utf8_lossy(&answer.bytes));
        assert_eq!(written.len(), 1, "{case}: {written:#?}");
        assert_eq!(answer.json()["user"]["miles"], written[0]["balanceAfter"], "{case}");
        assert_eq!(answer.header("idempotency-replayed"), None, "{case}: it was this request that did it");
    }
}
