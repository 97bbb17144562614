//! Saves the state of a test, and returns to it.

use crate::TestApp;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::sync::OnceCell;

/// Saved tables, and how many random numbers their contents took.
#[derive(Debug)]
pub(crate) struct Snapshot {
    pub file: PathBuf,
    pub drawn: u64,
}

/// Empty tables, created once per process, because restoring them takes less time. `None` if the tests run on another
/// DynamoDB, which cannot restore them.
pub(crate) static EMPTY: OnceCell<Option<Snapshot>> = OnceCell::const_new();

/// A state of a test to which it can return: tables, clock and random numbers. Its file is deleted with it.
#[derive(Debug)]
pub(crate) struct Checkpoint {
    snapshot: Snapshot,
    clock: i64,
}

impl TestApp {
    /// Saves the tables in a file whose extension is `name`. Returns `None` if the engine is not our own.
    pub(crate) fn snapshot(&self, name: &str) -> Option<Snapshot> {
        let engine = self.engine.as_ref()?;
        // The file is next to the test's executable, where the next run replaces it. The replacement is atomic, because
        // another run may be in progress.
        let file = std::env::current_exe().expect("a test is an executable").with_extension(name);
        let new = file.with_extension(format!("{name}-{}", std::process::id()));
        engine.save(&new).and_then(|()| std::fs::rename(&new, &file)).expect("it can be written there");
        Some(Snapshot { file, drawn: self.entropy.0.load(Ordering::SeqCst) })
    }

    /// Saves the state of the test. Returns `None` if the engine is not our own.
    pub(crate) fn checkpoint(&self) -> Option<Checkpoint> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::SeqCst));
        Some(Checkpoint { snapshot: self.snapshot(&name)?, clock: self.clock.0.load(Ordering::SeqCst) })
    }

    /// Returns the test to a saved state, in which the same requests get the same responses again.
    pub(crate) fn rewind(&self, to: &Checkpoint) {
        let engine = self.engine.as_ref().expect("checkpoints are of our own engine");
        engine.restore(&to.snapshot.file).expect("the checkpoint can be read");
        self.clock.0.store(to.clock, Ordering::SeqCst);
        self.entropy.0.store(to.snapshot.drawn, Ordering::SeqCst);
        self.wire.reset();
    }
}

impl Drop for Checkpoint {
    fn drop(&mut self) {
        let file = &self.snapshot.file;
        // SQLite may have created files next to it.
        for suffix in ["", "-wal", "-shm"] {
            let mut name = OsString::from(file);
            name.push(suffix);
            let _is_missing = std::fs::remove_file(Path::new(&name)).is_err();
        }
    }
}
