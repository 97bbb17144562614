//! Every write withstands the faults of DynamoDB and the network.

use crate::superusers::session;
use http::Method;
use serde_json::{Value, json};
use testing::withstand::{Failures, Scene, Write, withstand};

/// An airline with a key and a product, and a superuser: what a request may name.
struct Parties {
    key: String,
    session: String,
    product: String,
    key_id: String,
}

/// Prepares a request with a valid API key and the session of a superuser.
async fn scene(method: Method, path: fn(&Parties) -> String, body: Value) -> Scene {
    let app = crate::start().await;
    let session = session(&app).await;
    let key = app.airline("skyteam").await;
    let product = app.product(&key, 500).await;
    let other = app.post("/airlines/skyteam/keys").bearer(&session).json(&json!({})).send().await.expect(201).json();
    let key_id = other["keyId"].as_str().expect("a key has an ID").to_owned();
    let parties = Parties { key, session, product, key_id };
    let path = path(&parties);
    Scene::request(app, move |app| {
        app.call(method.clone(), &path).key(&parties.key).bearer(&parties.session).json(&body)
    })
}

#[tokio::test]
async fn create_product() {
    let write = Write {
        requests: &["GetItem", "TransactWriteItems"],
        success: "201",
        effect: &["+ AIRLINE#skyteam PRODUCT#…"],
        failures: Failures::FLYERS,
        repeated: None,
    };
    let product = json!({ "name": "P", "priceMiles": 1 });
    withstand(&write, || scene(Method::POST, |_| "/airline/products".to_owned(), product.clone())).await;
}

#[tokio::test]
async fn change_product() {
    let write = Write {
        requests: &["GetItem", "GetItem", "UpdateItem"],
        success: "200",
        effect: &["~ AIRLINE#skyteam PRODUCT#…"],
        failures: Failures::FLYERS,
        repeated: Some("200"),
    };
    let path = |parties: &Parties| format!("/airline/products/{}", parties.product);
    withstand(&write, || scene(Method::PATCH, path, json!({ "priceMiles": 700 }))).await;
}

#[tokio::test]
async fn create_brand() {
    let write = Write {
        requests: &["GetItem", "GetItem", "TransactWriteItems"],
        success: "201",
        effect: &[
            "+ AIRLINE#skyteam BRAND#b1",
            "+ BRAND#b1 CLAIM",
            "+ CALLSIGN#b one CLAIM",
            "+ IATA#9B CLAIM",
            "+ ICAO#QQB CLAIM",
            "~ AIRLINE#skyteam AIRLINE",
        ],
        failures: Failures::FLYERS,
        repeated: Some("409"),
    };
    let brand = json!({
        "brandId": "b1", "name": "B", "iata": "9B", "icao": "QQB", "callsign": "B ONE", "isPrimary": true,
    });
    withstand(&write, || scene(Method::POST, |_| "/airline/brands".to_owned(), brand.clone())).await;
}

#[tokio::test]
async fn create_airline() {
    let write = Write {
        requests: &["GetItem", "TransactWriteItems"],
        success: "201",
        effect: &["+ AIRLINE#a1 AIRLINE", "+ AIRLINE#a1 KEY#…", "+ APIKEY#… KEY"],
        failures: Failures::MEMBERS,
        repeated: Some("409"),
    };
    let airline = json!({ "airlineId": "a1", "name": "A" });
    withstand(&write, || scene(Method::POST, |_| "/airlines".to_owned(), airline.clone())).await;
}

#[tokio::test]
async fn create_key() {
    let write = Write {
        requests: &["GetItem", "Query", "TransactWriteItems"],
        success: "201",
        effect: &[
            "+ AIRLINE#skyteam KEY#…",
            "+ APIKEY#… KEY",
            "~ AIRLINE#skyteam KEY#…",
            "~ AIRLINE#skyteam KEY#…",
            "~ APIKEY#… KEY",
            "~ APIKEY#… KEY",
        ],
        failures: Failures::MEMBERS,
        repeated: None,
    };
    let path = |_: &Parties| "/airlines/skyteam/keys".to_owned();
    withstand(&write, || scene(Method::POST, path, json!({ "overlapSeconds": 0 }))).await;
}

#[tokio::test]
async fn revoke_key() {
    let write = Write {
        requests: &["GetItem", "GetItem", "TransactWriteItems"],
        success: "204",
        effect: &["- AIRLINE#skyteam KEY#…", "- APIKEY#… KEY"],
        failures: Failures::MEMBERS,
        repeated: Some("404"),
    };
    let path = |parties: &Parties| format!("/airlines/skyteam/keys/{}", parties.key_id);
    withstand(&write, || scene(Method::DELETE, path, json!({}))).await;
}
