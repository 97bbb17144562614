//! Flyers, from rows.

use super::RowError;
use super::fields::{RowTime, if_valid, mended, row};
use crate::ledger::opening;
use models::{AvatarUrl, Balance, Flyer, FlyerId, Name, filled};
use serde::Deserialize;
use store::Creation;

/// A row of `users`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FlyerRow {
    user_id: FlyerId,
    #[serde(deserialize_with = "mended")]
    username: Name,
    #[serde(deserialize_with = "mended")]
    display_name: Name,
    miles: i64,
    #[serde(default, deserialize_with = "if_valid")]
    avatar_url: Option<AvatarUrl>,
    created_at: RowTime,
    #[serde(default, deserialize_with = "filled")]
    updated_at: Option<RowTime>,
}

/// Parses a flyer. The first ledger entry accounts for the flyer's miles.
pub(super) fn flyer(json: &[u8]) -> Result<Creation, RowError> {
    let row: FlyerRow = row(json)?;
    let miles = u64::try_from(row.miles).map_err(|_| {
        let miles = row.miles;
        RowError::new(format!(
            "\"miles\" is {miles}, but a balance must not be negative: correct the line and import it again"
        ))
    })?;
    let (account, first) = opening(Flyer {
        user_id: row.user_id,
        username: row.username,
        display_name: row.display_name,
        miles: Balance::try_from(miles).map_err(|problem| RowError::new(format!("\"miles\" {problem}")))?,
        avatar_url: row.avatar_url,
        created_at: row.created_at.0,
        updated_at: row.updated_at.unwrap_or(row.created_at).0,
    });
    Ok(Creation::account(&account, &first))
}
