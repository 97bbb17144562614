//! Reports the outcomes of the lines.

use indicatif::{HumanCount, ProgressBar, ProgressStyle};
use shared::import::Imported;

/// The outcomes so far, with a progress bar.
pub struct Report {
    made: u64,
    there: u64,
    refused: u64,
    /// Draws nothing if standard error is not a terminal.
    progress: ProgressBar,
}

impl Report {
    /// Creates the report of a file of the given length.
    pub fn on(bytes: u64) -> Self {
        let style =
            ProgressStyle::with_template("{bar:30} {percent}% {msg}, {eta} left").expect("the template is valid");
        Self { made: 0, there: 0, refused: 0, progress: ProgressBar::new(bytes).with_style(style) }
    }

    /// Counts the outcome of a line of the given length. Prints the reason if the line was rejected.
    pub fn note(&mut self, number: u64, bytes: u64, outcome: &Imported) {
        match outcome {
            Imported::Created => self.made += 1,
            Imported::Existing => self.there += 1,
            Imported::Rejected(reason) => {
                self.refused += 1;
                self.progress.suspend(|| println!("line {number}: {reason}"));
            }
        }
        self.advance(bytes);
    }

    fn advance(&mut self, bytes: u64) {
        let lines = self.made + self.there + self.refused;
        let rate = lines / self.progress.elapsed().as_secs().max(1);
        self.progress.set_message(format!("{} lines, {} per second", HumanCount(lines), HumanCount(rate)));
        self.progress.inc(bytes);
    }

    /// Prints the number of lines with each outcome.
    pub fn finish(&self) {
        self.progress.finish_and_clear();
        eprintln!("{} imported, {} already present, {} rejected", self.made, self.there, self.refused);
    }

    pub fn has_refused(&self) -> bool {
        self.refused > 0
    }
}
