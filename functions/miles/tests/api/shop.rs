//! What most tests here begin with: something to buy, and somebody who buys.

use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use testing::{Call, TestApp};

/// Whoever flies and buys.
pub const FLYER: &str = "123456789";

/// An airline with a product, and a flyer with miles of one flight.
#[derive(Clone)]
pub struct Shop {
    /// The API.
    pub app: Arc<TestApp>,
    /// The airline's key.
    pub key: String,
    /// The airline's product.
    pub product: String,
}

impl Shop {
    /// The product costs `price`, and [`FLYER`] has `balance` miles.
    pub async fn open(price: u64, balance: u64) -> Self {
        let app = crate::start().await;
        let key = app.airline("skyteam").await;
        let product = app.product(&key, price).await;
        let flight = app.flight(&key, "skyteam").await;
        app.board(&key, &flight, FLYER, balance).await;
        Self { app: Arc::new(app), key, product }
    }

    /// The same shop in another instance of the function, which has seen the key and gives up after that time.
    pub async fn giving_up_after(&self, time: Duration) -> Self {
        let app = Arc::new(self.app.another_instance(time));
        let _caller = app.app.keys.identify(app.context(), Some(self.key.as_bytes())).await.expect("the key is good");
        app.wire.reset();
        Self { app, ..self.clone() }
    }

    /// An order of [`FLYER`]'s without a body yet.
    pub fn order(&self) -> Call<'_> {
        self.app.post(&format!("/user/{FLYER}/buyProduct")).key(&self.key)
    }

    /// [`FLYER`] buys the product.
    pub fn buy(&self) -> Call<'_> {
        self.order().json(&json!({ "productId": self.product }))
    }

    /// Gives an entry of [`FLYER`]'s ledger back.
    pub fn refund(&self, transaction: &str) -> Call<'_> {
        self.app.post(&format!("/user/{FLYER}/transactions/{transaction}/refund")).key(&self.key)
    }

    /// Changes the product.
    pub fn change_product(&self, change: &Value) -> Call<'_> {
        self.app.patch(&format!("/airline/products/{}", self.product)).key(&self.key).json(change)
    }

    /// How many entries [`FLYER`]'s ledger has; ends the test if anything is wrong with it.
    pub async fn entries(&self) -> usize {
        self.sound_ledger().await.len()
    }

    /// [`FLYER`]'s ledger, oldest first; ends the test if anything is wrong with it.
    pub async fn sound_ledger(&self) -> Vec<Value> {
        crate::invariants::sound_ledger(&self.app, &self.key, FLYER).await
    }
}
