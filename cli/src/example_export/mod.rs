//! `skysquad example-export`: a made-up export of the original systems, to try an import with.

mod community;
mod histories;

use anyhow::{Context, Result};
use clap::Args;
use community::Community;
use serde_json::Value;
use shared::models::{FlightId, Timestamp};
use std::fs::{File, create_dir_all};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

/// Write a made-up export of the original systems, a file for each kind that `import` takes
///
/// Everything in it fits together, but for a share of defects as the original systems have them: flyers who are twice on a
/// flight, boardings whose miles were never booked or booked twice, and balances that are not what the ledger adds up to, some
/// of them below 0. So an import refuses some of its lines. The same options give the same files.
#[derive(Debug, Args)]
pub struct ExampleExport {
    /// Where to; its files must not be there yet
    directory: PathBuf,
    /// How many rows of each kind. There are at most 1,296 brands, one for each IATA designator, and about a quarter more
    /// transactions than passengers
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    rows: u32,
    /// What the made-up numbers depend on
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many of 1,000 rows are defective
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(0..=1000))]
    defects: u32,
}

/// Writes the files.
pub fn write(options: &ExampleExport) -> Result<ExitCode> {
    let ExampleExport { directory, rows, seed, defects } = options;
    create_dir_all(directory).with_context(|| format!("cannot make {}", directory.display()))?;
    let community = Community { rows: u64::from(*rows), seed: *seed, defects: *defects };
    let rows = community.rows;
    write_file(directory, "members", (0..rows).map(|n| community.member(n)))?;
    write_file(directory, "airlines", (0..rows).map(|n| community.airline(n)))?;
    write_file(directory, "brands", (0..community.brands()).map(Community::brand))?;
    write_file(directory, "products", (0..rows).map(|n| community.product(n)))?;
    write_file(directory, "flights", (0..rows).map(|n| community.flight(n)))?;
    histories::write(directory, &community)?;
    eprintln!("wrote 8 files to {}", directory.display());
    Ok(ExitCode::SUCCESS)
}

/// A file that is being written.
struct Rows {
    path: PathBuf,
    file: BufWriter<File>,
}

impl Rows {
    fn of(directory: &Path, kind: &str) -> Result<Self> {
        let path = directory.join(format!("{kind}.ndjson"));
        let file = File::create_new(&path).with_context(|| format!("cannot make {}", path.display()))?;
        Ok(Self { path, file: BufWriter::new(file) })
    }

    fn add(&mut self, row: &Value) -> Result<()> {
        writeln!(self.file, "{row}").with_context(|| format!("cannot write {}", self.path.display()))
    }

    fn finish(mut self) -> Result<()> {
        self.file.flush().with_context(|| format!("cannot write {}", self.path.display()))
    }
}

fn write_file(directory: &Path, kind: &str, rows: impl Iterator<Item = Value>) -> Result<()> {
    let mut file = Rows::of(directory, kind)?;
    for row in rows {
        file.add(&row)?;
    }
    file.finish()
}

/// When the original system began.
const BEGIN: &str = "2022-01-01T00:00:00.000Z";

/// That many minutes after it began.
fn time(minutes: u64, ms: u64) -> Timestamp {
    let begin: Timestamp = BEGIN.parse().expect("a good instant");
    begin.plus(Duration::from_secs(60 * minutes) + Duration::from_millis(ms))
}

/// As PostgreSQL writes a `timestamp`.
fn written(at: Timestamp) -> String {
    at.formatted("%Y-%m-%d %H:%M:%S%.3f")
}

/// The id of the flight of that number.
fn flight_id(seed: u64, number: u64) -> FlightId {
    let mut random = fastrand::Rng::with_seed(seed ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    FlightId::from_random(random.u128(..).to_le_bytes())
}
