//! `skysquad import`: taking data over from the original systems.

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
use shared::import::{Kind, Things};
use shared::models::HistoryKind;
use std::path::PathBuf;
use std::process::ExitCode;
use work::Pace;

/// Take data over from the original systems
///
/// A file is a JSON object a line, in the field names of the original systems: documents as Firestore exports them (members),
/// or PostgreSQL's rows as JSON. Fields that have no place here are left out. What one kind refers to is to be there before
/// it; this is the order:
///
///     members
///     airlines, brands, products, flights
///     flyers, passengers, transactions
///
/// Lines that cannot be taken over are printed with the reason, and the exit status is then 1. What is there already stays
/// as it is, so running an import again changes nothing; one that was stopped is run again.
///
/// Passengers and transactions become the ledgers of flyers who have moved no miles here yet. A flyer's balance stays what
/// the flyer's own line said: a ledger begins with what the flyer must have had, so that it is never below 0, and ends with
/// what the lines do not explain.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub struct Import {
    /// What the file holds
    kind: FileKind,
    /// The file
    file: PathBuf,
    /// How many lines a second, at most; by default 80 members, or 500 of anything else
    ///
    /// A table on demand takes some 4,000 write units a second when it is new. A member is some 40 of them, a line of anything
    /// else up to 8.
    #[arg(long, value_name = "LINES_PER_SECOND", value_parser = clap::value_parser!(u32).range(1..))]
    rate: Option<u32>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum FileKind {
    /// Documents of users, with the community's profile
    Members,
    /// Rows of `airlines`, with the keys that their game servers have
    Airlines,
    /// Rows of `brands`
    Brands,
    /// Rows of `milesProducts`
    Products,
    /// Rows of `flights`
    Flights,
    /// Rows of `users`, with their miles
    Flyers,
    /// Rows of `flight_passengers`
    Passengers,
    /// Rows of `miles_transactions`
    Transactions,
}

impl FileKind {
    fn of_rows(self) -> Kind {
        match self {
            Self::Members => Kind::Things(Things::Members),
            Self::Airlines => Kind::Things(Things::Airlines),
            Self::Brands => Kind::Things(Things::Brands),
            Self::Products => Kind::Things(Things::Products),
            Self::Flights => Kind::Things(Things::Flights),
            Self::Flyers => Kind::Things(Things::Flyers),
            Self::Passengers => Kind::Histories(HistoryKind::Passengers),
            Self::Transactions => Kind::Histories(HistoryKind::Transactions),
        }
    }

    fn default_rate(self) -> u32 {
        if matches!(self, Self::Members) { 80 } else { 500 }
    }
}

/// Imports a file; prints each line that was refused, and why. Running it again changes nothing.
pub async fn import(options: Import, tables: &tables::Options) -> Result<ExitCode> {
    let app = tables.app().await?;
    let lines = Lines::of(&options.file)?;
    let pace = Pace::of(options.rate.unwrap_or(options.kind.default_rate()));
    let mut report = Report::on(lines.bytes());
    let through = match options.kind.of_rows() {
        Kind::Things(kind) => things::import(&app.context, kind, lines, pace, &mut report).await,
        Kind::Histories(kind) => histories::import(&app.context, kind, lines, pace, &mut report).await,
    };
    report.finish();
    through?;
    Ok(if report.has_refused() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
