//! Runs pieces of work concurrently, at a limited rate.

use anyhow::{Context, Result};
use shared::Invocation;
use shared::import::Imported;
use shared::store::StoreError;
use std::collections::VecDeque;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until};

/// Maximum number of pieces in progress at the same time.
const SIDE_BY_SIDE: usize = 16;

/// Maximum number of lines in progress at the same time, unless a single piece has more. The embedded DynamoDB handles
/// one request at a time, and requests that wait too long are sent again.
const LINES_AT_ONCE: usize = 200;

/// Deadline of a piece, after which the import stops.
const PATIENCE: Duration = Duration::from_mins(2);
/// Extension of the deadline for each line of the piece.
const PATIENCE_PER_LINE: Duration = Duration::from_millis(100);

/// A limit on the number of lines per second.
pub struct Pace {
    per_line: Duration,
    next: Instant,
}

impl Pace {
    pub fn of(lines_per_second: u32) -> Self {
        Self { per_line: Duration::from_secs(1) / lines_per_second, next: Instant::now() }
    }

    /// Waits until the given number of lines may start.
    async fn turn(&mut self, lines: usize) {
        sleep_until(self.next).await;
        let lines = u32::try_from(lines).unwrap_or(u32::MAX);
        // Unused time does not accumulate.
        self.next = self.next.max(Instant::now()) + self.per_line * lines;
    }
}

/// A piece of work in progress.
struct Begun<T> {
    /// Returned with the outcomes.
    label: T,
    first_line: u64,
    lines: usize,
    work: JoinHandle<Result<Vec<Imported>, StoreError>>,
}

/// The pieces of work in progress, oldest first.
pub struct Work<T> {
    pace: Pace,
    begun: VecDeque<Begun<T>>,
}

impl<T> Work<T> {
    pub fn at(pace: Pace) -> Self {
        Self { pace, begun: VecDeque::new() }
    }

    /// Returns the labels of the pieces in progress.
    pub fn labels(&self) -> impl Iterator<Item = &T> {
        self.begun.iter().map(|begun| &begun.label)
    }

    /// Returns whether another piece with the given number of lines can start.
    pub fn has_room_for(&self, lines: usize) -> bool {
        let under_way: usize = self.begun.iter().map(|begun| begun.lines).sum();
        self.begun.is_empty() || (self.begun.len() < SIDE_BY_SIDE && under_way + lines <= LINES_AT_ONCE)
    }

    /// Starts a piece as soon as the rate allows it.
    pub async fn begin(
        &mut self,
        label: T,
        first_line: u64,
        lines: usize,
        work: impl Future<Output = Result<Vec<Imported>, StoreError>> + Send + 'static,
    ) {
        self.pace.turn(lines).await;
        let patience = PATIENCE + PATIENCE_PER_LINE * u32::try_from(lines).unwrap_or(u32::MAX);
        let work = tokio::spawn(Invocation::lasting(patience).run(work));
        self.begun.push_back(Begun { label, first_line, lines, work });
    }

    /// Waits for the oldest piece and returns its label and outcomes, or `None` if nothing is in progress.
    pub async fn next(&mut self) -> Result<Option<(T, Vec<Imported>)>> {
        let Some(Begun { label, first_line, work, .. }) = self.begun.pop_front() else { return Ok(None) };
        let outcomes = work.await.context("a task of the import panicked")?;
        let outcomes = outcomes
            .with_context(|| format!("stopped at line {first_line}; run the same command again to continue"))?;
        Ok(Some((label, outcomes)))
    }
}
