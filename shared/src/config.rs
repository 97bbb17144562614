//! Configuration: environment variables, read once at start into one typed value.

use crate::auth::SessionVerifier;
use crate::store::Tables;

/// All that the environment says.
#[derive(Debug, Clone)]
pub struct Config {
    /// Table names: `USERS_TABLE`, `FLIGHTS_TABLE`, `LEDGERS_TABLE`.
    pub tables: Tables,
    /// How members' sessions are checked: `SESSION_PUBLIC_KEYS`, `SESSION_COOKIE`.
    pub sessions: SessionVerifier,
}

/// A variable that is missing or bad. Stops the start.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// It is not set, or empty.
    #[error("environment variable {0} is missing")]
    Missing(&'static str),
    /// It is set to something that cannot be used.
    #[error("environment variable {name} is bad: {reason}")]
    Bad {
        /// Which.
        name: &'static str,
        /// Why, without the value.
        reason: String,
    },
}

/// The default of `SESSION_COOKIE`.
pub const DEFAULT_SESSION_COOKIE: &str = "rds-session";

impl Config {
    /// Reads the process's environment.
    ///
    /// # Errors
    /// When a variable is missing or bad.
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::from_variables(|name| std::env::var(name).ok())
    }

    /// Reads variables from wherever they are.
    ///
    /// # Errors
    /// When one is missing or bad.
    pub fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let optional = |name| variable(name).filter(|value| !value.is_empty());
        let required = |name| optional(name).ok_or(ConfigError::Missing(name));
        let cookie = optional("SESSION_COOKIE").unwrap_or_else(|| DEFAULT_SESSION_COOKIE.to_owned());
        Ok(Self {
            tables: Tables {
                users: required("USERS_TABLE")?,
                flights: required("FLIGHTS_TABLE")?,
                ledgers: required("LEDGERS_TABLE")?,
            },
            sessions: SessionVerifier::new(&required("SESSION_PUBLIC_KEYS")?, cookie)
                .map_err(|reason| ConfigError::Bad { name: "SESSION_PUBLIC_KEYS", reason })?,
        })
    }
}
