//! The ledger: why each flyer has the miles that they have.

use super::{AirlineId, FlightId, FlyerId, ProductId, Timestamp, TransactionId};
use serde::{Deserialize, Serialize};

/// Which way the miles went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum EntryType {
    /// To the flyer.
    Earn,
    /// From the flyer.
    Spend,
}

impl EntryType {
    /// That of so many miles.
    #[must_use]
    pub fn of(amount: i64) -> Self {
        if amount < 0 { Self::Spend } else { Self::Earn }
    }
}

/// What moved the miles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum EntrySource {
    /// Boarding a flight.
    Flight,
    /// Buying a product.
    Purchase,
    /// Giving a purchase back.
    Refund,
    /// A correction, or a balance brought along from elsewhere.
    Adjustment,
}

/// One movement of miles. Entries of a flyer are numbered from 1 without a gap.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LedgerEntry {
    /// Its id.
    #[schema(example = "123456789-2")]
    pub id: String,
    /// Whose miles.
    pub user_id: FlyerId,
    /// Its number.
    #[schema(example = 2)]
    pub seq: u64,
    /// Miles, positive when earned, negative when spent.
    #[schema(example = -500)]
    pub amount: i64,
    /// Which way.
    pub r#type: EntryType,
    /// What moved them.
    pub source: EntrySource,
    /// Which airline did; null for an opening balance, and where what was taken over from the original system does not
    /// say.
    #[schema(required)]
    pub airline_id: Option<AirlineId>,
    /// On which flight.
    #[schema(required)]
    pub flight_id: Option<FlightId>,
    /// For which product.
    #[schema(required)]
    pub product_id: Option<ProductId>,
    /// In words.
    #[schema(example = "Purchase: Priority Boarding")]
    pub note: String,
    /// The flyer's balance after it.
    #[schema(example = 4500)]
    pub balance_after: u64,
    /// When.
    pub created_at: Timestamp,
    /// The id of the entry that this one gives back; on refunds only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "123456789-2")]
    pub reverses: Option<String>,
}

impl LedgerEntry {
    /// The id of a flyer's entry with that number.
    #[must_use]
    pub fn id_of(flyer: &FlyerId, seq: u64) -> String {
        TransactionId { flyer: flyer.clone(), seq }.to_string()
    }
}
