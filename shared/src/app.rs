//! What every handler, rule and job works with.

use crate::auth::{KeyCache, SessionVerifier};
use crate::config::{ArchivingConfig, Config};
use crate::members::{DiscordConfig, GithubConfig};
use crate::models::{ApiKey, FlightId, KeyId, MemberId, ProductId, Timestamp};
use crate::outbound::Outbound;
use crate::secrets::Secrets;
use crate::store::Store;
use axum::http::HeaderValue;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Tells the time.
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> Timestamp;
}

/// Gives random bytes fit for secrets.
pub trait Entropy: Send + Sync {
    /// Fills the buffer.
    fn fill(&self, buffer: &mut [u8]);
}

/// The clock and the random numbers of the operating system.
#[derive(Debug, Clone, Copy)]
pub struct System;

impl Clock for System {
    fn now(&self) -> Timestamp {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since_1970.as_millis())
            .ok()
            .and_then(|ms| Timestamp::from_millisecond(ms).ok())
            .expect("the clock is set to a year before 10000")
    }
}

impl Entropy for System {
    fn fill(&self, buffer: &mut [u8]) {
        getrandom::fill(buffer).expect("the operating system gives random numbers");
    }
}

/// The application: storage, who may call, and the world outside. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// The tables.
    pub store: Store,
    /// API keys seen lately.
    pub keys: Arc<KeyCache>,
    /// Checks members' sessions.
    pub sessions: Arc<SessionVerifier>,
    /// Whose pages may call, from browsers.
    pub allowed_origins: Arc<[HeaderValue]>,
    /// Reaches other services.
    pub outbound: Arc<Outbound>,
    /// Reads what opens them.
    pub secrets: Arc<Secrets>,
    /// How to reach GitHub, where that is configured.
    pub github: Option<Arc<GithubConfig>>,
    /// How to reach Discord, where that is configured.
    pub discord: Option<Arc<DiscordConfig>>,
    /// How scheduled archiving is held back.
    pub archiving: ArchivingConfig,
    /// How long a request may take where no Lambda runtime says so.
    pub request_timeout: Duration,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

impl App {
    /// The application on these tables, with the operating system's clock and random numbers.
    #[must_use]
    pub fn new(config: &Config, store: Store) -> Self {
        Self {
            store,
            keys: Arc::default(),
            sessions: Arc::new(config.sessions.clone()),
            allowed_origins: config.allowed_origins.clone().into(),
            outbound: Arc::default(),
            secrets: Arc::default(),
            github: config.github.clone().map(Arc::new),
            discord: config.discord.clone().map(Arc::new),
            archiving: config.archiving,
            request_timeout: Duration::from_secs(10),
            clock: Arc::new(System),
            entropy: Arc::new(System),
        }
    }

    /// The application as a Lambda function starts it: from the environment, with the AWS SDK's own
    /// configuration. Touches no network.
    ///
    /// # Errors
    /// When a variable is missing or bad; says which.
    pub async fn from_env() -> Result<Self, crate::config::ConfigError> {
        let config = Config::from_env()?;
        let store = Store::connect(config.tables.clone()).await;
        Ok(Self::new(&config, store))
    }

    /// The same application in another time.
    #[must_use]
    pub fn with_clock(self, clock: impl Clock + 'static) -> Self {
        Self { clock: Arc::new(clock), ..self }
    }

    /// The same application with other random numbers.
    #[must_use]
    pub fn with_entropy(self, entropy: impl Entropy + 'static) -> Self {
        Self { entropy: Arc::new(entropy), ..self }
    }

    /// The present instant.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Random bytes, fit for secrets.
    #[must_use]
    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.entropy.fill(&mut bytes);
        bytes
    }

    /// A new flight's id.
    #[must_use]
    pub fn new_flight_id(&self) -> FlightId {
        FlightId::from_random(self.random())
    }

    /// A new product's id.
    #[must_use]
    pub fn new_product_id(&self) -> ProductId {
        self.random_name::<6>().parse().expect("6 of a-z and 0-9 are a product id")
    }

    /// A new API key with its id.
    #[must_use]
    pub fn new_api_key(&self) -> (KeyId, ApiKey) {
        let id = self.random_name::<12>().parse().expect("12 of a-z and 0-9 are a key id");
        (id, ApiKey::from_random(self.random()))
    }

    /// A new member's or badge's id.
    #[must_use]
    pub fn new_member_id(&self) -> MemberId {
        self.random_name::<20>().parse().expect("20 of a-z and 0-9 are a member id")
    }

    /// `N` random characters of a-z and 0-9. Not for secrets: they are not quite evenly spread.
    fn random_name<const N: usize>(&self) -> String {
        const ALPHABET: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
        self.random::<N>().map(|byte| char::from(ALPHABET[usize::from(byte) % 36])).iter().collect()
    }
}
