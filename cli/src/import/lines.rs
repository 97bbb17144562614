//! Reads a file line by line.

use anyhow::{Context, Result};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

/// A nonblank line.
pub struct Line {
    /// Number of the line, starting at 1.
    pub number: u64,
    pub json: Vec<u8>,
}

impl Line {
    /// Returns the length of the line, including the line break.
    pub fn bytes(&self) -> u64 {
        self.json.len() as u64 + 1
    }
}

/// The nonblank lines of a file.
pub struct Lines {
    path: PathBuf,
    bytes: u64,
    numbered: std::iter::Zip<std::ops::RangeFrom<u64>, std::io::Split<BufReader<File>>>,
}

impl Lines {
    pub fn of(path: &Path) -> Result<Self> {
        let open = || -> std::io::Result<_> {
            let file = File::open(path)?;
            Ok((file.metadata()?.len(), file))
        };
        let (bytes, file) = open().with_context(|| format!("cannot read {}", path.display()))?;
        Ok(Self { path: path.to_owned(), bytes, numbered: (1..).zip(BufReader::new(file).split(b'\n')) })
    }

    /// Returns the length of the file.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }
}

impl Iterator for Lines {
    type Item = Result<Line>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let (number, json) = self.numbered.next()?;
            match json.with_context(|| format!("cannot read {}", self.path.display())) {
                Ok(json) if json.trim_ascii().is_empty() => {}
                read => return Some(read.map(|json| Line { number, json })),
            }
        }
    }
}
