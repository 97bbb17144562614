//! Texts that people read, and codes of airports.

use crate::characters::{is_forbidden, is_invisible, is_line_break};
use crate::kept::Keep;
use icu_normalizer::ComposingNormalizerBorrowed;
use serde::{Deserialize, Serialize};
use utoipa::openapi::{ObjectBuilder, RefOr, Schema, Type};

/// A text for people to read, of `MIN` to `MAX` characters (Unicode scalar values): trimmed, in Unicode Normalization
/// Form C, so that equal texts have one spelling, with something visible in it unless it is empty, and without
/// characters that nobody should see. It has one line, unless it `HAS_LINES`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Text<const MIN: usize, const MAX: usize, const HAS_LINES: bool = false>(String);

/// A [`Text`] that may have several lines: a message, note, description or reason.
pub type Lines<const MIN: usize, const MAX: usize> = Text<MIN, MAX, true>;

/// Why an empty value is rejected. It completes a sentence that begins with the name of the field.
pub(crate) const EMPTY: &str = "is not allowed to be empty";

impl<const MIN: usize, const MAX: usize, const HAS_LINES: bool> Text<MIN, MAX, HAS_LINES> {
    /// Returns the text as a string slice.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the valid text that is closest to the given one: without the characters that it must not contain, which
    /// are replaced by spaces where they separate words.
    ///
    /// # Errors
    /// Returns an error if what is left is not a text of this type.
    pub fn mended(text: &str) -> Result<Self, String> {
        let mend = |c: char| match c {
            c if HAS_LINES && is_line_break(c) => Some(c),
            c if is_line_break(c) || c == '\t' => Some(' '),
            c => Some(c).filter(|c| !is_forbidden(*c)),
        };
        text.chars().filter_map(mend).collect::<String>().try_into()
    }
}

impl<const MIN: usize, const MAX: usize, const HAS_LINES: bool> TryFrom<String> for Text<MIN, MAX, HAS_LINES> {
    type Error = String;

    fn try_from(value: String) -> Result<Self, Self::Error> {
        let normalized = ComposingNormalizerBorrowed::new_nfc().normalize(&value);
        // A part of a normalized text is normalized.
        let text = normalized.trim();
        let length = text.chars().count();
        if text.is_empty() && MIN > 0 {
            Err(EMPTY.to_owned())
        } else if text.chars().any(|c| is_line_break(c) && !HAS_LINES) {
            Err("must not contain line breaks".to_owned())
        } else if text.chars().any(|c| is_forbidden(c) && !is_line_break(c)) {
            Err("must not contain control characters, bidirectional overrides or noncharacters".to_owned())
        } else if !text.is_empty() && text.chars().all(is_invisible) {
            Err("must contain something visible".to_owned())
        } else if !(MIN..=MAX).contains(&length) {
            Err(format!("must be {MIN} to {MAX} characters"))
        } else {
            Ok(Self(text.to_owned()))
        }
    }
}

impl<const MIN: usize, const MAX: usize, const HAS_LINES: bool> std::str::FromStr for Text<MIN, MAX, HAS_LINES> {
    type Err = String;

    fn from_str(value: &str) -> Result<Self, Self::Err> {
        value.to_owned().try_into()
    }
}

impl<const MIN: usize, const MAX: usize, const HAS_LINES: bool> Keep for Text<MIN, MAX, HAS_LINES> {
    type Stored = String;

    fn keep(stored: String) -> Self {
        Self(stored)
    }
}

impl<const MIN: usize, const MAX: usize, const HAS_LINES: bool> std::fmt::Display for Text<MIN, MAX, HAS_LINES> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl<const MIN: usize, const MAX: usize, const HAS_LINES: bool> utoipa::ToSchema for Text<MIN, MAX, HAS_LINES> {
    fn name() -> std::borrow::Cow<'static, str> {
        format!("{}Of{MIN}To{MAX}", if HAS_LINES { "Lines" } else { "Text" }).into()
    }
}

impl<const MIN: usize, const MAX: usize, const HAS_LINES: bool> utoipa::PartialSchema for Text<MIN, MAX, HAS_LINES> {
    fn schema() -> RefOr<Schema> {
        let controls =
            if HAS_LINES { r"\x00-\x09\x0B\x0C\x0E-\x1F\x7F-\x9F" } else { r"\x00-\x1F\x7F-\x9F\u2028\u2029" };
        ObjectBuilder::new()
            .schema_type(Type::String)
            .min_length(Some(MIN))
            .max_length(Some(MAX))
            .pattern(Some(format!(r"^[^{controls}\u202A-\u202E\u2066-\u2069]*$")))
            .into()
    }
}

/// A name of 1 to 100 characters.
pub type Name = Text<1, 100>;

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
            Err("must be the 4 letters of an ICAO airport code")
        }
    }
}
