//! How to reach a member: e-mail address and telephone number.

use crate::kept::Keep;
use crate::string_type::{kept_strings, string_type};
use crate::text::EMPTY;
use regex_lite::Regex;
use serde::{Deserialize, Deserializer, Serialize, de};
use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::LazyLock;
use utoipa::ToSchema;

string_type! {
    /// E-mail address of at most 254 characters: one mailbox (RFC 5321, section 4.1.2). Only its form is checked, not that
    /// it receives mail.
    Email, expects "an e-mail address",
    pattern r#"^([A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*|"([ !#-\[\]-~]|\\[ -~])*")@([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*|\[([0-9.]+|[Ii][Pp][Vv]6:[0-9A-Fa-f:.]+)\])$"#,
    example "ada@example.com", is_mailbox
}

kept_strings!(Email);

fn is_mailbox(value: &str) -> bool {
    static REGEX: LazyLock<Regex> = LazyLock::new(|| Regex::new(Email::PATTERN).expect("it is a regular expression"));
    // RFC 5321, section 4.5.3.1: a path of 256 octets, with its brackets; RFC 1035, section 2.3.4.
    let (local, domain) = value.rsplit_once('@').unwrap_or_default();
    let is_domain = match domain.strip_prefix('[').and_then(|literal| literal.strip_suffix(']')) {
        None => domain.split('.').all(|label| label.len() <= 63),
        Some(literal) => match literal.split_at_checked("IPv6:".len()) {
            Some((tag, address)) if tag.eq_ignore_ascii_case("IPv6:") => address.parse::<Ipv6Addr>().is_ok(),
            _ => literal.parse::<Ipv4Addr>().is_ok(),
        },
    };
    value.len() <= 254 && local.len() <= 64 && is_domain && REGEX.is_match(value)
}

/// Telephone number of 4 to 15 digits that does not begin with 0 (ITU-T E.164), returned as a JSON number. Requests may
/// also send a string of the digits, with spaces, dashes and parentheses between them and a `+` before them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[schema(value_type = u64, minimum = 1000, maximum = 999_999_999_999_999_u64, example = 919_876_543_210_u64)]
pub struct Phone(u64);

/// Why a telephone number is rejected. It may be logged, so it does not contain the number itself.
const EXPECTED: &str = "must be a telephone number of 4 to 15 digits that does not begin with 0";

impl TryFrom<u64> for Phone {
    type Error = &'static str;

    fn try_from(number: u64) -> Result<Self, Self::Error> {
        if (1000..1_000_000_000_000_000).contains(&number) { Ok(Self(number)) } else { Err(EXPECTED) }
    }
}

impl std::str::FromStr for Phone {
    type Err = &'static str;

    fn from_str(value: &str) -> Result<Self, Self::Err> {
        if value.trim().is_empty() {
            return Err(EMPTY);
        }
        let compact: String = value.chars().filter(|c| !matches!(c, ' ' | '-' | '(' | ')')).collect();
        let digits = compact.strip_prefix('+').unwrap_or(&compact);
        let is_number = !digits.starts_with('0') && digits.bytes().all(|b| b.is_ascii_digit());
        digits.parse::<u64>().ok().filter(|_| is_number).ok_or(EXPECTED)?.try_into()
    }
}

impl<'de> Deserialize<'de> for Phone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl de::Visitor<'_> for Visitor {
            type Value = Phone;

            fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
                f.write_str(EXPECTED.trim_start_matches("must be "))
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Phone, E> {
                number.try_into().map_err(E::custom)
            }

            fn visit_i64<E: de::Error>(self, _negative: i64) -> Result<Phone, E> {
                Err(E::custom(EXPECTED))
            }

            fn visit_f64<E: de::Error>(self, _fraction: f64) -> Result<Phone, E> {
                Err(E::custom(EXPECTED))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Phone, E> {
                text.parse().map_err(E::custom)
            }
        }

        deserializer.deserialize_any(Visitor)
    }
}

impl Keep for Phone {
    type Stored = u64;

    fn keep(number: u64) -> Self {
        Self(number)
    }
}
