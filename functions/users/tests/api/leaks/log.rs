//! What a test logs, in the levels that functions log in.

use shared::telemetry::levels;
use std::cell::RefCell;
use std::io::{self, Write};
use std::sync::Once;
use tracing_subscriber::fmt::layer;
use tracing_subscriber::prelude::*;

thread_local! {
    static WRITTEN: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

/// What this thread, and so this test, logs as long as this lives.
///
/// One subscriber serves all threads: `tracing` remembers of each line whether anybody wants it, which subscribers
/// that come and go on other threads would confuse.
pub struct Log;

struct ToThisThread;

impl Write for ToThisThread {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        WRITTEN.with_borrow_mut(|written| written.as_mut().map_or(Ok(bytes.len()), |written| written.write(bytes)))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    pub fn of_this_thread() -> Self {
        static SUBSCRIBER: Once = Once::new();
        SUBSCRIBER.call_once(|| {
            let lines = layer().json().flatten_event(true).with_current_span(false).with_writer(|| ToThisThread);
            tracing_subscriber::registry().with(levels()).with(lines).init();
        });
        WRITTEN.set(Some(Vec::new()));
        Self
    }

    /// What was logged so far.
    #[allow(clippy::unused_self, reason = "there is a log only as long as this lives")]
    pub fn take(&self) -> String {
        String::from_utf8(WRITTEN.take().unwrap_or_default()).expect("lines are UTF-8")
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        WRITTEN.set(None);
    }
}
