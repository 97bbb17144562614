//! What tests begin with.

use crate::TestApp;
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::KeyPair as _;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use shared::airlines::AirlineDraft;
use shared::members::{SignedUpBy, sign_up};
use shared::store::Tables;
use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// The brand that [`TestApp::airline`] makes for the airline `skyteam`.
pub const BRAND: &str = "skyteam-main";

/// The key that signs tests' sessions: PKCS #8 private and X.509 public, as PEM.
static SESSION_KEY: LazyLock<(String, String)> = LazyLock::new(|| {
    let pair = KeyPair::generate(KeySize::Rsa2048).expect("a key is made");
    let private = AsDer::<Pkcs8V1Der>::as_der(&pair).expect("a key has a form");
    let public = AsDer::<PublicKeyX509Der>::as_der(pair.public_key()).expect("a key has a form");
    let pem = |tag: &str, der: &[u8]| pem::encode(&pem::Pem::new(tag, der));
    (pem("PRIVATE KEY", private.as_ref()), pem("PUBLIC KEY", public.as_ref()))
});

pub(crate) fn session_public_key() -> String {
    SESSION_KEY.1.clone()
}

/// Tables that no other test has.
pub(crate) fn own_tables() -> Tables {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let prefix = format!("test-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::SeqCst));
    Tables {
        users: format!("{prefix}-users"),
        flights: format!("{prefix}-flights"),
        ledgers: format!("{prefix}-ledgers"),
    }
}

/// Making tokens.
#[derive(Debug)]
pub struct Session;

impl Session {
    /// The key that verifies tests' sessions, as PEM.
    #[must_use]
    pub fn public_key() -> String {
        session_public_key()
    }

    /// The key that signs tests' sessions, as PEM.
    #[must_use]
    pub fn private_key() -> String {
        SESSION_KEY.0.clone()
    }

    /// A token with these claims, signed by the trusted key.
    #[must_use]
    pub fn token(claims: &Value) -> String {
        let key = EncodingKey::from_rsa_pem(SESSION_KEY.0.as_bytes()).expect("it is an RSA key");
        encode(&Header::new(Algorithm::RS256), claims, &key).expect("claims can be signed")
    }
}

impl TestApp {
    /// A good session of that member, who need not exist.
    #[must_use]
    pub fn session(&self, member: &str) -> String {
        let now = self.app.now().as_second();
        Session::token(&json!({ "userId": member, "iat": now, "exp": now + 3600 }))
    }

    /// Makes a member with these roles.
    pub async fn member(&self, id: &str, roles: &[&str]) {
        let roles: BTreeMap<&str, bool> = roles.iter().map(|role| (*role, true)).collect();
        let draft = json!({ "id": id, "first_name": "Ada", "last_name": "Lovelace", "roles": roles });
        let draft = serde_json::from_value(draft).expect("a good draft");
        let nobody = "nobody".parse().expect("a member id");
        let by = SignedUpBy { id: &nobody, is_super_user: true, github_id: None, github_user_id: None };
        let _member = sign_up(&self.app, by, draft).await.expect("the member is made");
        self.wire.reset();
    }

    /// Makes an airline with a primary brand `<id>-main`, and tells its API key. The functions have seen the key.
    pub async fn airline(&self, id: &str) -> String {
        let draft = json!({ "airlineId": id, "name": format!("Airline {id}") });
        let draft: AirlineDraft = serde_json::from_value(draft).expect("a good draft");
        let created = shared::airlines::create(&self.app, draft).await.expect("the airline is made");
        let key = created.api_key.reveal().to_owned();
        // Distinct names for distinct airlines: the first letters, or what a number of letters gives.
        let code: String = id.chars().filter(char::is_ascii_lowercase).chain("xyz".chars()).take(3).collect();
        let code = code.to_uppercase();
        let brand = json!({
            "brandId": format!("{id}-main"), "name": format!("Brand of {id}"), "iata": code[..2], "icao": code,
            "callsign": id.to_uppercase(), "isPrimary": true,
        });
        let made = self.post("/airline/brands").key(&key).json(&brand).send().await;
        let _brand = made.expect(201);
        self.wire.reset();
        key
    }

    /// Makes a product and tells its id.
    pub async fn product(&self, key: &str, price: u64) -> String {
        let draft = json!({ "name": "Priority Boarding", "priceMiles": price });
        let made = self.post("/airline/products").key(key).json(&draft).send().await.expect(201).json();
        self.wire.reset();
        made["productId"].as_str().expect("products have ids").to_owned()
    }

    /// Plans a flight of the brand `<airline>-main` and tells its id.
    pub async fn flight(&self, key: &str, airline: &str) -> String {
        let draft = json!({
            "code": "ST123", "gameId": "1234567890", "aircraft": "Boeing 737-800", "brandId": format!("{airline}-main"),
            "departure": "KJFK", "arrival": "KLAX", "startTime": "2024-03-15T14:00:00.000Z",
        });
        let made = self.post("/flight").key(key).json(&draft).send().await.expect(201).json();
        self.wire.reset();
        made["id"].as_str().expect("flights have ids").to_owned()
    }

    /// Boards a flyer, made if need be, on a flight.
    pub async fn board(&self, key: &str, flight: &str, flyer: &str, miles: u64) {
        let boarding =
            json!({ "userId": flyer, "miles": miles, "username": "pilot123", "displayName": "Captain John" });
        let boarded = self.post(&format!("/flight/{flight}/passengers")).key(key).json(&boarding).send().await;
        let _passenger = boarded.expect(201);
        self.wire.reset();
    }

    /// A flyer's balance, as the API answers it.
    pub async fn balance(&self, key: &str, flyer: &str) -> u64 {
        let body = json!({ "userIds": [flyer] });
        let data = self.post("/users/fetchUsersData").key(key).json(&body).send().await.expect(200).json();
        data["data"][0]["user"]["miles"].as_u64().expect("a flyer has a balance")
    }

    /// A flyer's whole ledger, oldest first, as the API answers it.
    pub async fn ledger(&self, key: &str, flyer: &str) -> Vec<Value> {
        let mut entries = Vec::new();
        let mut next = String::new();
        loop {
            let page = self.get(&format!("/user/{flyer}/transactions?limit=100{next}")).key(key).send().await;
            let page = page.expect(200).json();
            entries.extend(page["transactions"].as_array().expect("a list").clone());
            match page["next"].as_str() {
                Some(cursor) => next = format!("&next={cursor}"),
                None => break,
            }
        }
        entries.reverse();
        entries
    }
}
