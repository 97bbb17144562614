//! An HTTP client for the JSON APIs of Discord and GitHub.

use super::SecretError;
use reqwest::StatusCode;
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER, USER_AGENT};
use serde::de::DeserializeOwned;
use std::sync::OnceLock;
use std::time::Duration;
use store::Invocation;

/// The shortest wait after a rate limit, also where the service asks for none.
const SHORTEST_WAIT: Duration = Duration::from_millis(100);

/// An HTTP client that is created on first use, because most invocations call no other service.
#[derive(Debug, Default)]
pub struct JsonClient(OnceLock<reqwest::Client>);

/// What to do when the service limits the rate of requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhenLimited {
    /// Fail.
    Fail,
    /// Wait for as long as the service asks, if the deadline allows it, and retry.
    Wait,
}

/// Why another service gave no usable answer.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// It limits the rate of requests.
    #[error("rate limited")]
    RateLimited {
        /// How long it wants no further request.
        retry_after: Duration,
    },
    /// It answered with another status than 200.
    #[error("answered {0}")]
    Status(StatusCode),
    /// It did not answer in time or in full.
    #[error("did not answer")]
    Unreachable(#[source] reqwest::Error),
    /// The secret that opens it cannot be read.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// Its answer makes no sense; says why.
    #[error("answered nonsense: {0}")]
    BadAnswer(String),
}

impl ServiceError {
    /// An answer that makes no sense, for this reason.
    pub(crate) fn bad_answer(why: impl Into<String>) -> Self {
        Self::BadAnswer(why.into())
    }

    /// Returns the number of seconds, rounded up, after which a rate-limited request may be repeated.
    #[must_use]
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most a day")]
    pub fn retry_after(&self) -> Option<u64> {
        if let Self::RateLimited { retry_after } = self { Some(retry_after.as_secs_f64().ceil() as u64) } else { None }
    }
}

impl JsonClient {
    /// Reads a JSON document. Each request takes at most `timeout`, and all of them together end by the invocation's
    /// deadline.
    ///
    /// # Errors
    /// Those of [`ServiceError`]. They contain neither the headers nor the URL.
    pub async fn get_json<T: DeserializeOwned>(
        &self,
        url: &str,
        query: &[(&str, &str)],
        headers: &[(&str, &str)],
        timeout: Duration,
        when_limited: WhenLimited,
    ) -> Result<T, ServiceError> {
        let client = self.0.get_or_init(reqwest::Client::new);
        loop {
            let timeout = timeout.min(Invocation::current().remaining());
            let mut request = client.get(url).query(query).timeout(timeout).header(USER_AGENT, "skysquad");
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            let unreachable = |error: reqwest::Error| ServiceError::Unreachable(error.without_url());
            let answer = request.send().await.map_err(unreachable)?;
            if let Some(retry_after) = rate_limit(answer.status(), answer.headers()) {
                let wait = retry_after.max(SHORTEST_WAIT);
                if when_limited == WhenLimited::Wait && wait < Invocation::current().remaining() {
                    tokio::time::sleep(wait).await;
                    continue;
                }
                return Err(ServiceError::RateLimited { retry_after });
            }
            if answer.status() != StatusCode::OK {
                return Err(ServiceError::Status(answer.status()));
            }
            let body = answer.bytes().await.map_err(unreachable)?;
            return serde_json::from_slice(&body).map_err(|error| ServiceError::bad_answer(error.to_string()));
        }
    }
}

/// Returns how long the service wants no further request: after a 429, or GitHub's 403 with nothing left of its limit.
///
/// GitHub sends `Retry-After`, or the second at which the limit is reset
/// (<https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api>), which is compared with
/// the `Date` of its answer.
fn rate_limit(status: StatusCode, headers: &HeaderMap) -> Option<Duration> {
    /// The default that GitHub recommends.
    const DEFAULT: f64 = 60.0;
    const MAX: f64 = 86_400.0;
    let text = |name: &str| headers.get(name)?.to_str().ok();
    let number = |name: &str| text(name)?.parse::<f64>().ok().filter(|number| number.is_finite());
    let is_spent = number("x-ratelimit-remaining") == Some(0.0);
    let asks_to_wait = headers.contains_key(RETRY_AFTER);
    let is_limited =
        status == StatusCode::TOO_MANY_REQUESTS || (status == StatusCode::FORBIDDEN && (is_spent || asks_to_wait));
    #[allow(clippy::cast_precision_loss, reason = "seconds since 1970 are exact")]
    let until_reset = || {
        let answered = jiff::fmt::rfc2822::parse(text(DATE.as_str())?).ok()?.timestamp().as_second();
        Some(number("x-ratelimit-reset").filter(|_| is_spent)? - answered as f64)
    };
    let seconds = number("retry-after").or_else(until_reset).unwrap_or(DEFAULT);
    is_limited.then(|| Duration::from_secs_f64(seconds.clamp(0.0, MAX)))
}
