//! Calling other services: Discord and GitHub.

use crate::invocation::Invocation;
use crate::secrets::Unreadable;
use reqwest::StatusCode;
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER, USER_AGENT};
use serde::de::DeserializeOwned;
use std::sync::OnceLock;
use std::time::Duration;

/// A service that asks to be asked again at once is left alone for this long all the same.
const SHORTEST_WAIT: Duration = Duration::from_millis(100);

/// An HTTP client, made when it is first needed: most invocations never are.
#[derive(Debug, Default)]
pub struct Outbound(OnceLock<reqwest::Client>);

/// What to do when the other side has had enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Patience {
    /// Say so.
    None,
    /// Wait as long as it asks for, if there is that much time, and try again.
    Wait,
}

/// Why another service did not answer as it should.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// It has had enough.
    #[error("rate limited")]
    RateLimited {
        /// For that long.
        retry_after: Duration,
    },
    /// It answered something else than success.
    #[error("answered {0}")]
    Status(StatusCode),
    /// It did not answer, or not in time, or not in full.
    #[error("did not answer")]
    Unreachable(#[source] reqwest::Error),
    /// What opens it cannot be read.
    #[error(transparent)]
    Locked(#[from] Unreadable),
    /// It answered something that makes no sense.
    #[error("answered nonsense: {0}")]
    BadAnswer(String),
}

impl Refused {
    /// An answer that makes no sense.
    pub(crate) fn bad_answer(why: impl Into<String>) -> Self {
        Self::BadAnswer(why.into())
    }

    /// After how many seconds it wants to be asked again, rounded up, if it has had enough.
    #[must_use]
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most a day")]
    pub fn retry_after(&self) -> Option<u64> {
        if let Self::RateLimited { retry_after } = self { Some(retry_after.as_secs_f64().ceil() as u64) } else { None }
    }
}

impl Outbound {
    /// Gets a JSON document. One request takes at most `timeout`, and all of them no longer than the invocation may.
    ///
    /// # Errors
    /// When the other side refuses or cannot be reached in time. Neither the headers nor the URL are in the error.
    pub async fn get_json<T: DeserializeOwned>(
        &self,
        url: &str,
        query: &[(&str, &str)],
        headers: &[(&str, &str)],
        timeout: Duration,
        patience: Patience,
    ) -> Result<T, Refused> {
        let client = self.0.get_or_init(reqwest::Client::new);
        loop {
            let timeout = timeout.min(Invocation::current().remaining());
            let mut request = client.get(url).query(query).timeout(timeout).header(USER_AGENT, "skysquad");
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            let unreachable = |error: reqwest::Error| Refused::Unreachable(error.without_url());
            let answer = request.send().await.map_err(unreachable)?;
            if let Some(retry_after) = rate_limit(answer.status(), answer.headers()) {
                let wait = retry_after.max(SHORTEST_WAIT);
                if patience == Patience::Wait && wait < Invocation::current().remaining() {
                    tokio::time::sleep(wait).await;
                    continue;
                }
                return Err(Refused::RateLimited { retry_after });
            }
            if answer.status() != StatusCode::OK {
                return Err(Refused::Status(answer.status()));
            }
            let body = answer.bytes().await.map_err(unreachable)?;
            return serde_json::from_slice(&body).map_err(|error| Refused::bad_answer(error.to_string()));
        }
    }
}

/// For how long the other side wants to be left alone: a 429, or GitHub's 403 with nothing left of its limit.
///
/// GitHub gives `Retry-After` or the second at which the limit is whole again
/// (<https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api>), which is measured from the time of
/// its answer by its own clock.
fn rate_limit(status: StatusCode, headers: &HeaderMap) -> Option<Duration> {
    /// Where it doesn't say: as GitHub recommends.
    const UNSAID: f64 = 60.0;
    const LONGEST: f64 = 86_400.0;
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
    let seconds = number("retry-after").or_else(until_reset).unwrap_or(UNSAID);
    is_limited.then(|| Duration::from_secs_f64(seconds.clamp(0.0, LONGEST)))
}
