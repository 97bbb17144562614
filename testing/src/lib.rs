//! Test support for all crates: the API on a private DynamoDB, with the clock, the random numbers and the network under
//! the test's control.
//!
//! Set `DYNAMODB_ENDPOINT` to run the tests against another DynamoDB, such as DynamoDB Local. Each test creates tables
//! of its own there.

mod access;
mod bad_fields;
mod checkpoint;
mod client;
mod crowd;
mod demo;
mod fixtures;
pub mod lambda;
mod log;
mod redacted;
mod stored;
pub mod template;
mod wire;
pub mod withstand;

pub use access::{Access, Accesses};
pub use bad_fields::{answers_to_bad_fields, body_with};
pub use client::{Answer, Call};
pub use demo::{DEMO_FLIGHT, DEMO_KEY, DEMO_SUPER_USER, demo_event, demo_session, with_demo_session};
pub use fixtures::{BRAND, Session};
pub use log::Log;
pub use stored::{Item, Stored};
pub use wire::{Fault, Wire};

use crate::checkpoint::{EMPTY, Snapshot};
use engine::{Engine, Options};
use shared::auth::LocalSigner;
use shared::config::Config;
use shared::models::Timestamp;
use shared::store::{Store, Tables};
use shared::{App, Clock, Context, Entropy};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use utoipa_axum::router::OpenApiRouter;

/// Time of the clock when a test starts.
pub const START: &str = "2024-03-15T10:30:00.000Z";

/// The variables of a log-in with GitHub that tests set.
pub const LOGIN_VARIABLES: [(&str, &str); 5] = [
    ("GITHUB_CLIENT_ID", "the-client"),
    ("GITHUB_CLIENT_SECRET", "a-client-secret-that-nobody-may-see"),
    ("UI_BASE_URL", "https://my.community.example/home"),
    ("UI_SIGNUP_URL", "https://my.community.example/sign-up"),
    ("COOKIE_DOMAIN", "community.example"),
];

/// A clock that changes only when a test sets it.
#[derive(Debug, Clone)]
pub struct StoppedClock(Arc<AtomicI64>);

impl StoppedClock {
    fn at(instant: &str) -> Self {
        let instant: Timestamp = instant.parse().expect("a valid instant");
        Self(Arc::new(AtomicI64::new(instant.as_millisecond())))
    }

    /// Advances the clock.
    pub fn advance(&self, by: Duration) {
        let by = i64::try_from(by.as_millis()).expect("tests last less than an age");
        self.0.fetch_add(by, Ordering::SeqCst);
    }

    /// Sets the clock.
    pub fn set(&self, instant: &str) {
        let instant: Timestamp = instant.parse().expect("a valid instant");
        self.0.store(instant.as_millisecond(), Ordering::SeqCst);
    }

    /// Sets the clock to the system's time, which a compiled function uses.
    fn set_to_system_time(&self) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is after 1970").as_millis();
        self.0.store(i64::try_from(now).expect("it is before the year 10000"), Ordering::SeqCst);
    }
}

impl Clock for StoppedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.0.load(Ordering::SeqCst)).expect("tests stay within the range")
    }
}

/// Generates the same random numbers in every run.
#[derive(Debug, Clone, Default)]
struct FixedEntropy(Arc<AtomicU64>);

impl Entropy for FixedEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        for chunk in buffer.chunks_mut(8) {
            // SplitMix64 maps distinct counters to distinct, well distributed numbers.
            let counter = self.0.fetch_add(1, Ordering::SeqCst) + 1;
            let mut z = counter.wrapping_mul(0x9e37_79b9_7f4a_7c15);
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            chunk.copy_from_slice(&(z ^ (z >> 31)).to_le_bytes()[..chunk.len()]);
        }
    }
}

/// The routes under test, such as `users::routes`.
pub type Routes = fn() -> OpenApiRouter<App>;

/// Routes of the API, on private tables.
pub struct TestApp {
    /// The application below the routes.
    pub app: App,
    /// The clock of the application.
    pub clock: StoppedClock,
    /// The connection to DynamoDB.
    pub wire: Wire,
    /// The routes without their documentation, which would take long to build for every instance.
    routes: axum::Router<App>,
    /// The service that answers requests. It does not redirect from trailing slashes, which takes the documentation of the
    /// routes: tests of that set one that does.
    pub router: axum::Router,
    tables: Tables,
    endpoint: String,
    entropy: FixedEntropy,
    engine: Option<Arc<Engine>>,
}

impl TestApp {
    /// Starts the given routes on empty tables.
    pub async fn start(routes: Routes) -> Self {
        let empty =
            EMPTY.get_or_init(async || Self::start_with(OpenApiRouter::new, None).await.snapshot("empty")).await;
        Self::start_with(routes, empty.as_ref()).await
    }

    /// Starts without routes, for tests of the layers below them.
    pub async fn without_routes() -> Self {
        Self::start(OpenApiRouter::new).await
    }

    /// Starts with the contents of a snapshot, if the engine can restore it.
    async fn start_with(routes: Routes, snapshot: Option<&Snapshot>) -> Self {
        if let Ok(endpoint) = std::env::var("DYNAMODB_ENDPOINT") {
            return Self::at(routes, endpoint, fixtures::own_tables(), None, None).await;
        }
        let contents = snapshot.map(|snapshot| snapshot.file.clone());
        let engine =
            Engine::start(&Options { contents, ..Options::default() }).expect("an engine starts on a free port");
        let endpoint = format!("http://{}", engine.address());
        Self::at(routes, endpoint, Tables::default(), Some(engine), snapshot).await
    }

    async fn at(
        routes: Routes,
        endpoint: String,
        tables: Tables,
        engine: Option<Engine>,
        snapshot: Option<&Snapshot>,
    ) -> Self {
        let wire = Wire::default();
        let store = Store::with_config(engine::config(&endpoint).http_client(wire.clone()), tables.clone());
        if snapshot.is_none() {
            store.create_tables().await.expect("the tables are created");
        }

        let session_keys = fixtures::session_public_key();
        let config = Config::from_variables(|name| match name {
            "USERS_TABLE" | "FLIGHTS_TABLE" | "LEDGERS_TABLE" => Some("unused".to_owned()),
            "SESSION_PUBLIC_KEYS" => Some(session_keys.clone()),
            _ => LOGIN_VARIABLES.iter().find(|(own, _)| *own == name).map(|(_, value)| (*value).to_owned()),
        });
        let clock = StoppedClock::at(START);
        let entropy = FixedEntropy::default();
        entropy.0.store(snapshot.map_or(0, |snapshot| snapshot.drawn), Ordering::SeqCst);
        let mut app = App::new(&config.expect("the configuration is valid"), store);
        let signer = LocalSigner::from_pem(&Session::private_key()).expect("the key is valid");
        app.signer = Some(Arc::new(signer));
        app.context = app.context.with_clock(clock.clone()).with_entropy(entropy.clone());
        let (routes, _documentation) = routes().split_for_parts();
        wire.reset();
        Self {
            router: shared::http::router(routes.clone().into(), app.clone()),
            app,
            clock,
            wire,
            routes,
            tables,
            endpoint,
            entropy,
            engine: engine.map(Arc::new),
        }
    }

    /// Returns another instance of the function on the same tables. It has not cached any key yet, and its requests
    /// have the given time limit.
    #[must_use]
    pub fn another_instance(&self, request_timeout: Duration) -> Self {
        self.configured(|app| app.request_timeout = request_timeout)
    }

    /// Returns another instance of the function on the same tables, configured differently.
    #[must_use]
    pub fn configured(&self, configure: impl FnOnce(&mut App)) -> Self {
        let mut app = self.app.clone();
        configure(&mut app);
        self.instance(app)
    }

    /// Returns an instance on the same tables that has not cached any key yet.
    fn instance(&self, mut app: App) -> Self {
        app.keys = Arc::default();
        Self {
            router: shared::http::router(self.routes.clone().into(), app.clone()),
            app,
            routes: self.routes.clone(),
            clock: self.clock.clone(),
            wire: self.wire.clone(),
            tables: self.tables.clone(),
            endpoint: self.endpoint.clone(),
            entropy: self.entropy.clone(),
            engine: self.engine.clone(),
        }
    }

    /// Returns the context that rules use.
    #[must_use]
    pub fn context(&self) -> &Context {
        &self.app.context
    }

    /// Returns the store.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.app.context.store
    }

    /// Returns the time of the test's clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.app.context.now()
    }

    /// Returns the names of the tables.
    #[must_use]
    pub fn tables(&self) -> &Tables {
        &self.tables
    }

    /// Returns the URL of the test's DynamoDB.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }
}
