//! Configuration: environment variables, read once at start into one typed value.

use crate::auth::{DEFAULT_SESSION_COOKIE, SessionVerifier};
use axum::http::{HeaderValue, Uri};
use rules::members::{DiscordConfig, GithubConfig};
use rules::outside::Secret;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;
use store::Tables;

/// All that the environment says.
#[derive(Debug, Clone)]
pub struct Config {
    /// Table names: `USERS_TABLE`, `FLIGHTS_TABLE`, `LEDGERS_TABLE`.
    pub tables: Tables,
    /// How members' sessions are checked: `SESSION_PUBLIC_KEYS`, `SESSION_COOKIE`.
    pub sessions: SessionVerifier,
    /// Whose pages may call from browsers, with cookies: `ALLOWED_ORIGINS`.
    pub allowed_origins: Vec<HeaderValue>,
    /// `GITHUB_API_URL`, `GITHUB_ORG`, `GITHUB_TOKEN` or `GITHUB_TOKEN_ARN`, `GITHUB_TIMEOUT_SECONDS`; none unless
    /// organisation and token are set.
    pub github: Option<GithubConfig>,
    /// `DISCORD_API_URL`, `DISCORD_GUILD_ID`, `DISCORD_BOT_TOKEN` or `DISCORD_BOT_TOKEN_ARN`, `DISCORD_TIMEOUT_SECONDS`;
    /// none unless guild and token are set.
    pub discord: Option<DiscordConfig>,
    /// `ARCHIVE_MAX_SHARE`, `ARCHIVE_GRACE_DAYS`.
    pub archiving: ArchivingConfig,
}

/// How scheduled archiving is held back.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ArchivingConfig {
    /// No run archives more than that share of the unarchived members.
    pub max_share: f64,
    /// Members stay for their first days.
    pub grace_days: u32,
}

impl Default for ArchivingConfig {
    fn default() -> Self {
        Self { max_share: 0.2, grace_days: 7 }
    }
}

/// A variable that is missing or bad. Stops the start.
#[derive(thiserror::Error)]
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

/// As the message: this is how a `main` that returns the error prints it.
impl std::fmt::Debug for ConfigError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

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
        let required = |name| variable(name).filter(|value| !value.is_empty()).ok_or(ConfigError::Missing(name));
        let tables = Tables {
            users: required("USERS_TABLE")?,
            flights: required("FLIGHTS_TABLE")?,
            ledgers: required("LEDGERS_TABLE")?,
        };
        let cookie = variable("SESSION_COOKIE").filter(|cookie| !cookie.is_empty());
        let cookie = cookie.unwrap_or_else(|| DEFAULT_SESSION_COOKIE.to_owned());
        let sessions = SessionVerifier::new(&required("SESSION_PUBLIC_KEYS")?, cookie)
            .map_err(|reason| ConfigError::Bad { name: "SESSION_PUBLIC_KEYS", reason })?;
        Self::with(tables, sessions, variable)
    }

    /// These tables and sessions, and the other variables from wherever they are.
    ///
    /// # Errors
    /// When one is bad.
    pub fn with(
        tables: Tables,
        sessions: SessionVerifier,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, ConfigError> {
        let optional = |name| variable(name).filter(|value: &String| !value.is_empty());
        let default = ArchivingConfig::default();
        let timeout = |name| number(name, optional(name), 10, &(1..=60)).map(Duration::from_secs);
        let (github_timeout, discord_timeout) =
            (timeout("GITHUB_TIMEOUT_SECONDS")?, timeout("DISCORD_TIMEOUT_SECONDS")?);
        let github_token = secret("GITHUB_TOKEN", "GITHUB_TOKEN_ARN", optional)?;
        let bot_token = secret("DISCORD_BOT_TOKEN", "DISCORD_BOT_TOKEN_ARN", optional)?;
        Ok(Self {
            tables,
            sessions,
            allowed_origins: origins("ALLOWED_ORIGINS", optional("ALLOWED_ORIGINS"))?,
            github: optional("GITHUB_ORG").zip(github_token).map(|(org, token)| GithubConfig {
                api_url: optional("GITHUB_API_URL").unwrap_or_else(|| "https://api.github.com".to_owned()),
                org,
                token,
                timeout: github_timeout,
            }),
            discord: optional("DISCORD_GUILD_ID").zip(bot_token).map(|(guild_id, bot_token)| {
                let api_url = optional("DISCORD_API_URL").unwrap_or_else(|| "https://discord.com/api/v10".to_owned());
                DiscordConfig { api_url, guild_id, bot_token, timeout: discord_timeout }
            }),
            archiving: ArchivingConfig {
                max_share: number("ARCHIVE_MAX_SHARE", optional("ARCHIVE_MAX_SHARE"), default.max_share, &(0.0..=1.0))?,
                grace_days: number(
                    "ARCHIVE_GRACE_DAYS",
                    optional("ARCHIVE_GRACE_DAYS"),
                    default.grace_days,
                    &(0..=3650),
                )?,
            },
        })
    }
}

/// A secret, or where it is kept.
fn secret(
    name: &'static str,
    arn_name: &'static str,
    variable: impl Fn(&'static str) -> Option<String>,
) -> Result<Option<Secret>, ConfigError> {
    let bad = |reason: &str| ConfigError::Bad { name: arn_name, reason: reason.to_owned() };
    match (variable(name), variable(arn_name)) {
        (Some(_), Some(_)) => Err(bad("the secret itself is given as well")),
        (Some(secret), None) => Ok(Some(Secret::Given(secret))),
        (None, Some(arn)) if arn.split(':').nth(2) == Some("secretsmanager") => Ok(Some(Secret::Kept(arn))),
        (None, Some(_)) => Err(bad("not the ARN of a secret in Secrets Manager")),
        (None, None) => Ok(None),
    }
}

/// Origins, apart by commas, each as browsers write it: scheme, host and port, and nothing after (RFC 6454, section 6.2).
/// `*` is none: it would let every page act with a visitor's session.
fn origins(name: &'static str, text: Option<String>) -> Result<Vec<HeaderValue>, ConfigError> {
    let origin = |text: &str| {
        let uri: Uri = text.parse().ok()?;
        let port = uri.port().map(|port| format!(":{port}")).unwrap_or_default();
        let origin = format!("{}://{}{port}", uri.scheme_str()?, uri.host()?).to_lowercase();
        (origin == text && !text.contains('*')).then(|| HeaderValue::from_str(text).ok())?
    };
    let bad = |text| ConfigError::Bad { name, reason: format!("{text} is no origin, such as https://example.com") };
    let text = text.unwrap_or_default();
    let texts = text.split(',').map(str::trim).filter(|text| !text.is_empty());
    texts.map(|text| origin(text).ok_or_else(|| bad(text))).collect()
}

fn number<T: FromStr + PartialOrd>(
    name: &'static str,
    text: Option<String>,
    default: T,
    range: &RangeInclusive<T>,
) -> Result<T, ConfigError> {
    let Some(text) = text else {
        return Ok(default);
    };
    let bad = || ConfigError::Bad { name, reason: "not a number within its range".to_owned() };
    text.parse().ok().filter(|number| range.contains(number)).ok_or_else(bad)
}
