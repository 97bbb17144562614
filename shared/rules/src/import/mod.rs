//! Taking data over from the original systems: documents of one, rows of the other, as a line of JSON each.
//!
//! Nothing that is there is changed by it, so it may be run again, and is, when it was stopped. What stands by itself is
//! made where it is not there yet ([`parse`], [`create`]). Histories are brought into the ledgers of flyers that have moved
//! no miles here ([`HistoryRow`], [`rebuild`]).

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
use store::{Batch, Created, Creation, Needed, StoreError};

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Things that stand by themselves.
    Things(Things),
    /// Parts of flyers' histories.
    Histories(HistoryKind),
}

/// Things that stand by themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Things {
    Members,
    Airlines,
    Brands,
    Products,
    Flights,
    Flyers,
}

/// What became of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Imported {
    /// What it says was made.
    Made,
    /// It was there already, and stays as it is.
    There,
    /// It is not taken, for that reason.
    Refused(String),
}

/// What a line says is to be made.
///
/// # Errors
/// Why it is refused: it names the field that is not as it must be. No secret is in it.
pub fn parse(context: &Context, things: Things, line: &[u8]) -> Result<Creation, RowError> {
    match things {
        Things::Members => members::member(context, line),
        Things::Airlines => airlines::airline(context, line),
        Things::Brands => airlines::brand(line),
        Things::Products => airlines::product(line),
        Things::Flights => flights::flight(line),
        Things::Flyers => flyers::flyer(line),
    }
}

/// Makes what is not there yet, and tells what became of each. One request; one more each time that something in it is there
/// or cannot be made.
///
/// # Errors
/// As any write: then some of it may be made, and doing it again makes the rest.
pub async fn create(context: &Context, things: Things, batch: &Batch) -> Result<Vec<Imported>, StoreError> {
    let created = context.store.create_all(batch, || context.random()).await?;
    let imported = created.into_iter().map(|created| match created {
        Created::Done => Imported::Made,
        Created::There => Imported::There,
        Created::Taken => Imported::Refused(taken(things).to_owned()),
        Created::Missing(needed) => Imported::Refused(missing(needed).to_owned()),
    });
    Ok(imported.collect())
}

fn taken(things: Things) -> &'static str {
    match things {
        Things::Members => "username, github_id, github_user_id or discordId is another member's",
        Things::Airlines => "the API key is another airline's",
        Things::Brands => "brandId, iata, icao or callsign is another brand's",
        Things::Flyers => "there is a ledger of that flyer, and no flyer",
        Things::Products | Things::Flights => "something of it is taken",
    }
}

fn missing(needed: Needed) -> &'static str {
    match needed {
        Needed::Airline => "there is no such airline",
        Needed::PrimaryPlace => "there is no such airline, or it has another primary brand",
        Needed::Brand => "the airline has no such brand",
        Needed::CodeshareAirline => "there is no airline of that codeshareAirlineId",
    }
}
