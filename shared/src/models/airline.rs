//! Airlines and their API keys.

use super::{AirlineId, Name, Text, Timestamp, WebUrl};
use serde::{Deserialize, Serialize};

/// What an airline's `inviteLink` is when none is given.
pub const DEFAULT_INVITE_LINK: &str = "https://discord.gg/skyteam";

/// A Discord server's id.
pub type ServerId = Text<1, 64>;

/// A member airline, without its keys.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "airlineId": "skyteam", "name": "SkyTeam", "inviteLink": "https://discord.gg/skyteam",
    "serverId": "112233445566778899", "createdAt": "2024-01-01T00:00:00.000Z",
    "updatedAt": "2024-01-01T00:00:00.000Z"
}))]
pub struct Airline {
    /// Its id.
    pub airline_id: AirlineId,
    /// Its name.
    pub name: Name,
    /// Where people join its community.
    pub invite_link: WebUrl,
    /// Its Discord server.
    #[schema(required)]
    pub server_id: Option<ServerId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// An API key as its holder has it: shown once, when it is made, and never stored or logged.
#[derive(Clone, Serialize, utoipa::ToSchema)]
#[schema(value_type = String, example = "sky_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG")]
pub struct ApiKey(String);

impl ApiKey {
    /// Makes a key of 256 random bits.
    #[must_use]
    pub fn from_random(bytes: [u8; 32]) -> Self {
        Self(format!("sky_{}", data_encoding::BASE64URL_NOPAD.encode(&bytes)))
    }

    /// The key itself. Only for whoever made it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The form in which it is stored and looked up.
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

/// The SHA-256 digest of an API key. Keys are long and random, so no salt or slow hash is needed.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeyDigest(String);

impl KeyDigest {
    /// The digest of a key as it stands in a request.
    #[must_use]
    pub fn of(key: &str) -> Self {
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, key.as_bytes());
        Self(data_encoding::HEXLOWER.encode(digest.as_ref()))
    }

    /// The digest, as 64 hexadecimal digits.
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
