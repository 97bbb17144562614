//! Captures the log of a test.

use serde_json::Value;
use shared::telemetry::{Lines, levels_from};
use std::cell::RefCell;
use std::io::{self, Write};
use std::sync::Once;
use tracing_subscriber::filter::{LevelFilter, Targets, dynamic_filter_fn};
use tracing_subscriber::fmt::layer;
use tracing_subscriber::prelude::*;

thread_local! {
    static WRITTEN: RefCell<Option<Written>> = const { RefCell::new(None) };
}

struct Written {
    lines: Vec<u8>,
    /// The lines to capture, or `None` for all.
    wanted: Option<Targets>,
}

/// Captures what this thread, and therefore this test, logs while the value exists. Lines have the format of the
/// functions' log.
///
/// All threads share one subscriber: `tracing` caches for each line whether any subscriber is interested in it, and
/// subscribers that come and go on other threads would interfere with that.
#[derive(Debug)]
pub struct Log(());

struct ToThisThread;

impl Write for ToThisThread {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        WRITTEN
            .with_borrow_mut(|written| written.as_mut().map_or(Ok(bytes.len()), |written| written.lines.write(bytes)))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    /// Captures the lines of all crates, at all levels.
    #[must_use]
    pub fn of_everything() -> Self {
        Self::of(None)
    }

    /// Captures the lines that functions log with the given `LOG_LEVEL`.
    #[must_use]
    pub fn at(level: LevelFilter) -> Self {
        Self::of(Some(levels_from(level)))
    }

    fn of(wanted: Option<Targets>) -> Self {
        static SUBSCRIBER: Once = Once::new();
        SUBSCRIBER.call_once(|| {
            let is_wanted = dynamic_filter_fn(|line, _| {
                WRITTEN.with_borrow(|written| {
                    let wanted = |wanted: &Targets| wanted.would_enable(line.target(), line.level());
                    written.as_ref().is_some_and(|written| written.wanted.as_ref().is_none_or(wanted))
                })
            });
            let lines = layer().event_format(Lines { namespace: "test".to_owned() }).with_writer(|| ToThisThread);
            tracing_subscriber::registry().with(lines.with_filter(is_wanted)).init();
        });
        WRITTEN.set(Some(Written { lines: Vec::new(), wanted }));
        Self(())
    }

    /// Returns what was logged since the last call.
    ///
    /// # Panics
    /// Panics if it is not UTF-8.
    #[must_use]
    #[allow(clippy::unused_self, reason = "there is a log only as long as this lives")]
    pub fn take(&self) -> String {
        let lines =
            WRITTEN.with_borrow_mut(|written| written.as_mut().map(|written| std::mem::take(&mut written.lines)));
        String::from_utf8(lines.unwrap_or_default()).expect("lines are UTF-8")
    }

    /// Returns the lines about requests that were logged since the last call, as JSON.
    ///
    /// # Panics
    /// Panics if a line is not JSON.
    #[must_use]
    pub fn take_requests(&self) -> Vec<Value> {
        let lines = self.take();
        let lines = lines.lines().map(|line| serde_json::from_str::<Value>(line).expect("a line is JSON"));
        lines.filter(|line| line["message"] == "request" && line["target"] == "shared::http::middleware").collect()
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        WRITTEN.set(None);
    }
}
