//! Identifiers, each a type of its own, so that none can stand where another belongs.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Defines a string type whose values satisfy a predicate.
///
/// It parses from `&str` and `String`, reads as `str`, and is a plain string in JSON and in DynamoDB. The
/// text after `expects` finishes the sentence "expected …" of an error; the pattern is for the API reference.
macro_rules! string_type {
    ($(#[$doc:meta])* $name:ident, expects $expected:literal, pattern $pattern:literal, example $example:literal, $valid:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        #[serde(try_from = "String")]
        #[schema(value_type = String, pattern = $pattern, example = $example)]
        pub struct $name(String);

        impl $name {
            /// The value as a string slice.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = &'static str;

            fn try_from(value: String) -> Result<Self, Self::Error> {
                let valid: fn(&str) -> bool = $valid;
                if valid(&value) { Ok(Self(value)) } else { Err(concat!("expected ", $expected)) }
            }
        }

        impl std::str::FromStr for $name {
            type Err = &'static str;

            fn from_str(value: &str) -> Result<Self, Self::Err> {
                Self::try_from(value.to_owned())
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}
pub(super) use string_type;

fn is_slug(value: &str) -> bool {
    (1..=64).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

string_type! {
    /// Names an airline.
    AirlineId, expects "1 to 64 of a-z, 0-9 and -", pattern "^[a-z0-9-]{1,64}$", example "skyteam", is_slug
}

string_type! {
    /// Names a brand of an airline; unique over all airlines.
    BrandId, expects "1 to 64 of a-z, 0-9 and -", pattern "^[a-z0-9-]{1,64}$", example "skyteam-main", is_slug
}

string_type! {
    /// Names a product of an airline.
    ProductId, expects "6 of a-z and 0-9", pattern "^[a-z0-9]{6}$", example "a1b2c3",
    |value| value.len() == 6 && value.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
}

string_type! {
    /// A ROBLOX user id.
    FlyerId, expects "1 to 20 decimal digits", pattern "^[0-9]{1,20}$", example "123456789",
    |value| (1..=20).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_digit())
}

string_type! {
    /// Names an API key of an airline; not a secret.
    KeyId, expects "1 to 64 letters, digits, - and _", pattern "^[A-Za-z0-9_-]{1,64}$", example "k3v9x2m7q4w8", is_name
}

string_type! {
    /// Names a member.
    MemberId, expects "1 to 64 letters, digits, - and _", pattern "^[A-Za-z0-9_-]{1,64}$", example "4kFh2LmQ9sZt7WbXc1Vd", is_name
}

pub(super) fn is_name(value: &str) -> bool {
    (1..=64).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

string_type! {
    /// A member's name in the community. Two that differ only in case are the same one.
    Username, expects "4 to 32 letters, digits and -, and no reserved word", pattern "^[A-Za-z0-9-]{4,32}$",
    example "ada-lovelace", super::community::is_username
}

/// Names a flight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(value_type = String, format = "uuid", example = "550e8400-e29b-41d4-a716-446655440000")]
pub struct FlightId(Uuid);

impl FlightId {
    /// Makes the id of a new flight from random bytes (RFC 9562, version 4).
    #[must_use]
    pub fn from_random(bytes: [u8; 16]) -> Self {
        Self(uuid::Builder::from_random_bytes(bytes).into_uuid())
    }

    /// A number below `n` that depends on the id alone, spread evenly over random ids.
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

/// Names a ledger entry: whose it is and which, so that it is found without an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransactionId {
    /// Whose ledger.
    pub flyer: FlyerId,
    /// Which entry, from 1.
    pub seq: u64,
}

impl std::str::FromStr for TransactionId {
    type Err = &'static str;

    fn from_str(value: &str) -> Result<Self, Self::Err> {
        const EXPECTED: &str = "expected the id of a ledger entry";
        let (flyer, seq) = value.split_once('-').ok_or(EXPECTED)?;
        let id = Self { flyer: flyer.parse().map_err(|_| EXPECTED)?, seq: seq.parse().map_err(|_| EXPECTED)? };
        // One spelling only: no sign and no leading zeros.
        if id.seq > 0 && id.to_string() == value { Ok(id) } else { Err(EXPECTED) }
    }
}

impl std::fmt::Display for TransactionId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.flyer, self.seq)
    }
}
