//! Where imported ledger entries come from.

use crate::string_type::string_type;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

string_type! {
    /// Id of a row in the original system: 1 to 64 visible ASCII characters.
    RowId, expects "1 to 64 visible ASCII characters", pattern "^[!-~]{1,64}$", example "4711",
    |value| (1..=64).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_graphic())
}

/// The part of an import that a ledger entry comes from. Entries written by requests have none.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum ImportedFrom {
    /// The balance with which a flyer starts.
    Opening,
    /// A passenger of an imported flight.
    Passenger,
    /// A row of the original system's ledger.
    Transaction(RowId),
    /// The difference between the original system's balance and the sum of its ledger.
    Closing,
}

const TRANSACTION_PREFIX: &str = "transaction#";

impl From<ImportedFrom> for String {
    fn from(source: ImportedFrom) -> Self {
        match source {
            ImportedFrom::Opening => "opening".to_owned(),
            ImportedFrom::Passenger => "passenger".to_owned(),
            ImportedFrom::Transaction(id) => format!("{TRANSACTION_PREFIX}{id}"),
            ImportedFrom::Closing => "closing".to_owned(),
        }
    }
}

impl TryFrom<String> for ImportedFrom {
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

/// A kind of history that is imported into ledgers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HistoryKind {
    /// Passengers of flights.
    Passengers,
    /// All other movements of miles.
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

/// An import that is rewriting a flyer's ledger. No other request moves the flyer's miles until it is finished.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rewriting {
    /// The kind of history that is imported.
    pub kind: HistoryKind,
    /// Name of the rewrite's latest transaction. State that was read before it is out of date.
    pub transaction: Uuid,
}
