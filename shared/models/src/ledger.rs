//! The ledger: one entry for each movement of a flyer's miles.

use crate::number::Whole;
use crate::{AirlineId, FlightId, FlyerId, ProductId, Timestamp, TransactionId};
use serde::{Deserialize, Deserializer, Serialize, de};
use utoipa::openapi::{ObjectBuilder, RefOr, Schema, Type};

/// Direction of a movement of miles: `earn` adds to the balance, `spend` takes from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum EntryType {
    /// Miles added to the balance.
    Earn,
    /// Miles taken from the balance.
    Spend,
}

impl EntryType {
    /// Returns the direction of a movement of `amount` miles.
    #[must_use]
    pub fn of(amount: i64) -> Self {
        if amount < 0 { Self::Spend } else { Self::Earn }
    }
}

/// What caused a movement of miles: boarding a flight, a purchase, the refund of a purchase, the reversal of a boarding, or
/// an adjustment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum EntrySource {
    /// Boarding a flight.
    Flight,
    /// Buying a product.
    Purchase,
    /// Refunding a purchase.
    Refund,
    /// Miles that an airline owes or claims, or a balance carried over from another system.
    Adjustment,
    /// Taking back the miles of a boarding.
    Reversal,
}

/// One movement of a flyer's miles. The entries of a flyer are numbered from 1 without gaps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LedgerEntry {
    /// Id of the entry: the flyer's ROBLOX user id and the entry's number, joined by a hyphen.
    #[schema(example = "123456789-2")]
    pub id: String,
    /// ROBLOX user id of the flyer whose miles moved, a decimal string.
    pub user_id: FlyerId,
    /// Number of the entry within the flyer's ledger, from 1 without gaps.
    #[schema(example = 2)]
    pub seq: u64,
    /// Miles moved: positive when earned, negative when spent.
    #[schema(example = -500)]
    pub amount: i64,
    /// Direction of the movement: `earn` or `spend`.
    pub r#type: EntryType,
    /// Cause of the movement: `flight`, `purchase`, `refund`, `adjustment` or `reversal`.
    pub source: EntrySource,
    /// Id of the airline that moved the miles; `null` for an opening balance, and for an imported entry whose original
    /// does not name one.
    #[schema(required)]
    pub airline_id: Option<AirlineId>,
    /// Id of the flight that was boarded; `null` when the entry belongs to no flight.
    #[schema(required)]
    pub flight_id: Option<FlightId>,
    /// Id of the product that was bought or refunded; `null` when the entry belongs to no product.
    #[schema(required)]
    pub product_id: Option<ProductId>,
    /// Description of the movement for people to read.
    #[schema(example = "Purchase: Priority Boarding")]
    pub note: String,
    /// The flyer's balance after the movement, in miles, 0 or more.
    #[schema(example = 4500)]
    pub balance_after: u64,
    /// Time the entry was written, ISO 8601 UTC with milliseconds.
    pub created_at: Timestamp,
    /// Id of the entry that this refund or reversal reverses. Absent from other entries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "123456789-2")]
    pub reverses: Option<String>,
}

/// Miles that an adjustment moves: an integer from −1,000,000 to 1,000,000 other than 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct AdjustedMiles(i64);

impl AdjustedMiles {
    const MAX: i64 = 1_000_000;

    /// Returns the miles: positive when credited, negative when taken.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }
}

impl<'de> Deserialize<'de> for AdjustedMiles {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let whole = Whole { expected: "an integer from -1000000 to 1000000 other than 0" };
        let miles = deserializer.deserialize_i64(Whole { ..whole })?;
        let is_valid = miles != 0 && (-Self::MAX..=Self::MAX).contains(&miles);
        if is_valid { Ok(Self(miles)) } else { Err(de::Error::invalid_value(de::Unexpected::Signed(miles), &whole)) }
    }
}

impl utoipa::ToSchema for AdjustedMiles {}

impl utoipa::PartialSchema for AdjustedMiles {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::Integer)
            .description(Some(
                "Miles to credit or, if negative, to take: an integer from -1,000,000 to 1,000,000 other than 0.",
            ))
            .minimum(Some(-Self::MAX))
            .maximum(Some(Self::MAX))
            .into()
    }
}

impl LedgerEntry {
    /// Returns the id of the flyer's entry with the given number.
    #[must_use]
    pub fn id_of(flyer: &FlyerId, seq: u64) -> String {
        TransactionId { flyer: flyer.clone(), seq }.to_string()
    }
}
