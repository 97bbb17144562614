//! Flyers: ROBLOX accounts with a miles balance.

use crate::{AvatarUrl, Balance, FlightId, FlyerId, Name, Rewriting, Timestamp, kept};
use serde::{Deserialize, Serialize};

/// A flyer: a ROBLOX account with a miles balance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "userId": "123456789", "username": "pilot123", "displayName": "Captain John", "miles": 5000,
    "avatarUrl": "https://tr.rbxcdn.com/...", "createdAt": "2024-01-10T08:00:00.000Z",
    "updatedAt": "2024-03-15T10:30:00.000Z"
}))]
pub struct Flyer {
    /// ROBLOX user id of the flyer, a decimal string.
    #[serde(deserialize_with = "kept")]
    pub user_id: FlyerId,
    /// ROBLOX user name of the flyer, 1 to 100 characters.
    #[serde(deserialize_with = "kept")]
    pub username: Name,
    /// ROBLOX display name of the flyer, 1 to 100 characters.
    #[serde(deserialize_with = "kept")]
    pub display_name: Name,
    /// Current balance in miles: an integer from 0 to 2^53 - 1.
    pub miles: Balance,
    /// URL of the flyer's avatar picture, at most 2,048 characters: `http`, `https`, a host such as `example.com/x`, or
    /// ROBLOX's own (`rbxthumb:`, `rbxassetid:`, `rbxasset:`, `//host/…`); `null` when unknown.
    #[serde(default, deserialize_with = "kept")]
    #[schema(required)]
    pub avatar_url: Option<AvatarUrl>,
    /// Time the flyer was first seen, ISO 8601 UTC with milliseconds.
    pub created_at: Timestamp,
    /// Time the flyer or the balance last changed, ISO 8601 UTC with milliseconds.
    pub updated_at: Timestamp,
}

/// A flyer together with the counters that keep ledger and history consistent.
#[derive(Debug, Clone, PartialEq)]
pub struct Account {
    /// The flyer as the API returns it.
    pub flyer: Flyer,
    /// Number of ledger entries, which is the number of the last one; 0 before the first.
    pub seq: u64,
    /// Number of flights that the flyer boarded, which is the number of history entries.
    pub flights_count: u64,
    /// The import that is rewriting the ledger; nearly always `None`.
    pub rewriting: Option<Rewriting>,
}

/// One flight in a flyer's history.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryEntry {
    /// The flight.
    pub flight_id: FlightId,
    /// Miles earned on the flight.
    pub miles: u64,
    /// Time the flyer boarded.
    pub joined_at: Timestamp,
    /// Miles that a reversal took back, at most those earned.
    pub taken: u64,
}
