//! One piece of work, a request or a run of a job: how long it may take and what it costs.
//!
//! The invocation travels beside the code, as a task-local, like a tracing span: storage reads the deadline
//! and adds to the counts, the HTTP edge logs them. Work that is split with `join!` stays in it; spawned
//! tasks do not, so nothing here spawns.

use crate::models::{EntrySource, EntryType, LedgerEntry};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
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

/// What DynamoDB charges by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Units {
    /// Of reading.
    Read,
    /// Of writing.
    Write,
}

/// What an invocation did, for the metrics; none of a kind leaves it empty.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Products bought.
    pub purchases: Option<u64>,
    /// Miles that flyers got.
    pub miles_earned: Option<u64>,
    /// Miles that flyers gave.
    pub miles_spent: Option<u64>,
    /// Members put away.
    pub members_archived: Option<u64>,
}

/// What an invocation may take and has cost so far.
#[derive(Debug)]
pub struct Invocation {
    deadline: Instant,
    requests: AtomicU32,
    retries: AtomicU32,
    read_milliunits: AtomicU64,
    write_milliunits: AtomicU64,
    caller: OnceLock<String>,
    tally: Mutex<Tally>,
}

impl Invocation {
    /// An invocation that may take that long from now.
    #[must_use]
    pub fn lasting(time: Duration) -> Arc<Self> {
        Arc::new(Self {
            deadline: Instant::now() + time,
            requests: AtomicU32::new(0),
            retries: AtomicU32::new(0),
            read_milliunits: AtomicU64::new(0),
            write_milliunits: AtomicU64::new(0),
            caller: OnceLock::new(),
            tally: Mutex::default(),
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
    pub fn count_capacity(&self, kind: Units, units: f64) {
        let counter = match kind {
            Units::Read => &self.read_milliunits,
            Units::Write => &self.write_milliunits,
        };
        counter.fetch_add((units * 1000.0).round() as u64, Ordering::Relaxed);
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

    /// Read units consumed so far.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "exact up to 2^53 thousandths")]
    pub fn read_units(&self) -> f64 {
        self.read_milliunits.load(Ordering::Relaxed) as f64 / 1000.0
    }

    /// Write units consumed so far, each of which costs five times as much as one of reading.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "exact up to 2^53 thousandths")]
    pub fn write_units(&self) -> f64 {
        self.write_milliunits.load(Ordering::Relaxed) as f64 / 1000.0
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

    /// Counts a movement of miles that took effect.
    pub fn count_movement(&self, entry: &LedgerEntry) {
        let mut tally = self.tally.lock().unwrap_or_else(PoisonError::into_inner);
        let miles = match entry.r#type {
            EntryType::Earn => &mut tally.miles_earned,
            EntryType::Spend => &mut tally.miles_spent,
        };
        *miles = Some(miles.unwrap_or_default() + entry.amount.unsigned_abs());
        if entry.source == EntrySource::Purchase {
            tally.purchases = Some(tally.purchases.unwrap_or_default() + 1);
        }
    }

    /// Counts members who were put away.
    pub fn count_archived(&self, members: usize) {
        let mut tally = self.tally.lock().unwrap_or_else(PoisonError::into_inner);
        tally.members_archived = Some(tally.members_archived.unwrap_or_default() + members as u64);
    }

    /// What it did so far.
    #[must_use]
    pub fn tally(&self) -> Tally {
        *self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
