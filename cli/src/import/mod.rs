//! `skysquad import`: imports data from the original systems.

mod histories;
mod lines;
mod report;
mod things;
mod work;

use crate::tables;
use anyhow::Result;
use clap::{Args, ValueEnum};
use lines::Lines;
use report::Report;
use shared::import::{Kind, RecordKind};
use shared::models::HistoryKind;
use std::path::PathBuf;
use std::process::ExitCode;
use work::Pace;

/// Import data from the original systems
///
/// FILE has one JSON object per line, with the field names of the original systems: documents as
/// exported from Firestore (members), or rows of PostgreSQL tables (all other kinds). Unknown fields
/// are ignored. Rows can only refer to data that already exists, so import the kinds in this order:
///
///     members
///     airlines, brands, products, flights
///     flyers, passengers, transactions
///
/// Rejected lines are printed to standard output with the reason. The exit status is then 1.
///
/// Existing data is never changed, so importing a file twice has no effect. If an import was
/// interrupted, run the same command again to complete it.
///
/// Passengers and transactions are added to the ledgers of flyers who have not earned or spent miles
/// in Skysquad yet. A flyer's balance remains that of the flyer's own line. The ledger starts with the
/// miles that the flyer must have had for the balance never to be negative, and ends with a
/// correction for what the rows do not explain.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct Import {
    /// Kind of data in the file
    kind: FileKind,
    /// File with one JSON object per line
    file: PathBuf,
    /// Maximum number of lines per second [default: 80 for members, 500 for other kinds]
    ///
    /// A new on-demand table handles about 4,000 write units per second. A member consumes about 40, a line of any
    /// other kind at most 8.
    #[arg(long, value_name = "LINES_PER_SECOND", value_parser = clap::value_parser!(u32).range(1..))]
    rate: Option<u32>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum FileKind {
    /// User documents exported from Firestore
    Members,
    /// Rows of `airlines`, including their API keys
    Airlines,
    /// Rows of `brands`
    Brands,
    /// Rows of `milesProducts`
    Products,
    /// Rows of `flights`
    Flights,
    /// Rows of `users`, including their balances
    Flyers,
    /// Rows of `flight_passengers`
    Passengers,
    /// Rows of `miles_transactions`
    Transactions,
}

impl FileKind {
    fn of_rows(self) -> Kind {
        match self {
            Self::Members => Kind::Records(RecordKind::Members),
            Self::Airlines => Kind::Records(RecordKind::Airlines),
            Self::Brands => Kind::Records(RecordKind::Brands),
            Self::Products => Kind::Records(RecordKind::Products),
            Self::Flights => Kind::Records(RecordKind::Flights),
            Self::Flyers => Kind::Records(RecordKind::Flyers),
            Self::Passengers => Kind::Histories(HistoryKind::Passengers),
            Self::Transactions => Kind::Histories(HistoryKind::Transactions),
        }
    }

    fn default_rate(self) -> u32 {
        if matches!(self, Self::Members) { 80 } else { 500 }
    }
}

/// Imports a file. Prints each rejected line with the reason, then a summary.
pub async fn import(options: Import, tables: &tables::Options) -> Result<ExitCode> {
    let app = tables.app().await?;
    let lines = Lines::of(&options.file)?;
    let pace = Pace::of(options.rate.unwrap_or(options.kind.default_rate()));
    let mut report = Report::on(lines.bytes());
    let through = match options.kind.of_rows() {
        Kind::Records(kind) => things::import(&app.context, kind, lines, pace, &mut report).await,
        Kind::Histories(kind) => histories::import(&app.context, kind, lines, pace, &mut report).await,
    };
    report.finish();
    through?;
    Ok(if report.has_refused() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
