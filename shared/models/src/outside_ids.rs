//! Identifiers that other services assign. Each has one spelling, so that nobody can pass for two.

use crate::string_type::{kept_strings, string_type};
use serde::de::{Deserialize, Deserializer, Error, Visitor};
use utoipa::openapi::schema::SchemaType;
use utoipa::openapi::{ObjectBuilder, RefOr, Schema, Type};

/// Returns whether a text is a number in decimal digits, without a sign or leading zeros.
fn is_canonical_number(text: &str) -> bool {
    !text.is_empty() && !text.starts_with('0') && text.bytes().all(|b| b.is_ascii_digit())
}

fn is_roblox_id(text: &str) -> bool {
    is_canonical_number(text) && text.parse::<i64>().is_ok()
}

fn is_discord_id(text: &str) -> bool {
    is_canonical_number(text) && (17..=20).contains(&text.len())
}

/// A number as a client writes it: an integer or a string.
pub(crate) struct IntegerOrString(String);

impl From<IntegerOrString> for String {
    fn from(number: IntegerOrString) -> Self {
        number.0
    }
}

impl<'de> Deserialize<'de> for IntegerOrString {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;

        impl Visitor<'_> for Either {
            type Value = IntegerOrString;

            fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
                f.write_str("an integer or a string of digits")
            }

            fn visit_u64<E: Error>(self, value: u64) -> Result<IntegerOrString, E> {
                Ok(IntegerOrString(value.to_string()))
            }

            fn visit_i64<E: Error>(self, value: i64) -> Result<IntegerOrString, E> {
                Ok(IntegerOrString(value.to_string()))
            }

            fn visit_str<E: Error>(self, value: &str) -> Result<IntegerOrString, E> {
                Ok(IntegerOrString(value.to_owned()))
            }
        }

        deserializer.deserialize_any(Either)
    }
}

/// Describes an id that requests may give as an integer or as a string.
pub struct IdNumber;

impl utoipa::ToSchema for IdNumber {}

impl utoipa::PartialSchema for IdNumber {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(SchemaType::from_iter([Type::String, Type::Integer]))
            .description(Some("A decimal number without leading zeros, as a string or as an integer."))
            .pattern(Some("^[1-9][0-9]{0,19}$"))
            .minimum(Some(1))
            .into()
    }
}

string_type! {
    /// ROBLOX user id, a decimal string from 1 to 2^63 - 1 without leading zeros. Requests may also give an integer.
    FlyerId from IntegerOrString, expects "a ROBLOX id, a number from 1 to 9223372036854775807 without leading zeros",
    pattern "^[1-9][0-9]{0,18}$", example "123456789", is_roblox_id
}

string_type! {
    /// Id of a ROBLOX game, a decimal string from 1 to 2^63 - 1 without leading zeros. Requests may also give an integer.
    GameId from IntegerOrString, expects "a ROBLOX id, a number from 1 to 9223372036854775807 without leading zeros",
    pattern "^[1-9][0-9]{0,18}$", example "1234567890", is_roblox_id
}

string_type! {
    /// Id of a Discord account (a snowflake), a string of 17 to 20 digits without leading zeros.
    DiscordId, expects "a string of 17 to 20 digits without leading zeros", pattern "^[1-9][0-9]{16,19}$",
    example "799600467218923521", is_discord_id
}

string_type! {
    /// Id of a Discord server (a snowflake), a string of 17 to 20 digits without leading zeros.
    ServerId, expects "a string of 17 to 20 digits without leading zeros", pattern "^[1-9][0-9]{16,19}$",
    example "112233445566778899", is_discord_id
}

string_type! {
    /// GitHub login, 1 to 64 letters, digits, `-` and `_`. Logins that differ only in case are the same.
    GithubLogin, expects "1 to 64 letters, digits, - and _", pattern "^[A-Za-z0-9_-]{1,64}$", example "ada-lovelace",
    |value| (1..=64).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
}

string_type! {
    /// Numeric GitHub user id, a string of 1 to 20 digits without leading zeros. Requests may also give an integer.
    GithubNumber from IntegerOrString, expects "a number without leading zeros", pattern "^[1-9][0-9]{0,19}$",
    example "1815", |value| is_canonical_number(value) && value.len() <= 20
}

kept_strings!(FlyerId, GameId, DiscordId, ServerId, GithubLogin, GithubNumber);
