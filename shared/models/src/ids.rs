//! Identifiers that this system assigns. Each is a type of its own, so that none can be used in place of another.

use crate::FlyerId;
use crate::string_type::string_type;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

fn is_slug(value: &str) -> bool {
    (1..=64).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

string_type! {
    /// Id of an airline: 1 to 64 lower-case letters, digits and hyphens.
    AirlineId, expects "1 to 64 of a-z, 0-9 and -", pattern "^[a-z0-9-]{1,64}$", example "skyteam", is_slug
}

string_type! {
    /// Id of a brand, unique across all airlines: 1 to 64 lower-case letters, digits and hyphens.
    BrandId, expects "1 to 64 of a-z, 0-9 and -", pattern "^[a-z0-9-]{1,64}$", example "skyteam-main", is_slug
}

string_type! {
    /// Id of an airline's product, assigned by the server: 6 lower-case letters and digits.
    ProductId, expects "6 of a-z and 0-9", pattern "^[a-z0-9]{6}$", example "a1b2c3",
    |value| value.len() == 6 && value.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
}

string_type! {
    /// Id of an API key, which is not a secret: 1 to 64 letters, digits, `-` and `_`.
    KeyId, expects "1 to 64 letters, digits, - and _", pattern "^[A-Za-z0-9_-]{1,64}$", example "k3v9x2m7q4w8", is_name
}

string_type! {
    /// Id of a member: 1 to 64 letters, digits, `-` and `_`.
    MemberId, expects "1 to 64 letters, digits, - and _", pattern "^[A-Za-z0-9_-]{1,64}$", example "4kFh2LmQ9sZt7WbXc1Vd", is_name
}

fn is_name(value: &str) -> bool {
    (1..=64).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

string_type! {
    /// Id of the tag that names a skill: 1 to 64 letters, digits, `-` and `_`.
    TagId, expects "1 to 64 letters, digits, - and _", pattern "^[A-Za-z0-9_-]{1,64}$", example "rust", is_name
}

string_type! {
    /// Id of a badge: 1 to 64 letters, digits, `-` and `_`.
    BadgeId, expects "1 to 64 letters, digits, - and _", pattern "^[A-Za-z0-9_-]{1,64}$", example "4kFh2LmQ9sZt7WbXc1Vd",
    is_name
}

string_type! {
    /// Id of a skill level: 1 to 64 letters, digits, `-` and `_`.
    LevelId, expects "1 to 64 letters, digits, - and _", pattern "^[A-Za-z0-9_-]{1,64}$", example "level-3",
    is_name
}

string_type! {
    /// Name of a role, such as `member`: 1 to 64 letters, digits, `-` and `_`.
    RoleName, expects "1 to 64 letters, digits, - and _", pattern "^[A-Za-z0-9_-]{1,64}$", example "member",
    is_name
}

/// Id of a flight, a UUID (RFC 9562).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(value_type = String, format = "uuid", example = "550e8400-e29b-41d4-a716-446655440000")]
pub struct FlightId(Uuid);

impl FlightId {
    /// Creates the id of a new flight from random bytes (RFC 9562, version 4).
    #[must_use]
    pub fn from_random(bytes: [u8; 16]) -> Self {
        Self(uuid::Builder::from_random_bytes(bytes).into_uuid())
    }

    /// Returns a number below `n` that depends only on the id and is spread evenly over random ids.
    #[must_use]
    pub fn shard(self, n: u8) -> u8 {
        self.0.as_bytes()[0] % n
    }
}

impl std::str::FromStr for FlightId {
    type Err = uuid::Error;

    fn from_str(value: &str) -> Result<Self, Self::Err> {
        Uuid::parse_str(value).map(Self)
    }
}

impl std::fmt::Display for FlightId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// Id of a ledger entry: the flyer and the number of the entry, so that it can be read without an index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(into = "String")]
pub struct TransactionId {
    /// The flyer whose ledger holds the entry.
    pub flyer: FlyerId,
    /// Number of the entry, from 1.
    pub seq: u64,
}

impl std::str::FromStr for TransactionId {
    type Err = &'static str;

    fn from_str(value: &str) -> Result<Self, Self::Err> {
        const EXPECTED: &str = "expected the id of a ledger entry";
        let (flyer, seq) = value.split_once('-').ok_or(EXPECTED)?;
        let id = Self { flyer: flyer.parse().map_err(|_| EXPECTED)?, seq: seq.parse().map_err(|_| EXPECTED)? };
        // An id has one spelling: no sign and no leading zeros.
        if id.seq > 0 && id.to_string() == value { Ok(id) } else { Err(EXPECTED) }
    }
}

impl From<TransactionId> for String {
    fn from(id: TransactionId) -> Self {
        id.to_string()
    }
}

impl std::fmt::Display for TransactionId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.flyer, self.seq)
    }
}
