//! What a test logs.

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
    /// Which lines are wanted; all, if none are named.
    wanted: Option<Targets>,
}

/// What this thread, and so this test, logs as long as this lives, as functions write it.
///
/// One subscriber serves all threads: `tracing` remembers of each line whether anybody wants it, which subscribers
/// that come and go on other threads would confuse.
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
    /// Of every crate, at every level.
    #[must_use]
    pub fn of_everything() -> Self {
        Self::of(None)
    }

    /// As functions do with that `LOG_LEVEL`.
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

    /// What was logged since the last look.
    ///
    /// # Panics
    /// When it is no text.
    #[must_use]
    #[allow(clippy::unused_self, reason = "there is a log only as long as this lives")]
    pub fn take(&self) -> String {
        let lines =
            WRITTEN.with_borrow_mut(|written| written.as_mut().map(|written| std::mem::take(&mut written.lines)));
        String::from_utf8(lines.unwrap_or_default()).expect("lines are UTF-8")
    }

    /// The lines about requests since the last look, as JSON.
    ///
    /// # Panics
    /// When a line is no JSON.
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
