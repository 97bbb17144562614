//! Telling what became of the lines.

use indicatif::{HumanCount, ProgressBar, ProgressStyle};
use shared::import::Imported;

/// What became of the lines so far.
pub struct Report {
    made: u64,
    there: u64,
    refused: u64,
    /// Draws on a terminal, and nothing elsewhere.
    progress: ProgressBar,
}

impl Report {
    /// For a file of that length.
    pub fn on(bytes: u64) -> Self {
        let style = ProgressStyle::with_template("{bar:30} {percent}% {msg}, {eta} left").expect("a good template");
        Self { made: 0, there: 0, refused: 0, progress: ProgressBar::new(bytes).with_style(style) }
    }

    /// Notes what became of a line of that length; prints it, if it was refused.
    pub fn note(&mut self, number: u64, bytes: u64, outcome: &Imported) {
        match outcome {
            Imported::Made => self.made += 1,
            Imported::There => self.there += 1,
            Imported::Refused(reason) => {
                self.refused += 1;
                self.progress.suspend(|| println!("line {number}: {reason}"));
            }
        }
        self.advance(bytes);
    }

    fn advance(&mut self, bytes: u64) {
        let lines = self.made + self.there + self.refused;
        let rate = lines / self.progress.elapsed().as_secs().max(1);
        self.progress.set_message(format!("{} lines, {} a second", HumanCount(lines), HumanCount(rate)));
        self.progress.inc(bytes);
    }

    /// Prints how many lines became what.
    pub fn finish(&self) {
        self.progress.finish_and_clear();
        eprintln!("{} made, {} there already, {} refused", self.made, self.there, self.refused);
    }

    pub fn has_refused(&self) -> bool {
        self.refused > 0
    }
}
