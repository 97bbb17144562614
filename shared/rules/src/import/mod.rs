//! Imports data from the original systems, one JSON object per line: documents of one, rows of the other.
//!
//! Existing data is left unchanged, so an import can be repeated, and one that was interrupted must be. Independent
//! records are created if they do not exist yet ([`parse`], [`create`]). Histories are added to the ledgers of flyers
//! who have not moved any miles in this system ([`HistoryRow`], [`rebuild()`]).

mod airlines;
mod error;
mod fields;
mod flights;
mod flyers;
mod history;
mod layout;
mod members;
mod rebuild;

pub use error::RowError;
pub use history::HistoryRow;
pub use rebuild::rebuild;

use crate::Context;
use models::HistoryKind;
use store::{Batch, CreateResult, Creation, Requirement, StoreError};

/// What a file contains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Independent records.
    Records(RecordKind),
    /// Parts of flyers' histories.
    Histories(HistoryKind),
}

/// A kind of independent record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are self-explanatory")]
pub enum RecordKind {
    Members,
    Airlines,
    Brands,
    Products,
    Flights,
    Flyers,
}

/// Result of importing a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Imported {
    /// The record was created, or the fact was added to the ledger.
    Created,
    /// The record or fact already existed and was left unchanged.
    Existing,
    /// The line was rejected, for the given reason.
    Rejected(String),
}

/// Parses a line into a record to create.
///
/// # Errors
/// Returns an error that names the field that is not valid. It contains no secret.
pub fn parse(context: &Context, things: RecordKind, line: &[u8]) -> Result<Creation, RowError> {
    match things {
        RecordKind::Members => members::member(context, line),
        RecordKind::Airlines => airlines::airline(context, line),
        RecordKind::Brands => airlines::brand(line),
        RecordKind::Products => airlines::product(line),
        RecordKind::Flights => flights::flight(line),
        RecordKind::Flyers => flyers::flyer(line),
    }
}

/// Creates the records that do not exist yet, and returns the result for each line. One request, plus one each time
/// that a record exists already or cannot be created.
///
/// # Errors
/// Any [`StoreError`]. Some of the records may have been created; repeating the call creates the others.
pub async fn create(context: &Context, things: RecordKind, batch: &Batch) -> Result<Vec<Imported>, StoreError> {
    let created = context.store.create_all(batch, || context.random()).await?;
    let imported = created.into_iter().map(|created| match created {
        CreateResult::Created => Imported::Created,
        CreateResult::AlreadyExists => Imported::Existing,
        CreateResult::Taken => Imported::Rejected(taken(things).to_owned()),
        CreateResult::RequirementNotMet(needed) => Imported::Rejected(missing(needed).to_owned()),
    });
    Ok(imported.collect())
}

fn taken(things: RecordKind) -> &'static str {
    match things {
        RecordKind::Members => "username, github_id, github_user_id or discordId belongs to another member",
        RecordKind::Airlines => "the API key belongs to another airline",
        RecordKind::Brands => "brandId, iata, icao or callsign belongs to another brand",
        RecordKind::Flyers => "the flyer has a ledger but no record",
        RecordKind::Products | RecordKind::Flights => "a unique value is already taken",
    }
}

fn missing(needed: Requirement) -> &'static str {
    match needed {
        Requirement::Airline => "the airline does not exist",
        Requirement::NoPrimaryBrand => "the airline does not exist or has another primary brand",
        Requirement::Brand => "the airline has no such brand",
        Requirement::CodeshareAirline => "the airline of codeshareAirlineId does not exist",
    }
}
