//! The setup that most tests share: a product for sale and a flyer to buy it.

use serde_json::{Value, json};
use shared::audit::audit;
use std::sync::Arc;
use std::time::Duration;
use testing::{Call, TestApp};

/// ROBLOX user id of the flyer who boards and buys.
pub const FLYER: &str = "123456789";

/// An airline with a product, and a flyer with miles from one flight.
#[derive(Clone)]
pub struct Shop {
    /// The running API.
    pub app: Arc<TestApp>,
    /// The airline's API key.
    pub key: String,
    /// Id of the airline's product.
    pub product: String,
}

impl Shop {
    /// Opens a shop where the product costs `price` and [`FLYER`] has `balance` miles.
    pub async fn open(price: u64, balance: u64) -> Self {
        let app = crate::start().await;
        let key = app.airline("skyteam").await;
        let product = app.product(&key, price).await;
        let flight = app.flight(&key, "skyteam").await;
        app.board(&key, &flight, FLYER, balance).await;
        Self { app: Arc::new(app), key, product }
    }

    /// Returns the same shop on another instance of the function, with the key cached and a request timeout of `time`.
    pub async fn giving_up_after(&self, time: Duration) -> Self {
        let app = Arc::new(self.app.another_instance(time));
        let _caller =
            app.app.keys.identify(app.context(), Some(self.key.as_bytes())).await.expect("the key should be valid");
        app.wire.reset();
        Self { app, ..self.clone() }
    }

    /// Prepares a purchase by [`FLYER`] that does not have a body yet.
    pub fn order(&self) -> Call<'_> {
        self.app.post(&format!("/user/{FLYER}/buyProduct")).key(&self.key)
    }

    /// Prepares [`FLYER`]'s purchase of the product.
    pub fn buy(&self) -> Call<'_> {
        self.order().json(&json!({ "productId": self.product }))
    }

    /// Prepares the refund of an entry in [`FLYER`]'s ledger.
    pub fn refund(&self, transaction: &str) -> Call<'_> {
        self.app.post(&format!("/user/{FLYER}/transactions/{transaction}/refund")).key(&self.key)
    }

    /// Prepares the reversal of an entry in [`FLYER`]'s ledger.
    pub fn reverse(&self, transaction: &str, body: &Value) -> Call<'_> {
        self.app.post(&format!("/user/{FLYER}/transactions/{transaction}/reverse")).key(&self.key).json(body)
    }

    /// Prepares an adjustment of [`FLYER`]'s balance.
    pub fn adjust(&self, idempotency_key: &str, body: &Value) -> Call<'_> {
        let call = self.app.post(&format!("/user/{FLYER}/adjustments")).key(&self.key);
        call.header("idempotency-key", idempotency_key).json(body)
    }

    /// Prepares a change to the product.
    pub fn change_product(&self, change: &Value) -> Call<'_> {
        self.app.patch(&format!("/airline/products/{}", self.product)).key(&self.key).json(change)
    }

    /// Returns the number of entries in [`FLYER`]'s ledger. Panics if the ledger breaks an invariant.
    pub async fn entries(&self) -> usize {
        self.sound_ledger().await.len()
    }

    /// Audits the tables and returns the number of ledger entries. Panics if the audit finds a breach.
    pub async fn audited(&self) -> u64 {
        let audited = audit(self.app.context(), |breach| panic!("{breach}"), |_| {}).await;
        audited.expect("the audit should complete").entries
    }

    /// Returns [`FLYER`]'s ledger, oldest first. Panics if the ledger breaks an invariant.
    pub async fn sound_ledger(&self) -> Vec<Value> {
        crate::invariants::sound_ledger(&self.app, &self.key, FLYER).await
    }
}
