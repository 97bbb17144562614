//! ROBLOX accounts with their miles.

use super::{Balance, FlightId, FlyerId, Name, Rewriting, Timestamp, WebUrl};
use serde::{Deserialize, Serialize};

/// A flyer as everybody sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "userId": "123456789", "username": "pilot123", "displayName": "Captain John", "miles": 5000,
    "avatarUrl": "https://tr.rbxcdn.com/...", "createdAt": "2024-01-10T08:00:00.000Z",
    "updatedAt": "2024-03-15T10:30:00.000Z"
}))]
pub struct Flyer {
    /// ROBLOX user id.
    pub user_id: FlyerId,
    /// ROBLOX user name.
    pub username: Name,
    /// ROBLOX display name.
    pub display_name: Name,
    /// Balance, in miles.
    pub miles: Balance,
    /// Where the picture is.
    #[schema(required)]
    pub avatar_url: Option<WebUrl>,
    /// When the flyer was first seen.
    pub created_at: Timestamp,
    /// When the flyer or the balance last changed.
    pub updated_at: Timestamp,
}

/// A flyer with what keeps the ledger and the history in step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Account {
    /// The flyer.
    #[serde(flatten)]
    pub flyer: Flyer,
    /// How many ledger entries there are; the number of the last one. 0 before the first.
    pub seq: u64,
    /// How many flights the flyer boarded: the number of entries in the history.
    pub flights_count: u64,
    /// The import that is rewriting the ledger; nearly always none.
    pub rewriting: Option<Rewriting>,
}

/// One flight in a flyer's history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HistoryEntry {
    /// Which flight.
    pub flight_id: FlightId,
    /// Earned on it.
    pub miles: u64,
    /// When the flyer boarded.
    pub joined_at: Timestamp,
}
