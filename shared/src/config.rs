//! Configuration: environment variables, read once at startup into one typed value.

use crate::auth::{DEFAULT_SESSION_COOKIE, SessionVerifier};
use axum::http::{HeaderValue, Uri};
use rules::login::{LoginConfig, Mobile, Targets};
use rules::members::{DiscordConfig, GithubConfig};
use rules::outside::Secret;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;
use store::Tables;

/// The configuration that the environment provides.
#[derive(Debug, Clone)]
pub struct Config {
    /// Table names: `USERS_TABLE`, `FLIGHTS_TABLE`, `LEDGERS_TABLE`.
    pub tables: Tables,
    /// How sessions are verified: `SESSION_PUBLIC_KEYS`, `SESSION_COOKIE`.
    pub sessions: SessionVerifier,
    /// Allowed CORS origins: `ALLOWED_ORIGINS`.
    pub allowed_origins: Vec<HeaderValue>,
    /// `GITHUB_API_URL`, `GITHUB_ORG`, `GITHUB_TOKEN` or `GITHUB_TOKEN_ARN`, `GITHUB_TIMEOUT_SECONDS`; `None` unless
    /// the organization and the token are set.
    pub github: Option<GithubConfig>,
    /// `DISCORD_API_URL`, `DISCORD_GUILD_ID`, `DISCORD_BOT_TOKEN` or `DISCORD_BOT_TOKEN_ARN`,
    /// `DISCORD_TIMEOUT_SECONDS`; `None` unless the guild and the token are set.
    pub discord: Option<DiscordConfig>,
    /// `GITHUB_CLIENT_ID`, `GITHUB_CLIENT_SECRET` or `GITHUB_CLIENT_SECRET_ARN`, `GITHUB_OAUTH_URL`, `GITHUB_API_URL`,
    /// `GITHUB_TIMEOUT_SECONDS`, `UI_BASE_URL`, `UI_SIGNUP_URL`, `MOBILE_REDIRECT_URL`, `LOGIN_ACCEPT_PLAIN_STATE`,
    /// `COOKIE_DOMAIN`; `None` unless the client id is set.
    pub login: Option<LoginConfig>,
    /// Id of the KMS key that signs sessions: `SESSION_KEY_ID`.
    pub session_key_id: Option<String>,
    /// Limits of scheduled archiving: `ARCHIVE_MAX_SHARE`, `ARCHIVE_GRACE_DAYS`.
    pub archiving: ArchivingConfig,
    /// Maximum share of the running flights, from 0 to 1, that one run may end because they are silent: `STALE_MAX_SHARE`.
    pub stale_max_share: f64,
}

/// Limits of scheduled archiving.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ArchivingConfig {
    /// Maximum share of the unarchived members, from 0 to 1, that one run may archive.
    pub max_share: f64,
    /// Number of days after sign-up during which a member is not archived.
    pub grace_days: u32,
}

impl Default for ArchivingConfig {
    fn default() -> Self {
        Self { max_share: 0.2, grace_days: 7 }
    }
}

/// An environment variable is missing or not valid, which prevents startup.
#[derive(thiserror::Error)]
pub enum ConfigError {
    /// The variable is not set or is empty.
    #[error("environment variable {0} is missing")]
    Missing(&'static str),
    /// The value of the variable is not valid.
    #[error("environment variable {name} is bad: {reason}")]
    Bad {
        /// Name of the variable.
        name: &'static str,
        /// What is wrong with the value, without the value itself.
        reason: String,
    },
}

/// Shows the message, because a `main` that returns the error prints it with `Debug`.
impl std::fmt::Debug for ConfigError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

impl Config {
    /// Reads the configuration from the environment of the process.
    ///
    /// # Errors
    /// `Missing` or `Bad`, naming a variable that is missing or not valid.
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::from_variables(|name| std::env::var(name).ok())
    }

    /// Reads the configuration from variables that `variable` returns by name.
    ///
    /// # Errors
    /// `Missing` or `Bad`, naming a variable that is missing or not valid.
    pub fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let required = |name| variable(name).filter(|value| !value.is_empty()).ok_or(ConfigError::Missing(name));
        let tables = Tables {
            users: required("USERS_TABLE")?,
            flights: required("FLIGHTS_TABLE")?,
            ledgers: required("LEDGERS_TABLE")?,
        };
        let cookie = variable("SESSION_COOKIE").filter(|cookie| !cookie.is_empty());
        let cookie = cookie.unwrap_or_else(|| DEFAULT_SESSION_COOKIE.to_owned());
        // It is empty until the stack's key exists.
        let keys = variable("SESSION_PUBLIC_KEYS").ok_or(ConfigError::Missing("SESSION_PUBLIC_KEYS"))?;
        let sessions = SessionVerifier::new(&keys, cookie)
            .map_err(|reason| ConfigError::Bad { name: "SESSION_PUBLIC_KEYS", reason })?;
        Self::with(tables, sessions, variable)
    }

    /// Creates a configuration with the given tables and sessions. Reads the rest from variables that `variable`
    /// returns by name.
    ///
    /// # Errors
    /// `Bad`, naming a variable that is not valid.
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
        let allowed_origins = origins("ALLOWED_ORIGINS", optional("ALLOWED_ORIGINS"))?;
        let api_url = optional("GITHUB_API_URL").unwrap_or_else(|| "https://api.github.com".to_owned());
        let login = optional("GITHUB_CLIENT_ID");
        let login = login.map(|id| login_config(id, &api_url, github_timeout, &allowed_origins, optional));
        Ok(Self {
            tables,
            sessions,
            login: login.transpose()?,
            session_key_id: optional("SESSION_KEY_ID"),
            allowed_origins,
            github: optional("GITHUB_ORG").zip(github_token).map(|(org, token)| GithubConfig {
                api_url,
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
            stale_max_share: number("STALE_MAX_SHARE", optional("STALE_MAX_SHARE"), 0.5, &(0.0..=1.0))?,
        })
    }
}

fn login_config(
    client_id: String,
    api_url: &str,
    timeout: Duration,
    allowed_origins: &[HeaderValue],
    optional: impl Fn(&'static str) -> Option<String>,
) -> Result<LoginConfig, ConfigError> {
    let missing = || ConfigError::Missing("GITHUB_CLIENT_SECRET");
    let client_secret = secret("GITHUB_CLIENT_SECRET", "GITHUB_CLIENT_SECRET_ARN", &optional)?.ok_or_else(missing)?;
    let ui = optional("UI_BASE_URL").ok_or(ConfigError::Missing("UI_BASE_URL"))?;
    let sign_up = optional("UI_SIGNUP_URL").unwrap_or_else(|| ui.clone());
    let bad = |name, reason: &str| ConfigError::Bad { name, reason: reason.to_owned() };
    let mobile = optional("MOBILE_REDIRECT_URL").map(|url| Mobile::parse(&url)).transpose();
    let mobile = mobile.map_err(|reason| bad("MOBILE_REDIRECT_URL", reason))?;
    let origins = allowed_origins.iter().filter_map(|origin| Some(origin.to_str().ok()?.to_owned())).collect();
    let targets = Targets::new(origins, &ui, &sign_up, mobile).map_err(|reason| bad("UI_BASE_URL", reason))?;
    let accepts_plain_state = match optional("LOGIN_ACCEPT_PLAIN_STATE").as_deref() {
        None | Some("false") => false,
        Some("true") => true,
        Some(_) => return Err(bad("LOGIN_ACCEPT_PLAIN_STATE", "neither true nor false")),
    };
    let is_domain = |domain: &String| domain.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte));
    let cookie_domain = optional("COOKIE_DOMAIN");
    if !cookie_domain.iter().all(is_domain) {
        return Err(bad("COOKIE_DOMAIN", "not a domain such as example.com"));
    }
    let oauth_url = optional("GITHUB_OAUTH_URL").unwrap_or_else(|| "https://github.com/login/oauth".to_owned());
    Ok(LoginConfig {
        client_id,
        client_secret,
        oauth_url,
        api_url: api_url.to_owned(),
        timeout,
        targets,
        accepts_plain_state,
        cookie_domain,
    })
}

/// Returns a secret, given directly or by its ARN.
fn secret(
    name: &'static str,
    arn_name: &'static str,
    variable: impl Fn(&'static str) -> Option<String>,
) -> Result<Option<Secret>, ConfigError> {
    let bad = |reason: &str| ConfigError::Bad { name: arn_name, reason: reason.to_owned() };
    match (variable(name), variable(arn_name)) {
        (Some(_), Some(_)) => Err(bad("the secret itself is also given")),
        (Some(secret), None) => Ok(Some(Secret::Given(secret))),
        (None, Some(arn)) if arn.split(':').nth(2) == Some("secretsmanager") => Ok(Some(Secret::Kept(arn))),
        (None, Some(_)) => Err(bad("not the ARN of a secret in Secrets Manager")),
        (None, None) => Ok(None),
    }
}

/// Parses origins, separated by commas, each as browsers write it: scheme, host and port, and nothing else (RFC 6454,
/// section 6.2). Rejects `*`, which would allow every page to act with a visitor's session.
fn origins(name: &'static str, text: Option<String>) -> Result<Vec<HeaderValue>, ConfigError> {
    let origin = |text: &str| {
        let uri: Uri = text.parse().ok()?;
        let port = uri.port().map(|port| format!(":{port}")).unwrap_or_default();
        let origin = format!("{}://{}{port}", uri.scheme_str()?, uri.host()?).to_lowercase();
        (origin == text && !text.contains('*')).then(|| HeaderValue::from_str(text).ok())?
    };
    let bad = |text| ConfigError::Bad { name, reason: format!("{text} is not an origin such as https://example.com") };
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
