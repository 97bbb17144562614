//! String types whose values satisfy a predicate.

/// Defines a string type whose values satisfy a predicate.
///
/// The type parses from `&str` and `String`, reads as `str`, and is a plain string in JSON and in DynamoDB. The text
/// after `expects` completes the error message "must be …"; the pattern appears in `openapi.json`. After `from` stands
/// the type that the value is deserialized from, which is `String` unless another is given.
macro_rules! string_type {
    ($(#[$doc:meta])* $name:ident, expects $expected:literal, pattern $pattern:literal, example $example:literal, $valid:expr) => {
        string_type! { $(#[$doc])* $name from String, expects $expected, pattern $pattern, example $example, $valid }
    };
    ($(#[$doc:meta])* $name:ident from $json:ident, expects $expected:literal, pattern $pattern:literal, example $example:literal, $valid:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, utoipa::ToSchema)]
        #[schema(value_type = String, pattern = $pattern, example = $example)]
        pub struct $name(String);

        impl $name {
            /// What the pattern in `openapi.json` is: a regular expression that every value matches.
            pub const PATTERN: &str = $pattern;

            /// Returns the value as a string slice.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = &'static str;

            fn try_from(value: String) -> Result<Self, Self::Error> {
                let valid: fn(&str) -> bool = $valid;
                if value.is_empty() {
                    Err(crate::text::EMPTY)
                } else if valid(&value) {
                    Ok(Self(value))
                } else {
                    Err(concat!("must be ", $expected))
                }
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let value: $json = serde::Deserialize::deserialize(deserializer)?;
                Self::try_from(String::from(value)).map_err(serde::de::Error::custom)
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
pub(crate) use string_type;

/// Makes string types readable as they were stored, even if they are not valid anymore.
macro_rules! kept_strings {
    ($($name:ident),+ $(,)?) => {$(
        impl crate::kept::Keep for $name {
            type Stored = String;

            fn keep(stored: String) -> Self {
                Self(stored)
            }
        }
    )+};
}
pub(crate) use kept_strings;
