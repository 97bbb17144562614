//! What the tests of all crates share: the whole API on an engine of its own, with the time, the random numbers and
//! the network in the test's hands.
//!
//! Set `DYNAMODB_ENDPOINT` to run the tests against another engine, such as DynamoDB Local: each test makes tables
//! of its own there.

mod access;
mod bad_fields;
mod client;
mod demo;
mod fixtures;
pub mod lambda;
mod log;
mod steady;
pub mod template;
mod wire;

pub use access::{Access, Accesses};
pub use bad_fields::answers_to_bad_fields;
pub use client::{Answer, Call};
pub use demo::{DEMO_FLIGHT, DEMO_KEY, DEMO_SUPER_USER, demo_event, demo_session};
pub use fixtures::{BRAND, Session};
pub use log::Log;
pub use wire::{Fault, Wire};

use crate::demo::Snapshot;
use engine::{Engine, Options};
use shared::App;
use shared::app::{Clock, Entropy};
use shared::config::Config;
use shared::models::Timestamp;
use shared::store::{Store, Tables};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

/// The time at which tests begin.
pub const START: &str = "2024-03-15T10:30:00.000Z";

/// A clock that stands still until it is moved.
#[derive(Debug, Clone)]
pub struct StoppedClock(Arc<AtomicI64>);

impl StoppedClock {
    fn at(instant: &str) -> Self {
        let instant: Timestamp = instant.parse().expect("a valid instant");
        Self(Arc::new(AtomicI64::new(instant.as_millisecond())))
    }

    /// Moves it on.
    pub fn advance(&self, by: Duration) {
        let by = i64::try_from(by.as_millis()).expect("tests last less than an age");
        self.0.fetch_add(by, Ordering::SeqCst);
    }

    /// Sets it.
    pub fn set(&self, instant: &str) {
        let instant: Timestamp = instant.parse().expect("a valid instant");
        self.0.store(instant.as_millisecond(), Ordering::SeqCst);
    }
}

impl Clock for StoppedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.0.load(Ordering::SeqCst)).expect("tests stay within the range")
    }
}

/// Random numbers that are the same in every run.
#[derive(Debug, Clone, Default)]
struct FixedEntropy(Arc<AtomicU64>);

impl Entropy for FixedEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        for chunk in buffer.chunks_mut(8) {
            // SplitMix64: distinct counters give distinct, well spread numbers.
            let counter = self.0.fetch_add(1, Ordering::SeqCst) + 1;
            let mut z = counter.wrapping_mul(0x9e37_79b9_7f4a_7c15);
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            chunk.copy_from_slice(&(z ^ (z >> 31)).to_le_bytes()[..chunk.len()]);
        }
    }
}

/// The whole API, on empty tables of its own.
pub struct TestApp {
    /// The application below the API.
    pub app: App,
    /// Its clock.
    pub clock: StoppedClock,
    /// What goes over the wire to DynamoDB.
    pub wire: Wire,
    router: axum::Router,
    tables: Tables,
    endpoint: String,
    entropy: FixedEntropy,
    engine: Option<Arc<Engine>>,
}

fn router(app: &App) -> axum::Router {
    let routes = miles::routes().merge(flights::routes()).merge(airlines::routes()).merge(users::routes());
    shared::http::router(routes, app.clone())
}

impl TestApp {
    /// Starts it.
    pub async fn start() -> Self {
        Self::start_with(None).await
    }

    /// Starts it with what a snapshot holds, where the engine is one that can.
    async fn start_with(snapshot: Option<&Snapshot>) -> Self {
        if let Ok(endpoint) = std::env::var("DYNAMODB_ENDPOINT") {
            return Self::at(endpoint, fixtures::own_tables(), None, None).await;
        }
        let contents = snapshot.map(|snapshot| snapshot.file.clone());
        let engine =
            Engine::start(&Options { contents, ..Options::default() }).expect("an engine starts on a free port");
        Self::at(format!("http://{}", engine.address()), Tables::default(), Some(engine), snapshot).await
    }

    async fn at(endpoint: String, tables: Tables, engine: Option<Engine>, snapshot: Option<&Snapshot>) -> Self {
        let wire = Wire::default();
        let store = Store::with_config(engine::config(&endpoint).http_client(wire.clone()), tables.clone());
        if snapshot.is_none() {
            store.create_tables().await.expect("the tables are made");
        }

        let session_keys = fixtures::session_public_key();
        let config = Config::from_variables(|name| match name {
            "USERS_TABLE" | "FLIGHTS_TABLE" | "LEDGERS_TABLE" => Some("unused".to_owned()),
            "SESSION_PUBLIC_KEYS" => Some(session_keys.clone()),
            _ => None,
        });
        let clock = StoppedClock::at(START);
        let entropy = FixedEntropy::default();
        entropy.0.store(snapshot.map_or(0, |snapshot| snapshot.drawn), Ordering::SeqCst);
        let app = App::new(&config.expect("the configuration is good"), store)
            .with_clock(clock.clone())
            .with_entropy(entropy.clone());
        let router = router(&app);
        wire.reset();
        Self { app, clock, wire, router, tables, endpoint, entropy, engine: engine.map(Arc::new) }
    }

    /// The same tables behind another instance of the function: it has not seen any key yet, and takes at most that
    /// long for a request.
    #[must_use]
    pub fn another_instance(&self, request_timeout: Duration) -> Self {
        let mut app = self.app.clone();
        app.request_timeout = request_timeout;
        self.instance(app)
    }

    /// The same tables behind another instance of the function, configured otherwise.
    #[must_use]
    pub fn configured(&self, configure: impl FnOnce(&mut App)) -> Self {
        let mut app = self.app.clone();
        configure(&mut app);
        self.instance(app)
    }

    /// An instance on the same tables that has seen no key yet.
    fn instance(&self, mut app: App) -> Self {
        app.keys = Arc::default();
        Self {
            router: router(&app),
            app,
            clock: self.clock.clone(),
            wire: self.wire.clone(),
            tables: self.tables.clone(),
            endpoint: self.endpoint.clone(),
            entropy: self.entropy.clone(),
            engine: self.engine.clone(),
        }
    }

    /// The names of its tables.
    #[must_use]
    pub fn tables(&self) -> &Tables {
        &self.tables
    }

    /// Where its DynamoDB listens.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }
}
