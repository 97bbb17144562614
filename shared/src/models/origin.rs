//! Where ledger entries that were taken over come from.

use super::ids::string_type;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

string_type! {
    /// The id of a row in the original system.
    RowId, expects "1 to 64 visible ASCII characters", pattern "^[!-~]{1,64}$", example "4711",
    |value| (1..=64).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_graphic())
}

/// Where a ledger entry comes from that no request here made.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Origin {
    /// The balance that a flyer begins with.
    Opening,
    /// A flyer on a flight.
    Passenger,
    /// A row of the original system's ledger.
    Transaction(RowId),
    /// What makes the balance of the original system of what its ledger adds up to.
    Closing,
}

const TRANSACTION_PREFIX: &str = "transaction#";

impl From<Origin> for String {
    fn from(origin: Origin) -> Self {
        match origin {
            Origin::Opening => "opening".to_owned(),
            Origin::Passenger => "passenger".to_owned(),
            Origin::Transaction(id) => format!("{TRANSACTION_PREFIX}{id}"),
            Origin::Closing => "closing".to_owned(),
        }
    }
}

impl TryFrom<String> for Origin {
    type Error = &'static str;

    fn try_from(value: String) -> Result<Self, Self::Error> {
        match value.as_str() {
            "opening" => Ok(Self::Opening),
            "passenger" => Ok(Self::Passenger),
            "closing" => Ok(Self::Closing),
            other => {
                let id = other.strip_prefix(TRANSACTION_PREFIX).ok_or("expected the origin of a ledger entry")?;
                id.parse().map(Self::Transaction)
            }
        }
    }
}

/// What of the original system's ledgers an import takes over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HistoryKind {
    /// Who boarded which flight.
    Passengers,
    /// What else moved miles.
    Transactions,
}

impl std::fmt::Display for HistoryKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Passengers => "passengers",
            Self::Transactions => "transactions",
        })
    }
}

/// An import that is rewriting a flyer's ledger: until it is through, no miles move.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rewriting {
    /// Of what.
    pub kind: HistoryKind,
    /// Names the transaction that was the last so far: what was read before it is no longer so.
    pub transaction: Uuid,
}
