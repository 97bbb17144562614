//! One piece of work, a request or a run of a job: how long it may take and what it costs.
//!
//! The invocation travels beside the code, as a task-local, like a tracing span: storage reads the deadline
//! and adds to the counts, the HTTP edge logs them. Work that is split with `join!` stays in it; spawned
//! tasks do not, so nothing here spawns.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};
use tokio::time::Instant;

tokio::task_local! {
    static CURRENT: Arc<Invocation>;
}

/// What of a Lambda function's time is kept for answering.
const MARGIN: Duration = Duration::from_millis(500);

/// How much time work may take in a function that the runtime will stop at an instant.
#[must_use]
pub fn time_left(deadline: SystemTime) -> Duration {
    deadline.duration_since(SystemTime::now()).unwrap_or_default().saturating_sub(MARGIN)
}

/// What an invocation may take and has cost so far.
#[derive(Debug)]
pub struct Invocation {
    deadline: Instant,
    requests: AtomicU32,
    retries: AtomicU32,
    capacity_milliunits: AtomicU64,
    caller: OnceLock<String>,
}

impl Invocation {
    /// An invocation that may take that long from now.
    #[must_use]
    pub fn lasting(time: Duration) -> Arc<Self> {
        Arc::new(Self {
            deadline: Instant::now() + time,
            requests: AtomicU32::new(0),
            retries: AtomicU32::new(0),
            capacity_milliunits: AtomicU64::new(0),
            caller: OnceLock::new(),
        })
    }

    /// The invocation that the running code is part of. Code outside of any has 30 seconds and counts into
    /// the void.
    #[must_use]
    pub fn current() -> Arc<Self> {
        CURRENT.try_with(Arc::clone).unwrap_or_else(|_| Self::lasting(Duration::from_secs(30)))
    }

    /// Runs `work` as part of this invocation.
    pub async fn run<F: Future>(self: Arc<Self>, work: F) -> F::Output {
        CURRENT.scope(self, work).await
    }

    /// How much time is left, zero when it is up.
    #[must_use]
    pub fn remaining(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    /// Counts one DynamoDB request that is about to be sent.
    pub fn count_request(&self, is_retry: bool) {
        self.requests.fetch_add(1, Ordering::Relaxed);
        if is_retry {
            self.retries.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Adds capacity that DynamoDB said a request consumed, in capacity units.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "units are small and positive")]
    pub fn count_capacity(&self, units: f64) {
        self.capacity_milliunits.fetch_add((units * 1000.0).round() as u64, Ordering::Relaxed);
    }

    /// DynamoDB requests sent so far, retries among them.
    #[must_use]
    pub fn requests(&self) -> u32 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Those of the requests that repeated one.
    #[must_use]
    pub fn retries(&self) -> u32 {
        self.retries.load(Ordering::Relaxed)
    }

    /// Capacity units consumed so far, read and write together.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "exact up to 2^53 thousandths")]
    pub fn capacity(&self) -> f64 {
        self.capacity_milliunits.load(Ordering::Relaxed) as f64 / 1000.0
    }

    /// Notes who called, by airline or member id, for the log.
    pub fn set_caller(&self, id: &str) {
        let _already_known = self.caller.set(id.to_owned());
    }

    /// Who called, once known.
    #[must_use]
    pub fn caller(&self) -> Option<&str> {
        self.caller.get().map(String::as_str)
    }
}
