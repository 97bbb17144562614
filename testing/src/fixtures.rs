//! Fixtures: session tokens, and functions that create the data that tests need.

use crate::TestApp;
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::KeyPair as _;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use shared::airlines::AirlineDraft;
use shared::flights::plan;
use shared::ledger::{board, transactions};
use shared::members::{SignedUpBy, sign_up};
use shared::models::AirlineId;
use shared::store::Tables;
use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// ID of the brand that [`TestApp::airline`] creates for the airline `skyteam`.
pub const BRAND: &str = "skyteam-main";

/// The key pair of the tests' sessions in PEM format: private (PKCS #8) and public (X.509).
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

/// Returns table names that no other test uses.
pub(crate) fn own_tables() -> Tables {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let prefix = format!("test-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::SeqCst));
    Tables {
        users: format!("{prefix}-users"),
        flights: format!("{prefix}-flights"),
        ledgers: format!("{prefix}-ledgers"),
    }
}

/// Creates session tokens.
#[derive(Debug)]
pub struct Session;

impl Session {
    /// Returns the public key, which verifies the tests' sessions, in PEM format.
    #[must_use]
    pub fn public_key() -> String {
        session_public_key()
    }

    /// Returns the private key, which signs the tests' sessions, in PEM format.
    #[must_use]
    pub fn private_key() -> String {
        SESSION_KEY.0.clone()
    }

    /// Returns a token with the given claims, signed with the private key.
    #[must_use]
    pub fn token(claims: &Value) -> String {
        let key = EncodingKey::from_rsa_pem(SESSION_KEY.0.as_bytes()).expect("it is an RSA key");
        encode(&Header::new(Algorithm::RS256), claims, &key).expect("claims can be signed")
    }
}

impl TestApp {
    /// Returns a valid session token of a member, who does not have to exist.
    #[must_use]
    pub fn session(&self, member: &str) -> String {
        let now = self.now().as_second();
        Session::token(&json!({ "userId": member, "iat": now, "exp": now + 3600 }))
    }

    /// Creates a member with the given roles.
    pub async fn member(&self, id: &str, roles: &[&str]) {
        let roles: BTreeMap<&str, bool> = roles.iter().map(|role| (*role, true)).collect();
        self.sign_up(&json!({ "id": id, "first_name": "Ada", "last_name": "Lovelace", "roles": roles })).await;
    }

    /// Creates the member that a superuser's `POST /users` with this body would create.
    pub async fn sign_up(&self, draft: &Value) {
        let draft = serde_json::from_value(draft.clone()).expect("a good draft");
        let nobody = "nobody".parse().expect("a member id");
        let by = SignedUpBy { id: &nobody, is_super_user: true, github_id: None, github_user_id: None };
        let _member = sign_up(self.context(), by, draft).await.expect("the member is made");
        self.wire.reset();
    }

    /// Creates an airline with the primary brand `<id>-main`, and returns its API key, which is then cached.
    pub async fn airline(&self, id: &str) -> String {
        let draft = json!({ "airlineId": id, "name": format!("Airline {id}") });
        let draft: AirlineDraft = serde_json::from_value(draft).expect("a good draft");
        let created = shared::airlines::create(self.context(), draft).await.expect("the airline is made");
        let key = created.api_key.reveal().to_owned();
        // Designators are distinct if the first two letters of the airlines' IDs are.
        let code: String = id.chars().filter(char::is_ascii_lowercase).chain("xyz".chars()).take(3).collect();
        let code = code.to_uppercase();
        let brand = json!({
            "brandId": format!("{id}-main"), "name": format!("Brand of {id}"), "iata": code[..2], "icao": code,
            "callsign": id.to_uppercase(), "isPrimary": true,
        });
        let brand = serde_json::from_value(brand).expect("a valid brand");
        let airline = created.airline.airline_id;
        shared::airlines::create_brand(self.context(), &airline, brand).await.expect("the brand is created");
        let _cached = self.app.keys.identify(self.context(), Some(key.as_bytes())).await.expect("the key is valid");
        self.wire.reset();
        key
    }

    /// Returns the airline of a key, which is then cached.
    async fn airline_of(&self, key: &str) -> AirlineId {
        self.app.keys.identify(self.context(), Some(key.as_bytes())).await.expect("the key is valid").airline_id
    }

    /// Creates a product and returns its id.
    pub async fn product(&self, key: &str, price: u64) -> String {
        let draft = json!({ "name": "Priority Boarding", "priceMiles": price });
        let draft = serde_json::from_value(draft).expect("a valid draft");
        let product = shared::airlines::create_product(self.context(), &self.airline_of(key).await, draft).await;
        self.wire.reset();
        product.expect("the product is created").product_id.to_string()
    }

    /// Plans a flight of the brand `<airline>-main` and returns its id.
    pub async fn flight(&self, key: &str, airline: &str) -> String {
        let draft = json!({
            "code": "ST123", "gameId": "1234567890", "aircraft": "Boeing 737-800", "brandId": format!("{airline}-main"),
            "departure": "KJFK", "arrival": "KLAX", "startTime": "2024-03-15T14:00:00.000Z",
        });
        let draft = serde_json::from_value(draft).expect("a valid draft");
        let flight = plan(self.context(), &self.airline_of(key).await, draft).await.expect("the flight is planned");
        self.wire.reset();
        flight.id.to_string()
    }

    /// Boards a flyer on a flight, and creates the flyer if necessary.
    pub async fn board(&self, key: &str, flight: &str, flyer: &str, miles: u64) {
        let boarding =
            json!({ "userId": flyer, "miles": miles, "username": "pilot123", "displayName": "Captain John" });
        let boarding = serde_json::from_value(boarding).expect("a valid boarding");
        let flight = flight.parse().expect("a flight's id");
        let boarded = board(self.context(), &self.airline_of(key).await, flight, &boarding, None).await;
        let _passenger = boarded.expect("the flyer is boarded");
        self.wire.reset();
    }

    /// Returns a flyer's balance.
    pub async fn balance(&self, flyer: &str) -> u64 {
        let account = self.store().account(&flyer.parse().expect("a flyer's id")).await.expect("the flyer is read");
        account.expect("the flyer exists").flyer.miles.get()
    }

    /// Returns a flyer's ledger as the API represents it, oldest entry first.
    pub async fn ledger(&self, flyer: &str) -> Vec<Value> {
        let flyer = flyer.parse().expect("a flyer's id");
        let mut entries = Vec::new();
        let mut next: Option<String> = None;
        loop {
            let page = transactions(self.context(), &flyer, 100, next.as_deref()).await.expect("the ledger is read");
            entries.extend(page.items.iter().map(|entry| serde_json::to_value(entry).expect("entries are JSON")));
            next = page.next;
            if next.is_none() {
                break;
            }
        }
        entries.reverse();
        entries
    }
}
