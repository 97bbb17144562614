//! Calling other services: Discord and GitHub.

use crate::invocation::Invocation;
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, RETRY_AFTER, USER_AGENT};
use serde::de::DeserializeOwned;
use std::sync::OnceLock;
use std::time::Duration;

/// How long one request may take.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

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
        /// For so many seconds.
        retry_after: u64,
    },
    /// It answered something else than success.
    #[error("answered {0}")]
    Status(StatusCode),
    /// It did not answer, or not in time, or not in full.
    #[error("did not answer")]
    Unreachable(#[source] reqwest::Error),
    /// It answered something that makes no sense.
    #[error("answered nonsense: {0}")]
    BadAnswer(String),
}

impl Refused {
    /// An answer that makes no sense.
    pub(crate) fn bad_answer(why: impl Into<String>) -> Self {
        Self::BadAnswer(why.into())
    }

    /// After how many seconds it wants to be asked again, if it said.
    #[must_use]
    pub fn retry_after(&self) -> Option<u64> {
        if let Self::RateLimited { retry_after } = self { Some(*retry_after) } else { None }
    }
}

impl Outbound {
    /// Gets a JSON document.
    ///
    /// # Errors
    /// When the other side refuses or cannot be reached in time. Neither the headers nor the URL are in the error.
    pub async fn get_json<T: DeserializeOwned>(
        &self,
        url: &str,
        query: &[(&str, &str)],
        headers: &[(&str, &str)],
        patience: Patience,
    ) -> Result<T, Refused> {
        let client = self.0.get_or_init(reqwest::Client::new);
        loop {
            let timeout = REQUEST_TIMEOUT.min(Invocation::current().remaining());
            let mut request = client.get(url).query(query).timeout(timeout).header(USER_AGENT, "skysquad");
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            let unreachable = |error: reqwest::Error| Refused::Unreachable(error.without_url());
            let answer = request.send().await.map_err(unreachable)?;
            if let Some(retry_after) = rate_limit(answer.status(), answer.headers()) {
                let wait = Duration::from_secs(retry_after);
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

/// For how many seconds the other side wants to be left alone: a 429, or GitHub's 403 with nothing left of its limit.
fn rate_limit(status: StatusCode, headers: &HeaderMap) -> Option<u64> {
    /// Where it doesn't say: as GitHub recommends.
    const UNSAID: u64 = 60;
    let number = |name: &str| headers.get(name)?.to_str().ok()?.parse::<f64>().ok();
    let is_spent = number("x-ratelimit-remaining") == Some(0.0);
    let asks_to_wait = headers.contains_key(RETRY_AFTER);
    let is_limited =
        status == StatusCode::TOO_MANY_REQUESTS || (status == StatusCode::FORBIDDEN && (is_spent || asks_to_wait));
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "seconds, bounded by the clamp")]
    let seconds = number("retry-after").map_or(UNSAID, |seconds| seconds.clamp(0.0, 86_400.0).ceil() as u64);
    is_limited.then_some(seconds)
}
