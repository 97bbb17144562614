//! An HTTP client for the JSON APIs of Discord and GitHub.

use super::SecretError;
use reqwest::StatusCode;
use reqwest::header::{ACCEPT, DATE, HeaderMap, RETRY_AFTER, USER_AGENT};
use serde::de::DeserializeOwned;
use std::sync::OnceLock;
use std::time::Duration;
use store::Invocation;

/// Minimum wait after a rate limit, even if the service does not ask for one.
const SHORTEST_WAIT: Duration = Duration::from_millis(100);

/// An HTTP client that is created on first use, because most invocations call no other service.
#[derive(Debug, Default)]
pub struct JsonClient(OnceLock<reqwest::Client>);

/// What to do when the service rate-limits a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhenLimited {
    /// Fail with [`ServiceError::RateLimited`].
    Fail,
    /// Wait as long as the service asks for, if the deadline allows it, and retry.
    Wait,
}

/// Why another service gave no usable response.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// The service rate-limited the request.
    #[error("rate limited")]
    RateLimited {
        /// Time to wait before the next request.
        retry_after: Duration,
    },
    /// The service responded with a status other than 200.
    #[error("responded with {0}")]
    Status(StatusCode),
    /// The service did not respond in time, or its response was incomplete.
    #[error("did not respond")]
    Unreachable(#[source] reqwest::Error),
    /// The credentials for the service could not be read.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// The response is not usable, for the given reason.
    #[error("unusable response: {0}")]
    BadAnswer(String),
}

impl ServiceError {
    /// Creates the error for a response that is not usable, for the given reason.
    pub(crate) fn bad_answer(why: impl Into<String>) -> Self {
        Self::BadAnswer(why.into())
    }

    /// Returns the number of seconds, rounded up, after which a rate-limited request may be repeated; `None` for any
    /// other error.
    #[must_use]
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most a day")]
    pub fn retry_after(&self) -> Option<u64> {
        if let Self::RateLimited { retry_after } = self { Some(retry_after.as_secs_f64().ceil() as u64) } else { None }
    }
}

impl JsonClient {
    /// Requests a JSON document. Each attempt takes at most `timeout`, and the last one ends before the invocation's
    /// deadline.
    ///
    /// # Errors
    /// Any [`ServiceError`]. It contains neither the headers nor the URL.
    pub async fn get_json<T: DeserializeOwned>(
        &self,
        url: &str,
        query: &[(&str, &str)],
        headers: &[(&str, &str)],
        timeout: Duration,
        when_limited: WhenLimited,
    ) -> Result<T, ServiceError> {
        loop {
            let mut request = self.client().get(url).query(query);
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            match send(request, timeout).await {
                Err(ServiceError::RateLimited { retry_after }) if when_limited == WhenLimited::Wait => {
                    let wait = retry_after.max(SHORTEST_WAIT);
                    if wait >= Invocation::current().remaining() {
                        return Err(ServiceError::RateLimited { retry_after });
                    }
                    tokio::time::sleep(wait).await;
                }
                answer => return answer,
            }
        }
    }

    /// Sends a form and returns the JSON document that answers it. It takes at most `timeout`, and ends before the
    /// invocation's deadline.
    ///
    /// # Errors
    /// Any [`ServiceError`]. It contains neither the form nor the URL.
    pub async fn post_form<T: DeserializeOwned>(
        &self,
        url: &str,
        form: &[(&str, &str)],
        timeout: Duration,
    ) -> Result<T, ServiceError> {
        send(self.client().post(url).form(form).header(ACCEPT, "application/json"), timeout).await
    }

    fn client(&self) -> &reqwest::Client {
        self.0.get_or_init(reqwest::Client::new)
    }
}

async fn send<T: DeserializeOwned>(request: reqwest::RequestBuilder, timeout: Duration) -> Result<T, ServiceError> {
    let timeout = timeout.min(Invocation::current().remaining());
    let unreachable = |error: reqwest::Error| ServiceError::Unreachable(error.without_url());
    let answer = request.timeout(timeout).header(USER_AGENT, "skysquad").send().await.map_err(unreachable)?;
    if let Some(retry_after) = rate_limit(answer.status(), answer.headers()) {
        return Err(ServiceError::RateLimited { retry_after });
    }
    if answer.status() != StatusCode::OK {
        return Err(ServiceError::Status(answer.status()));
    }
    let body = answer.bytes().await.map_err(unreachable)?;
    serde_json::from_slice(&body).map_err(|error| ServiceError::bad_answer(error.to_string()))
}

/// Returns the time to wait before the next request if the response signals a rate limit: a 429, or one of GitHub's
/// 403s, which has no requests remaining or asks to wait.
///
/// GitHub sends `Retry-After`, or the second at which the limit is reset
/// (<https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api>), which is compared with the
/// `Date` of its response.
fn rate_limit(status: StatusCode, headers: &HeaderMap) -> Option<Duration> {
    /// Default wait that GitHub recommends, in seconds.
    const DEFAULT: f64 = 60.0;
    /// Longest wait to report, in seconds: a day.
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
