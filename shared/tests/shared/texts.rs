//! Texts, links and addresses: what they may hold, and that each has one spelling.

use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};
use proptest::prelude::*;
use proptest::string::string_regex;
use shared::models::{
    AvatarUrl, DiscordId, Email, FlyerId, GameId, GithubLogin, GithubNumber, Lines, Link, Name, Phone, ServerId, Text,
};
use std::fmt::Display;
use std::str::FromStr;

fn parsed<T: FromStr + Display>(text: &str) -> Option<String> {
    text.parse::<T>().ok().map(|value| value.to_string())
}

#[test]
fn are_trimmed_and_normalized() {
    for (given, kept) in [
        ("Ada", "Ada"),
        (" \u{2003}\tAda\u{a0}\n", "Ada"),
        ("Zoe\u{308}", "Zo\u{eb}"),
        ("\u{212b}", "\u{c5}"),
        ("\u{1100}\u{1161}", "\u{ac00}"),
        ("a \u{2028}", "a"),
        // Joiners inside emoji and scripts stay, as do marks of direction.
        ("\u{1f468}\u{200d}\u{2708}\u{fe0f}", "\u{1f468}\u{200d}\u{2708}\u{fe0f}"),
        ("\u{646}\u{200c}\u{62e}", "\u{646}\u{200c}\u{62e}"),
        ("\u{5d0}\u{200f}!", "\u{5d0}\u{200f}!"),
    ] {
        assert_eq!(parsed::<Name>(given).as_deref(), Some(kept), "{given:?}");
    }
    assert_eq!(parsed::<Lines<0, 9>>("\na\r\nb\u{2028}c\n").as_deref(), Some("a\r\nb\u{2028}c"));
    assert_eq!(parsed::<Lines<0, 9>>(" \n ").as_deref(), Some(""));
}

#[test]
fn are_limited_by_characters_as_they_are_kept() {
    let (longest, longer) = ("e\u{301}".repeat(100), "✈".repeat(101));
    assert_eq!(parsed::<Name>(&longest), Some("é".repeat(100)));
    assert_eq!(parsed::<Name>(&format!("  {}  ", "✈".repeat(100))), Some("✈".repeat(100)));
    assert_eq!(parsed::<Name>(&longer), None);
    assert_eq!(parsed::<Text<3, 30>>(" ab "), None);
}

#[test]
fn are_mended_where_an_import_brings_others() {
    for (given, mended) in [
        ("A\tda\n\u{202e}L", Some("A da L")),
        ("\u{0}Zoe\u{308}\u{feff}", Some("Zo\u{eb}\u{feff}")),
        ("\u{202e}", None),
    ] {
        assert_eq!(Name::mended(given).ok().map(|name| name.to_string()).as_deref(), mended, "{given:?}");
    }
}

#[test]
fn of_telephones_are_numbers() {
    let number = |text: &str| text.parse::<Phone>().ok().map(|phone| serde_json::to_string(&phone).unwrap());
    for text in ["+44 (20) 7946-0958", "442079460958", "(+44) 20-7946 0958"] {
        assert_eq!(number(text).as_deref(), Some("442079460958"), "{text}");
    }
    assert_eq!((number("1234"), number("999999999999999")), (Some("1234".into()), Some("999999999999999".into())));
    for text in
        ["", " ", "+", "123", "0123", "+0123", "(0)44 2079", "1234567890123456", "+4+4207", "4420+", "44/20", "٤٤٢٠"]
    {
        assert_eq!(number(text), None, "{text}");
    }
}

#[test]
fn of_mailboxes_are_within_their_limits() {
    let (local, label) = ("a".repeat(64), "b".repeat(63));
    let longest = format!("{local}@{label}.{label}.{}", "c".repeat(61));
    for (text, is_valid) in [
        (longest.clone(), longest.len() == 254),
        (format!("{longest}c"), false),
        (format!("{local}a@b"), false),
        (format!("a@{label}b"), false),
        ("a@[IPv6:2001:db8::1]".to_owned(), true),
        ("a@[ipv6:2001:db8::1]".to_owned(), true),
        ("a@[IPv6:2001:db8::g]".to_owned(), false),
        ("a@[256.0.0.1]".to_owned(), false),
        ("a@[]".to_owned(), false),
        (r#""a\"b @ c"@example.com"#.to_owned(), true),
        (r#""a"b"@example.com"#.to_owned(), false),
    ] {
        assert_eq!(parsed::<Email>(&text).is_some(), is_valid, "{text}");
    }
}

#[test]
fn of_links_are_within_their_limit() {
    let longest = format!("https://a.example/{}", "x".repeat(2048 - 18));
    assert_eq!(parsed::<Link>(&longest).as_ref(), Some(&longest));
    assert_eq!(parsed::<AvatarUrl>(&longest).as_ref(), Some(&longest));
    assert_eq!((parsed::<Link>(&format!("{longest}x")), parsed::<AvatarUrl>(&format!("{longest}x"))), (None, None));
}

/// Any text, with many of the characters that matter.
fn any_text() -> impl Strategy<Value = String> {
    let special = "[ \n\r\t\u{0}\u{85}\u{a0}\u{ad}\u{300}-\u{345}e\u{e9}\u{1100}-\u{1112}\u{1161}-\u{1175}\u{200b}-\u{200f}\u{2028}-\u{202e}\u{2060}-\u{2069}\u{2800}\u{3164}\u{fdd0}\u{fffe}\u{1f468}]{0,12}";
    prop_oneof![Just(special).prop_flat_map(|special| string_regex(special).unwrap()), ".{0,20}", r"\PC{0,20}"]
}

/// The regular expression between the anchors of a pattern, which proptest does not take.
fn between_anchors(pattern: &str) -> impl Strategy<Value = String> + use<> {
    string_regex(pattern.trim_start_matches('^').trim_end_matches('$')).expect("a regular expression")
}

fn check_text<T: FromStr + Display>(text: &str, has_lines: bool) -> Result<(), TestCaseError> {
    let kept = parsed::<T>(text);
    let decomposed = DecomposingNormalizerBorrowed::new_nfd().normalize(text).into_owned();
    let composed = ComposingNormalizerBorrowed::new_nfc().normalize(text).into_owned();
    prop_assert_eq!(&parsed::<T>(&decomposed), &kept, "texts that are equal in NFC are the same");
    prop_assert_eq!(&parsed::<T>(&composed), &kept);
    if let Some(kept) = kept {
        prop_assert_eq!(parsed::<T>(&kept), Some(kept.clone()), "what is kept is kept as it is");
        prop_assert_eq!(kept.trim(), &kept);
        prop_assert!(ComposingNormalizerBorrowed::new_nfc().is_normalized(&kept));
        let breaks = ['\n', '\r', '\u{2028}', '\u{2029}'];
        for c in kept.chars() {
            let code = u32::from(c);
            prop_assert!(!c.is_control() || (has_lines && breaks.contains(&c)), "{code:x}");
            prop_assert!(has_lines || !breaks.contains(&c), "{code:x}");
            prop_assert!(!(0x202a..=0x202e).contains(&code) && !(0x2066..=0x2069).contains(&code), "{code:x}");
            prop_assert!(!(0xfdd0..=0xfdef).contains(&code) && code & 0xfffe != 0xfffe, "{code:x}");
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn have_one_spelling_and_nothing_forbidden(text in any_text()) {
        check_text::<Text<1, 20>>(&text, false)?;
        check_text::<Text<0, 20>>(&text, false)?;
        check_text::<Lines<1, 20>>(&text, true)?;
        let mended = Name::mended(&text).ok().map(|name| name.to_string());
        prop_assert_eq!(mended.as_deref().and_then(parsed::<Name>), mended, "what is mended is valid");
        prop_assert!(parsed::<Name>(&text).is_none_or(|kept| Name::mended(&text).unwrap().to_string() == kept));
    }

    /// Whatever is not rejected is written as it was read, and matches the pattern in the API reference.
    #[test]
    fn of_other_kinds_are_never_respelled(text in prop_oneof![any_text(), "[!-~]{1,24}", "[0-9]{1,21}", "(https?|data|javascript)://?[!-~]{0,12}"]) {
        for kept in [
            parsed::<Link>(&text), parsed::<AvatarUrl>(&text), parsed::<Email>(&text), parsed::<FlyerId>(&text), parsed::<GameId>(&text),
            parsed::<DiscordId>(&text), parsed::<ServerId>(&text), parsed::<GithubLogin>(&text), parsed::<GithubNumber>(&text),
        ] {
            prop_assert!(kept.is_none_or(|kept| kept == text));
        }
        if let Some(link) = parsed::<Link>(&text) {
            let scheme = link.split(['/', '?', '#']).next().and_then(|start| start.split_once(':'));
            prop_assert!(scheme.is_none_or(|(scheme, _)| ["http", "https"].contains(&&*scheme.to_lowercase())), "{}", link);
        }
    }

    #[test]
    fn that_match_the_pattern_in_the_api_reference_are_accepted(
        link in between_anchors(Link::PATTERN), avatar in between_anchors(AvatarUrl::PATTERN), login in between_anchors(GithubLogin::PATTERN),
        discord in between_anchors(DiscordId::PATTERN), number in between_anchors(GithubNumber::PATTERN),
    ) {
        prop_assert!(link.len() > 2048 || parsed::<Link>(&link).is_some(), "{}", link);
        prop_assert!(avatar.len() > 2048 || parsed::<AvatarUrl>(&avatar).is_some(), "{}", avatar);
        prop_assert!(parsed::<GithubLogin>(&login).is_some() && parsed::<DiscordId>(&discord).is_some() && parsed::<GithubNumber>(&number).is_some());
    }
}
