//! Strings within limits.

use crate::string_type::string_type;
use serde::{Deserialize, Serialize};
use utoipa::openapi::{ObjectBuilder, RefOr, Schema, Type};

/// A text of `MIN` to `MAX` characters (Unicode scalar values). If `MIN` is not 0, at least one of them is not white
/// space.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Text<const MIN: usize, const MAX: usize>(String);

impl<const MIN: usize, const MAX: usize> Text<MIN, MAX> {
    /// Returns the text as a string slice.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<const MIN: usize, const MAX: usize> TryFrom<String> for Text<MIN, MAX> {
    type Error = String;

    fn try_from(value: String) -> Result<Self, Self::Error> {
        let length = value.chars().count();
        if !(MIN..=MAX).contains(&length) {
            Err(format!("expected {MIN} to {MAX} characters"))
        } else if MIN > 0 && value.trim().is_empty() {
            Err("expected more than white space".to_owned())
        } else {
            Ok(Self(value))
        }
    }
}

impl<const MIN: usize, const MAX: usize> std::str::FromStr for Text<MIN, MAX> {
    type Err = String;

    fn from_str(value: &str) -> Result<Self, Self::Err> {
        value.to_owned().try_into()
    }
}

impl<const MIN: usize, const MAX: usize> std::fmt::Display for Text<MIN, MAX> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl<const MIN: usize, const MAX: usize> utoipa::ToSchema for Text<MIN, MAX> {
    fn name() -> std::borrow::Cow<'static, str> {
        format!("TextOf{MIN}To{MAX}").into()
    }
}

impl<const MIN: usize, const MAX: usize> utoipa::PartialSchema for Text<MIN, MAX> {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::String).min_length(Some(MIN)).max_length(Some(MAX)).into()
    }
}

/// A name of 1 to 100 characters.
pub type Name = Text<1, 100>;

string_type! {
    /// Absolute `http` or `https` URL of at most 2,048 characters.
    WebUrl, expects "an http or https URL of up to 2048 characters", pattern "^https?://[A-Za-z0-9][!-~]{0,2039}$",
    example "https://discord.gg/skyteam",
    |value| {
        value.len() <= 2048
            && value.is_ascii()
            && value.parse::<http::Uri>().is_ok_and(|uri| {
                let names_host = |authority: &http::uri::Authority| {
                    let host = authority.host();
                    !host.is_empty() && (authority.as_str().ends_with(host) || authority.port().is_some())
                };
                matches!(uri.scheme_str(), Some("http" | "https")) && uri.authority().is_some_and(names_host)
            })
    }
}

/// ICAO code of an airport: 4 letters, returned in upper case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(try_from = "String")]
#[schema(value_type = String, pattern = "^[A-Za-z]{4}$", example = "KJFK")]
pub struct AirportCode(String);

impl TryFrom<String> for AirportCode {
    type Error = &'static str;

    fn try_from(mut value: String) -> Result<Self, Self::Error> {
        if value.len() == 4 && value.bytes().all(|b| b.is_ascii_alphabetic()) {
            value.make_ascii_uppercase();
            Ok(Self(value))
        } else {
            Err("expected the 4 letters of an ICAO airport code")
        }
    }
}
