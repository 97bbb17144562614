//! The application: everything that handlers and jobs work with.

use crate::auth::{KeyCache, SessionVerifier, Signer};
use crate::config::{ArchivingConfig, Config, ConfigError};
use axum::extract::FromRef;
use axum::http::HeaderValue;
use rules::login::LoginConfig;
use rules::{Context, Outside};
use std::sync::Arc;
use std::time::Duration;
use store::Store;

/// The application. Handlers take the parts of it that they need, as axum state. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// The tables, the clock and random numbers.
    pub context: Context,
    /// Access to other services.
    pub outside: Outside,
    /// API keys that have been read recently.
    pub keys: Arc<KeyCache>,
    /// Verifies members' sessions.
    pub sessions: Arc<SessionVerifier>,
    /// How members log in with GitHub; `None` if they cannot.
    pub login: Option<Arc<LoginConfig>>,
    /// Signs the sessions of members who log in; `None` if nobody can log in here.
    pub signer: Option<Arc<dyn Signer>>,
    /// Allowed CORS origins.
    pub allowed_origins: Arc<[HeaderValue]>,
    /// Limits of scheduled archiving.
    pub archiving: ArchivingConfig,
    /// Maximum share of the running flights that one run may end because they are silent.
    pub stale_max_share: f64,
    /// Maximum time per request where no Lambda runtime sets a deadline.
    pub request_timeout: Duration,
}

impl App {
    /// Creates the application with the given tables, the operating system's clock and random numbers.
    #[must_use]
    pub fn new(config: &Config, store: Store) -> Self {
        Self {
            context: Context::new(store),
            outside: Outside {
                github: config.github.clone().map(Arc::new),
                discord: config.discord.clone().map(Arc::new),
                ..Outside::default()
            },
            keys: Arc::default(),
            sessions: Arc::new(config.sessions.clone()),
            login: config.login.clone().map(Arc::new),
            signer: None,
            allowed_origins: config.allowed_origins.clone().into(),
            archiving: config.archiving,
            stale_max_share: config.stale_max_share,
            request_timeout: Duration::from_secs(10),
        }
    }

    /// Creates the application of a Lambda function: from the environment, with the AWS SDK's own configuration. Sends
    /// nothing over the network.
    ///
    /// # Errors
    /// `Missing` or `Bad`, naming an environment variable that is missing or not valid.
    pub async fn from_env() -> Result<Self, ConfigError> {
        Ok(Self::connect(&Config::from_env()?).await)
    }

    /// Creates the application of a Lambda function with the AWS SDK's own configuration. Sends nothing over the network.
    pub async fn connect(config: &Config) -> Self {
        if !config.sessions.has_keys() {
            tracing::warn!("SESSION_PUBLIC_KEYS is empty, so every session is refused");
        }
        let store = Store::connect(config.tables.clone()).await;
        Self::new(config, store)
    }
}

impl FromRef<App> for Context {
    fn from_ref(app: &App) -> Self {
        app.context.clone()
    }
}

impl FromRef<App> for Outside {
    fn from_ref(app: &App) -> Self {
        app.outside.clone()
    }
}
