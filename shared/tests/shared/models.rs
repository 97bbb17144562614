//! Types that can hold only valid values.

use proptest::prelude::*;
use serde::de::DeserializeOwned;
use serde_json::json;
use shared::models::{
    AirlineIata, AirlineIcao, AirlineId, AirportCode, ApiKey, BrandId, Colour, FlightId, FlyerId, KeyDigest, KeyId,
    MAX_MILES, MemberId, Name, ProductId, Timestamp, TransactionId,
};
use std::fmt::Display;
use std::str::FromStr;

/// Asserts that each valid text survives a round trip unchanged and that each invalid one is rejected.
fn check<T: FromStr + Display>(valid: &[&str], invalid: &[&str]) {
    let kind = std::any::type_name::<T>();
    for text in valid {
        let value: Option<T> = text.parse().ok();
        assert_eq!(value.map(|value| value.to_string()).as_deref(), Some(*text), "{kind}");
    }
    for text in invalid {
        assert!(text.parse::<T>().is_err(), "{kind}: {text:?}");
    }
}

#[test]
fn accept_only_well_formed_ids() {
    let longest = "a".repeat(64);
    let longer = "a".repeat(65);
    let slugs = ["a", "-", "0", "sky-team-2", longest.as_str()];
    let invalid_slugs = ["", "A", "a_b", "a b", "a#b", "a/b", "é", "a\n", longer.as_str()];
    check::<AirlineId>(&slugs, &invalid_slugs);
    check::<BrandId>(&slugs, &invalid_slugs);

    let names = ["a", "Z", "0", "-", "_", "4kFh2LmQ9sZt7WbXc1Vd", longest.as_str()];
    let no_names = ["", " ", "a b", "a#b", "a/b", "a.b", "é", "a\0", longer.as_str()];
    check::<MemberId>(&names, &no_names);
    check::<KeyId>(&names, &no_names);

    check::<ProductId>(&["a1b2c3", "000000", "zzzzzz"], &["", "a1b2c", "a1b2c3d", "A1B2C3", "a1b2c-", "ééé", "a1b2c "]);
    check::<FlyerId>(
        &["1", "123456789", "9223372036854775807"],
        &["", "0", "007", "-1", "+1", "1.0", "1e3", " 1", "1 ", "0x1", "١٢٣", "9223372036854775808", "abc"],
    );
}

#[test]
fn use_uuids_for_flights() {
    let canonical = "550e8400-e29b-41d4-a716-446655440000";
    check::<FlightId>(&[canonical], &["", "1", "550e8400", "zzzzzzzz-e29b-41d4-a716-446655440000"]);
    assert_eq!(canonical.to_uppercase().parse::<FlightId>().unwrap().to_string(), canonical);
    assert_eq!(FlightId::from_random([0xff; 16]).to_string(), "ffffffff-ffff-4fff-bfff-ffffffffffff");
}

#[test]
fn accept_only_canonical_transaction_ids() {
    check::<TransactionId>(
        &["123456789-1", "7-12", "9223372036854775807-18446744073709551615"],
        &[
            "",
            "-",
            "1",
            "1-",
            "-1",
            "1-0",
            "1-01",
            "1-+1",
            "1--1",
            "1-1-1",
            "a-1",
            "1-a",
            "1-18446744073709551616",
            "1 -1",
            "1- 1",
            "0-1",
            "007-12",
        ],
    );
}

#[test]
fn accept_only_well_formed_designators_and_colors() {
    check::<AirlineIata>(&["ST", "9W", "00"], &["", "S", "STX", "st", "S-", "É", "S "]);
    check::<AirlineIcao>(&["SKT", "AAA"], &["", "SK", "SKTM", "skt", "SK1", "SÉ", "SK "]);
    check::<Colour>(
        &["#2ea5f7", "#FFFFFF", "#000000"],
        &["", "#", "#fff", "2ea5f7", "#2ea5fg", "#2ea5f7ff", "##ea5f7"],
    );
}

#[test]
fn convert_airports_to_upper_case() {
    for (text, expected) in [("KJFK", "KJFK"), ("kjfk", "KJFK"), ("eDdF", "EDDF")] {
        let code: AirportCode = serde_json::from_value(json!(text)).unwrap();
        assert_eq!(serde_json::to_value(code).unwrap(), expected);
    }
    for text in ["", "JFK", "KJFKX", "KJ1K", "KJF ", "ÉDF"] {
        assert!(serde_json::from_value::<AirportCode>(json!(text)).is_err(), "{text}");
    }
}

#[test]
fn read_names_only_from_strings() {
    fn rejects<T: DeserializeOwned>() {
        for value in [json!(null), json!(1), json!(true), json!(["a1b2c3"]), json!({ "0": "a1b2c3" })] {
            assert!(serde_json::from_value::<T>(value).is_err());
        }
    }
    rejects::<AirlineId>();
    rejects::<ProductId>();
    rejects::<Name>();
    rejects::<Timestamp>();
    rejects::<FlightId>();
}

#[test]
fn limit_balances_to_what_every_client_reads_exactly() {
    // JavaScript's `Number.MAX_SAFE_INTEGER`.
    assert_eq!(MAX_MILES, 9_007_199_254_740_991);
}

#[test]
fn encode_keys_and_hide_them_from_debug_output() {
    let key = ApiKey::from_random([0xfb; 32]);

    assert_eq!(key.reveal(), format!("sky_{}", "-_v7".repeat(10) + "-_s"));
    assert_eq!(format!("{key:?}"), "ApiKey(…)");
    assert_eq!(format!("{:?}", key.digest()), "KeyDigest(…)");
    // The example from FIPS 180-2, appendix B.1.
    let digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(KeyDigest::of("abc").as_str(), digest);
}

#[test]
fn read_times_with_any_offset_and_write_them_in_utc_milliseconds() {
    let cases = [
        ("2024-03-15T10:30:00.000Z", "2024-03-15T10:30:00.000Z"),
        ("2024-03-15T10:30:00Z", "2024-03-15T10:30:00.000Z"),
        ("2024-03-15T10:30:00+00:00", "2024-03-15T10:30:00.000Z"),
        ("2024-03-15T12:30:00.5+02:00", "2024-03-15T10:30:00.500Z"),
        ("2024-03-15T10:30:00.123999999Z", "2024-03-15T10:30:00.123Z"),
        ("2024-02-29T23:59:59.999Z", "2024-02-29T23:59:59.999Z"),
        ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000Z"),
        ("9999-12-30T22:00:00Z", "9999-12-30T22:00:00.000Z"),
    ];
    for (text, expected) in cases {
        assert_eq!(text.parse::<Timestamp>().map(String::from).as_deref(), Ok(expected), "{text}");
    }
    let bad = [
        "",
        "now",
        "0",
        "1710498600",
        "2024-03-15",
        "2024-03-15T10:30:00",
        "10:30:00Z",
        "2024-02-30T10:30:00Z",
        "2024-03-15T25:30:00Z",
        "2024-03-15T10:30:00.000Z ",
        "1969-12-31T23:59:59.999Z",
        "9999-12-31T00:00:00Z",
        "+12024-03-15T10:30:00Z",
        "-002024-03-15T10:30:00Z",
    ];
    for text in bad {
        assert!(text.parse::<Timestamp>().is_err(), "{text}");
    }
}

/// Unix times in milliseconds up to almost the end of the year 9999.
const MILLISECONDS: std::ops::Range<i64> = 0..253_402_200_000_000;

proptest! {
    #[test]
    fn sort_times_like_their_texts(one in MILLISECONDS, other in MILLISECONDS) {
        let [one, other] = [one, other].map(|ms| Timestamp::from_millisecond(ms).unwrap());

        prop_assert_eq!(one.cmp(&other), one.to_string().cmp(&other.to_string()));
        prop_assert_eq!(one.to_string().len(), 24);
        prop_assert_eq!(one.to_string().parse::<Timestamp>(), Ok(one));
    }

    #[test]
    fn reject_or_round_trip_any_text(text in ".*") {
        // Any text is either rejected or written exactly as it was read.
        for written in [
            text.parse::<AirlineId>().map(|value| value.to_string()).ok(),
            text.parse::<TransactionId>().map(|value| value.to_string()).ok(),
        ] {
            prop_assert!(written.is_none_or(|written| written == text));
        }
    }
}
