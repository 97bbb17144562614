//! Airlines and their API keys.

use crate::{AirlineId, Link, Name, ServerId, Timestamp};
use serde::{Deserialize, Serialize};

/// Invite link of an airline that was created without one.
pub const DEFAULT_INVITE_LINK: &str = "https://discord.gg/skyteam";

/// A member airline of the community. Its API keys are not part of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "airlineId": "skyteam", "name": "SkyTeam", "inviteLink": "https://discord.gg/skyteam",
    "serverId": "112233445566778899", "createdAt": "2024-01-01T00:00:00.000Z",
    "updatedAt": "2024-01-01T00:00:00.000Z"
}))]
pub struct Airline {
    /// Id of the airline: 1 to 64 lower-case letters, digits and hyphens.
    pub airline_id: AirlineId,
    /// Name of the airline, 1 to 100 characters.
    pub name: Name,
    /// Link that invites people to the airline's community: at most 2,048 characters.
    pub invite_link: Link,
    /// Id of the airline's Discord server, a string of 17 to 20 digits; `null` when none was given.
    #[schema(required)]
    pub server_id: Option<ServerId>,
    /// Time the airline was created, ISO 8601 UTC with milliseconds.
    pub created_at: Timestamp,
    /// Time the airline was last changed, ISO 8601 UTC with milliseconds.
    pub updated_at: Timestamp,
}

/// API key of an airline, in plain text: `sky_` followed by 43 base64url characters. It is shown once, when it is
/// created; only its SHA-256 digest is stored, and it is never logged.
#[derive(Clone, Serialize, utoipa::ToSchema)]
#[schema(value_type = String, example = "sky_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG")]
pub struct ApiKey(String);

impl ApiKey {
    /// Maximum length of a key, in bytes. A longer one is rejected without a lookup.
    pub const MAX_LENGTH: usize = 512;

    /// Creates a key from 256 random bits.
    #[must_use]
    pub fn from_random(bytes: [u8; 32]) -> Self {
        Self(format!("sky_{}", data_encoding::BASE64URL_NOPAD.encode(&bytes)))
    }

    /// Returns whether a text has the form of an API key: 1 to 512 bytes that an HTTP header can hold, without
    /// surrounding white space.
    #[must_use]
    pub fn is_well_formed(text: &str) -> bool {
        let is_trimmed = !text.is_empty() && text == text.trim_ascii();
        is_trimmed && text.len() <= Self::MAX_LENGTH && !text.contains(char::is_control)
    }

    /// Returns the key in plain text, to be shown only to whoever created it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Returns the digest under which the key is stored and looked up.
    #[must_use]
    pub fn digest(&self) -> KeyDigest {
        KeyDigest::of(&self.0)
    }
}

impl std::fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ApiKey(…)")
    }
}

/// SHA-256 digest of an API key. Keys are long and random, so neither a salt nor a slow hash is needed.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeyDigest(String);

impl KeyDigest {
    /// Hashes a key as a request sends it.
    #[must_use]
    pub fn of(key: &str) -> Self {
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, key.as_bytes());
        Self(data_encoding::HEXLOWER.encode(digest.as_ref()))
    }

    /// Returns the digest as 64 lower-case hexadecimal digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for KeyDigest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KeyDigest(…)")
    }
}
