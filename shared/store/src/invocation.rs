//! One unit of work, a request or a run of a job: how long it may take and what it has consumed.
//!
//! The invocation is task-local, like a tracing span: the store reads the deadline and adds to the counts, and the HTTP
//! layer logs them. Futures that are combined with `join!` belong to it. Spawned tasks do not, so nothing here spawns
//! tasks.

use models::{EntrySource, EntryType, LedgerEntry};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, SystemTime};
use tokio::time::Instant;

tokio::task_local! {
    static CURRENT: Arc<Invocation>;
}

/// Part of a Lambda function's time that is reserved for responding.
const RESPONSE_MARGIN: Duration = Duration::from_millis(500);

/// The most that is reserved for finding out what became of a write that got no response.
const MAX_RESERVE: Duration = Duration::from_secs(1);

/// Returns how long work may take in a function that the runtime stops at `deadline`.
#[must_use]
pub fn time_left(deadline: SystemTime) -> Duration {
    deadline.duration_since(SystemTime::now()).unwrap_or_default().saturating_sub(RESPONSE_MARGIN)
}

/// The units in which DynamoDB charges for requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CapacityUnit {
    /// Read request units.
    Read,
    /// Write request units.
    Write,
}

/// What an invocation has done, for the metrics. A field is `None` until there is something to count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Number of products bought.
    pub purchases: Option<u64>,
    /// Miles that flyers earned.
    pub miles_earned: Option<u64>,
    /// Miles that flyers spent.
    pub miles_spent: Option<u64>,
    /// Number of members archived.
    pub members_archived: Option<u64>,
}

/// The deadline of one unit of work, and what it has consumed so far.
#[derive(Debug)]
pub struct Invocation {
    deadline: Instant,
    /// Part of the time that is left to reads which find out what became of a write.
    reserve: Duration,
    requests: AtomicU32,
    retries: AtomicU32,
    read_milliunits: AtomicU64,
    write_milliunits: AtomicU64,
    caller: OnceLock<String>,
    tally: Mutex<Tally>,
}

impl Invocation {
    /// Creates an invocation whose deadline is `time` from now.
    #[must_use]
    pub fn lasting(time: Duration) -> Arc<Self> {
        Arc::new(Self {
            deadline: Instant::now() + time,
            reserve: (time / 4).min(MAX_RESERVE),
            requests: AtomicU32::new(0),
            retries: AtomicU32::new(0),
            read_milliunits: AtomicU64::new(0),
            write_milliunits: AtomicU64::new(0),
            caller: OnceLock::new(),
            tally: Mutex::default(),
        })
    }

    /// Returns the invocation that the running code belongs to. Outside of an invocation, returns a new one of 30
    /// seconds, whose counts are discarded.
    #[must_use]
    pub fn current() -> Arc<Self> {
        CURRENT.try_with(Arc::clone).unwrap_or_else(|_| Self::lasting(Duration::from_secs(30)))
    }

    /// Runs `work` as part of this invocation.
    pub async fn run<F: Future>(self: Arc<Self>, work: F) -> F::Output {
        CURRENT.scope(self, work).await
    }

    /// Returns the time until the deadline, or zero after it.
    #[must_use]
    pub fn remaining(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    /// Returns the time left for writing: what is left after it belongs to a read that finds out what became of a write.
    #[must_use]
    pub fn remaining_for_writes(&self) -> Duration {
        self.remaining().saturating_sub(self.reserve)
    }

    /// Counts a DynamoDB request that is about to be sent.
    pub fn count_request(&self, is_retry: bool) {
        self.requests.fetch_add(1, Ordering::Relaxed);
        if is_retry {
            self.retries.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Adds the capacity that DynamoDB reported for a request, in capacity units.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "units are small and positive")]
    pub fn count_capacity(&self, kind: CapacityUnit, units: f64) {
        let counter = match kind {
            CapacityUnit::Read => &self.read_milliunits,
            CapacityUnit::Write => &self.write_milliunits,
        };
        counter.fetch_add((units * 1000.0).round() as u64, Ordering::Relaxed);
    }

    /// Returns the number of DynamoDB requests sent so far, including retries.
    #[must_use]
    pub fn requests(&self) -> u32 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Returns how many of the requests were retries.
    #[must_use]
    pub fn retries(&self) -> u32 {
        self.retries.load(Ordering::Relaxed)
    }

    /// Returns the read request units consumed so far.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "exact up to 2^53 thousandths")]
    pub fn read_units(&self) -> f64 {
        self.read_milliunits.load(Ordering::Relaxed) as f64 / 1000.0
    }

    /// Returns the write request units consumed so far. Each costs five times as much as a read request unit.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "exact up to 2^53 thousandths")]
    pub fn write_units(&self) -> f64 {
        self.write_milliunits.load(Ordering::Relaxed) as f64 / 1000.0
    }

    /// Records the airline or member id of the caller, for the log. Only the first call has an effect.
    pub fn set_caller(&self, id: &str) {
        let _already_known = self.caller.set(id.to_owned());
    }

    /// Returns the airline or member id of the caller, if it has been recorded.
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

    /// Counts members that were archived.
    pub fn count_archived(&self, members: usize) {
        let mut tally = self.tally.lock().unwrap_or_else(PoisonError::into_inner);
        tally.members_archived = Some(tally.members_archived.unwrap_or_default() + members as u64);
    }

    /// Returns what the invocation has done so far.
    #[must_use]
    pub fn tally(&self) -> Tally {
        *self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
