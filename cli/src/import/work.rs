//! Doing many pieces of work side by side, at a pace.

use anyhow::{Context, Result};
use shared::Invocation;
use shared::import::Imported;
use shared::store::StoreError;
use std::collections::VecDeque;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until};

/// How many pieces are under way at once.
const SIDE_BY_SIDE: usize = 16;

/// How many lines are under way at once, unless one piece has more: a local engine does one thing after the other, and what
/// waits too long for it is sent again.
const LINES_AT_ONCE: usize = 200;

/// How long DynamoDB may be too busy for a piece before the import gives up, and how much longer for each line of it.
const PATIENCE: Duration = Duration::from_mins(2);
const PATIENCE_PER_LINE: Duration = Duration::from_millis(100);

/// So many lines a second, and no more.
pub struct Pace {
    per_line: Duration,
    next: Instant,
}

impl Pace {
    pub fn of(lines_per_second: u32) -> Self {
        Self { per_line: Duration::from_secs(1) / lines_per_second, next: Instant::now() }
    }

    /// Waits until it is the turn of so many lines.
    async fn turn(&mut self, lines: usize) {
        sleep_until(self.next).await;
        let lines = u32::try_from(lines).unwrap_or(u32::MAX);
        // Time that went by unused is not made up for.
        self.next = self.next.max(Instant::now()) + self.per_line * lines;
    }
}

/// A piece of work that was begun.
struct Begun<T> {
    /// What is told again when it is through.
    label: T,
    first_line: u64,
    lines: usize,
    work: JoinHandle<Result<Vec<Imported>, StoreError>>,
}

/// Pieces of work that are under way, the oldest first.
pub struct Work<T> {
    pace: Pace,
    begun: VecDeque<Begun<T>>,
}

impl<T> Work<T> {
    pub fn at(pace: Pace) -> Self {
        Self { pace, begun: VecDeque::new() }
    }

    /// The labels of what is under way.
    pub fn labels(&self) -> impl Iterator<Item = &T> {
        self.begun.iter().map(|begun| &begun.label)
    }

    /// Whether there is room for another piece of so many lines.
    pub fn has_room_for(&self, lines: usize) -> bool {
        let under_way: usize = self.begun.iter().map(|begun| begun.lines).sum();
        self.begun.is_empty() || (self.begun.len() < SIDE_BY_SIDE && under_way + lines <= LINES_AT_ONCE)
    }

    /// Begins a piece, when it is its turn.
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

    /// The oldest piece, when it is through; none, if nothing is under way.
    pub async fn next(&mut self) -> Result<Option<(T, Vec<Imported>)>> {
        let Some(Begun { label, first_line, work, .. }) = self.begun.pop_front() else { return Ok(None) };
        let outcomes = work.await.context("an import panicked")?;
        let outcomes = outcomes.with_context(|| format!("stopped at line {first_line}; to go on, run it again"))?;
        Ok(Some((label, outcomes)))
    }
}
