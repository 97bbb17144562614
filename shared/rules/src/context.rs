//! The environment of every rule: the tables, the clock and random numbers.

use models::{ApiKey, FlightId, KeyId, MemberId, ProductId, Timestamp};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};
use store::Store;

/// A clock.
pub trait Clock: Send + Sync {
    /// Returns the current time.
    fn now(&self) -> Timestamp;
}

/// A source of random bytes that are suitable for secrets.
pub trait Entropy: Send + Sync {
    /// Fills the buffer with random bytes.
    fn fill(&self, buffer: &mut [u8]);
}

/// The operating system's clock.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock;

/// The operating system's random number generator.
#[derive(Debug, Clone, Copy)]
pub struct SystemEntropy;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since_1970.as_millis())
            .ok()
            .and_then(|ms| Timestamp::from_millisecond(ms).ok())
            .expect("the system clock is set to a year before 10000")
    }
}

impl Entropy for SystemEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        getrandom::fill(buffer).expect("the operating system provides random numbers");
    }
}

/// The tables, the clock and random numbers. Cheap to clone.
#[derive(Clone)]
pub struct Context {
    /// Access to the tables.
    pub store: Store,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

impl Context {
    /// Creates a context with the operating system's clock and random numbers.
    #[must_use]
    pub fn new(store: Store) -> Self {
        Self { store, clock: Arc::new(SystemClock), entropy: Arc::new(SystemEntropy) }
    }

    /// Replaces the clock.
    #[must_use]
    pub fn with_clock(self, clock: impl Clock + 'static) -> Self {
        Self { clock: Arc::new(clock), ..self }
    }

    /// Replaces the source of random bytes.
    #[must_use]
    pub fn with_entropy(self, entropy: impl Entropy + 'static) -> Self {
        Self { entropy: Arc::new(entropy), ..self }
    }

    /// Returns the current time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Returns random bytes that are suitable for secrets.
    #[must_use]
    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.entropy.fill(&mut bytes);
        bytes
    }

    /// Returns a random id for a new flight.
    #[must_use]
    pub fn new_flight_id(&self) -> FlightId {
        FlightId::from_random(self.random())
    }

    /// Returns a random id for a new product. It may be taken, because there are only two billion such ids.
    #[must_use]
    pub fn new_product_id(&self) -> ProductId {
        self.random_name::<6>().parse().expect("6 characters of a-z and 0-9 form a product id")
    }

    /// Returns a random API key, and a random id for it.
    #[must_use]
    pub fn new_api_key(&self) -> (KeyId, ApiKey) {
        let id = self.random_name::<12>().parse().expect("12 characters of a-z and 0-9 form a key id");
        (id, ApiKey::from_random(self.random()))
    }

    /// Returns a random id for a new member or badge.
    #[must_use]
    pub fn new_member_id(&self) -> MemberId {
        self.random_name::<20>().parse().expect("20 characters of a-z and 0-9 form a member id")
    }

    /// Returns `N` random characters of a-z and 0-9. Not suitable for secrets, because the characters are not evenly
    /// distributed.
    fn random_name<const N: usize>(&self) -> String {
        const ALPHABET: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
        self.random::<N>().map(|byte| char::from(ALPHABET[usize::from(byte) % 36])).iter().collect()
    }
}
