//! `skysquad example-export`: generates an export of the original systems, with which to try `import`.

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

/// Generate sample data for `import`, in one file per kind
///
/// Writes KIND.ndjson for each kind that `import` accepts. The data is consistent except for a share of defects like
/// those in the original systems: passengers who are listed twice on a flight, boardings whose miles were credited
/// twice or not at all, and balances that differ from the sum of the transactions, some of them negative. `import`
/// therefore rejects some of the lines.
///
/// The same options always generate the same files. Exits with 1 if one of the files already exists.
#[derive(Debug, Args)]
pub struct ExampleExport {
    /// Directory to write to, which is created if it does not exist
    #[arg(value_name = "DIR")]
    directory: PathBuf,
    /// Number of rows of each kind. There are at most 1,296 brands, because there are no more IATA designators, and
    /// about 25% more transactions
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    rows: u32,
    /// Seed of the random numbers
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Number of rows in 1,000 that have a defect
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(0..=1000))]
    defects: u32,
}

/// Writes the files.
pub fn write(options: &ExampleExport) -> Result<ExitCode> {
    let ExampleExport { directory, rows, seed, defects } = options;
    create_dir_all(directory).with_context(|| format!("cannot create {}", directory.display()))?;
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

/// A file to which rows are being written.
struct Rows {
    path: PathBuf,
    file: BufWriter<File>,
}

impl Rows {
    fn of(directory: &Path, kind: &str) -> Result<Self> {
        let path = directory.join(format!("{kind}.ndjson"));
        let file = File::create_new(&path).with_context(|| format!("cannot create {}", path.display()))?;
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

/// Time when the original system started.
const BEGIN: &str = "2022-01-01T00:00:00.000Z";

/// Returns the time that many minutes and milliseconds after the start of the original system.
fn time(minutes: u64, ms: u64) -> Timestamp {
    let begin: Timestamp = BEGIN.parse().expect("BEGIN is a valid time");
    begin.plus(Duration::from_secs(60 * minutes) + Duration::from_millis(ms))
}

/// Formats a time like a `timestamp` in PostgreSQL.
fn written(at: Timestamp) -> String {
    at.formatted("%Y-%m-%d %H:%M:%S%.3f")
}

/// Returns the ID of a flight.
fn flight_id(seed: u64, number: u64) -> FlightId {
    let mut random = fastrand::Rng::with_seed(seed ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    FlightId::from_random(random.u128(..).to_le_bytes())
}
