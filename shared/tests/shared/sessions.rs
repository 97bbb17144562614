//! Which sessions are valid.

use crate::session_keys::{KeyPair, OTHER, OURS};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use data_encoding::BASE64URL_NOPAD;
use http::{HeaderMap, HeaderValue, header};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use shared::auth::SessionVerifier;
use shared::models::Timestamp;

/// 2024-03-15T10:30:00.000Z
const NOW: i64 = 1_710_498_600;

fn verifier() -> SessionVerifier {
    SessionVerifier::new(&OURS.public, "rds-session".to_owned()).unwrap()
}

fn now() -> Timestamp {
    Timestamp::from_millisecond(NOW * 1000).unwrap()
}

fn claims() -> Value {
    json!({ "userId": "ada", "iat": NOW - 60, "exp": NOW + 60 })
}

fn signed(header: &Header, claims: &Value, pair: &KeyPair) -> String {
    encode(header, claims, &EncodingKey::from_rsa_pem(pair.private.as_bytes()).unwrap()).unwrap()
}

fn rs256(claims: &Value) -> String {
    signed(&Header::new(Algorithm::RS256), claims, &OURS)
}

/// Returns the id of the session's member, or [`REJECTED`] if there is no valid session.
fn member(verifier: &SessionVerifier, headers: &HeaderMap, now: Timestamp) -> String {
    match verifier.verify(headers, now) {
        Some(session) => session.id.to_string(),
        None => REJECTED.to_owned(),
    }
}

fn bearer(token: &str) -> HeaderMap {
    HeaderMap::from_iter([(header::AUTHORIZATION, HeaderValue::try_from(format!("Bearer {token}")).unwrap())])
}

fn member_of(token: &str) -> String {
    member(&verifier(), &bearer(token), now())
}

const REJECTED: &str = "rejected";

#[test]
fn lasts_exactly_until_its_expiry() {
    let headers = bearer(&rs256(&json!({ "userId": "ada", "iat": NOW, "exp": NOW + 10 })));

    for (milliseconds, expected) in
        [(0, "ada"), (9_000, "ada"), (9_999, "ada"), (10_000, REJECTED), (11_000, REJECTED), (86_400_000, REJECTED)]
    {
        let instant = Timestamp::from_millisecond(NOW * 1000 + milliseconds).unwrap();
        assert_eq!(member(&verifier(), &headers, instant), expected, "{milliseconds}");
    }
}

/// Returns a time in seconds with tenths.
fn fraction(seconds: i64, tenths: u8) -> Value {
    serde_json::from_str(&format!("{seconds}.{tenths}")).unwrap()
}

#[test]
fn requires_all_claims() {
    let with = |claim: &str, value: Value| {
        let mut claims = claims();
        claims[claim] = value;
        claims
    };
    let without = |claim: &str| {
        let mut claims = claims();
        claims.as_object_mut().unwrap().remove(claim).unwrap();
        claims
    };
    let longest = "a".repeat(64);
    let cases = [
        (claims(), "ada"),
        (with("userId", json!("4kFh2LmQ9sZt7WbXc1Vd")), "4kFh2LmQ9sZt7WbXc1Vd"),
        (with("userId", json!(longest)), &longest),
        (with("github_id", json!("ada-l")), "ada"),
        (with("aud", json!("another service")), "ada"),
        (without("userId"), REJECTED),
        (with("userId", json!(7)), REJECTED),
        (with("userId", json!(null)), REJECTED),
        (with("userId", json!(["ada"])), REJECTED),
        (with("userId", json!("")), REJECTED),
        (with("userId", json!(" ada")), REJECTED),
        (with("userId", json!("ada/../grace")), REJECTED),
        (with("userId", json!("ada#1")), REJECTED),
        (with("userId", json!("ädä")), REJECTED),
        (with("userId", json!("a".repeat(65))), REJECTED),
        (without("iat"), REJECTED),
        (with("iat", json!("yesterday")), REJECTED),
        (with("iat", json!(null)), REJECTED),
        (without("exp"), REJECTED),
        (with("exp", json!(null)), REJECTED),
        (with("exp", json!((NOW + 60).to_string())), REJECTED),
        (with("exp", json!(-1)), REJECTED),
        (with("exp", json!(0)), REJECTED),
        (with("exp", json!(u64::MAX)), "ada"),
        (with("exp", fraction(NOW, 5)), "ada"),
        (with("exp", fraction(NOW - 1, 5)), REJECTED),
        (with("nbf", json!(NOW)), "ada"),
        (with("nbf", fraction(NOW - 1, 5)), "ada"),
        (with("nbf", fraction(NOW, 5)), REJECTED),
        (with("nbf", json!("today")), REJECTED),
        (json!({}), REJECTED),
        (json!([]), REJECTED),
        (json!("ada"), REJECTED),
        (json!(null), REJECTED),
    ];

    for (claims, expected) in cases {
        assert_eq!(member_of(&rs256(&claims)), expected, "{claims}");
    }
}

/// Nothing here understands extensions that must be understood (RFC 7515, section 4.1.11).
#[test]
fn must_not_have_critical_extensions() {
    let header = Header { crit: Some(vec!["exp".to_owned()]), ..Header::new(Algorithm::RS256) };
    assert_eq!(member_of(&signed(&header, &claims(), &OURS)), REJECTED);
}

#[test]
fn must_be_signed_with_rs256() {
    let others = [Algorithm::RS384, Algorithm::RS512, Algorithm::PS256, Algorithm::PS384, Algorithm::PS512];
    for algorithm in others {
        let token = signed(&Header::new(algorithm), &claims(), &OURS);
        assert_eq!(member_of(&token), REJECTED, "{algorithm:?}");
    }
    let elliptic = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).unwrap();
    let elliptic = EncodingKey::from_ec_der(elliptic.as_ref());
    assert_eq!(member_of(&encode(&Header::new(Algorithm::ES256), &claims(), &elliptic).unwrap()), REJECTED);
    assert_eq!(member_of(&signed(&Header::new(Algorithm::RS256), &claims(), &OURS)), "ada");
}

#[test]
fn must_not_be_signed_with_the_public_key_as_a_secret() {
    // A verifier that trusted the token's algorithm would check these with the public key, which is not secret.
    let trimmed = OURS.public.trim();
    let der = pem::parse(&OURS.public).unwrap();
    for secret in [OURS.public.as_bytes(), trimmed.as_bytes(), der.contents()] {
        for algorithm in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
            let token = encode(&Header::new(algorithm), &claims(), &EncodingKey::from_secret(secret)).unwrap();
            assert_eq!(member_of(&token), REJECTED, "{algorithm:?}");
        }
    }
}

#[test]
fn must_be_signed() {
    let part = |json: &str| BASE64URL_NOPAD.encode(json.as_bytes());
    let payload = part(&claims().to_string());
    let valid = rs256(&claims());
    let signature = valid.rsplit_once('.').unwrap().1;
    for header in [r#"{"alg":"none"}"#, r#"{"alg":"None","typ":"JWT"}"#, r#"{"alg":""}"#, r#"{"typ":"JWT"}"#, "{}"] {
        for signature in ["", signature] {
            assert_eq!(member_of(&format!("{}.{payload}.{signature}", part(header))), REJECTED, "{header}");
        }
    }
    let header = part(r#"{"alg":"RS256"}"#);
    assert_eq!(member_of(&format!("{header}.{payload}.")), REJECTED);
    assert_eq!(member_of(&format!("{header}.{payload}")), REJECTED);
}

#[test]
fn must_not_bring_its_own_key() {
    let mut header = Header::new(Algorithm::RS256);
    header.jku = Some("https://attacker.example/keys.json".to_owned());
    header.x5u = Some("https://attacker.example/key.pem".to_owned());

    assert_eq!(member_of(&signed(&header, &claims(), &OTHER)), REJECTED);
}

#[test]
fn must_be_signed_with_our_key() {
    assert_eq!(member_of(&signed(&Header::new(Algorithm::RS256), &claims(), &OTHER)), REJECTED);
}

#[test]
fn is_rejected_if_any_character_changes() {
    let valid = rs256(&claims());
    assert_eq!(member_of(&valid), "ada");

    for position in 0..valid.len() {
        let other = if valid.as_bytes()[position] == b'A' { "B" } else { "A" };
        let mut tampered = valid.clone();
        tampered.replace_range(position..=position, other);
        assert_eq!(member_of(&tampered), REJECTED, "{position}");
    }
}

#[test]
fn is_rejected_with_the_claims_of_another_session() {
    let (ada, grace) = (rs256(&claims()), rs256(&json!({ "userId": "grace", "iat": NOW, "exp": NOW + 60 })));
    let parts = |token: &str| token.split('.').map(str::to_owned).collect::<Vec<_>>();
    let (ada, grace) = (parts(&ada), parts(&grace));

    assert_eq!(member_of(&[&*ada[0], &*grace[1], &*ada[2]].join(".")), REJECTED);
}

#[test]
fn is_rejected_if_it_is_not_a_token() {
    let valid = rs256(&claims());
    let long = "a".repeat(100_000);
    let cases = [
        "",
        ".",
        "..",
        "...",
        "ada",
        "a.b.c",
        "e30.e30.e30",
        "\u{a0}",
        &long,
        valid.split('.').next().unwrap(),
        valid.rsplit_once('.').unwrap().0,
        valid.split_once('.').unwrap().1,
        &format!("{valid}."),
        &format!(".{valid}"),
        &format!("{valid}.{valid}"),
        &format!("{valid}="),
        &format!("{valid} {valid}"),
        &format!("{valid},{valid}"),
    ];

    for token in cases {
        assert_eq!(member_of(token), REJECTED, "{token}");
    }
}

/// Returns the member of a request with these headers, or [`REJECTED`].
fn member_with(headers: &[(&str, &[u8])]) -> String {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(name.parse::<header::HeaderName>().unwrap(), HeaderValue::from_bytes(value).unwrap());
    }
    member(&verifier(), &map, now())
}

#[test]
fn is_read_from_the_cookie_or_the_authorization_header() {
    let token = rs256(&claims());
    let cases: &[(&str, String)] = &[
        ("authorization", format!("Bearer {token}")),
        ("authorization", format!("bearer {token}")),
        ("authorization", format!("BEARER  {token} ")),
        ("cookie", format!("rds-session={token}")),
        ("cookie", format!("rds-session=\"{token}\"")),
        ("cookie", format!("theme=dark; rds-session={token}; lang=en")),
        ("cookie", format!("theme=dark;rds-session={token};lang=en")),
        ("cookie", format!("; ;=;theme; rds-session={token}")),
        ("cookie", format!("not-rds-session=x; rds-session={token}")),
        ("cookie", format!("name=Zoë; rds-session={token}")),
    ];

    for (name, value) in cases {
        assert_eq!(member_with(&[(name, value.as_bytes())]), "ada", "{name}: {value}");
    }
    let with_other_bytes = [b"legacy=\xff\xfe; rds-session=".as_slice(), token.as_bytes()].concat();
    assert_eq!(member_with(&[("cookie", &with_other_bytes)]), "ada");
    let in_the_second = format!("rds-session={token}");
    assert_eq!(member_with(&[("cookie", b"theme=dark"), ("cookie", in_the_second.as_bytes())]), "ada");
}

#[test]
fn is_not_read_from_anywhere_else() {
    let token = rs256(&claims());
    let cases: &[(&str, String)] = &[
        ("x-session", token.clone()),
        ("authorization", token.clone()),
        ("authorization", format!("Basic {token}")),
        ("authorization", format!("Bearer{token}")),
        ("authorization", format!("Bearer\t{token}")),
        ("cookie", token.clone()),
        ("cookie", format!("RDS-SESSION={token}")),
        ("cookie", format!("rds-session2={token}")),
        ("cookie", format!("rds-session:{token}")),
        ("cookie", format!("theme=rds-session={token}")),
    ];

    for (name, value) in cases {
        assert_eq!(member_with(&[(name, value.as_bytes())]), REJECTED, "{name}: {value}");
    }
    assert_eq!(member_with(&[]), REJECTED);
    assert_eq!(member_with(&[("authorization", b"Bearer \xff\xfe")]), REJECTED);
}

#[test]
fn is_the_first_valid_one_of_all_cookies_and_the_bearer_token() {
    let (cookie, bearer) = (rs256(&claims()), rs256(&json!({ "userId": "grace", "iat": NOW, "exp": NOW + 60 })));
    let expired = rs256(&json!({ "userId": "eve", "iat": NOW - 60, "exp": NOW }));
    let bearer = format!("Bearer {bearer}");
    let with_cookies = |cookies: &[&str]| {
        let mut headers = vec![("authorization", bearer.as_bytes())];
        headers.extend(cookies.iter().map(|cookies| ("cookie", cookies.as_bytes())));
        member_with(&headers)
    };

    assert_eq!(with_cookies(&[&format!("rds-session={cookie}")]), "ada");
    assert_eq!(with_cookies(&["rds-session=bad"]), "grace");
    assert_eq!(with_cookies(&[&format!("rds-session={expired}; theme=dark; rds-session={cookie}")]), "ada");
    assert_eq!(with_cookies(&["rds-session=", "theme=dark", &format!("rds-session={cookie}")]), "ada");
    assert_eq!(with_cookies(&[&format!("rds-session={expired}"), "rds-session=bad"]), "grace");
}

#[test]
fn is_read_from_the_configured_cookie() {
    let verifier = SessionVerifier::new(&OURS.public, "sky".to_owned()).unwrap();
    let headers = |name: &str| {
        let cookie = HeaderValue::try_from(format!("{name}={}", rs256(&claims()))).unwrap();
        HeaderMap::from_iter([(header::COOKIE, cookie)])
    };

    assert_eq!(member(&verifier, &headers("sky"), now()), "ada");
    assert_eq!(member(&verifier, &headers("rds-session"), now()), REJECTED);
}

#[test]
fn is_verified_with_the_key_that_it_names() {
    let (ours, other) = (&OURS.public, &OTHER.public);
    let both_named = format!("kid: old\n{ours}\nkid: new\n{other}");
    let swapped = format!("kid: new\n{ours}kid: old\n{other}");
    let one_unnamed = format!("{ours}kid: new\n{other}");
    let none_named = format!("{ours}{other}");
    let cases = [
        // During a rotation both are valid, each under its own name.
        (&both_named, Some("old"), &OURS, "ada"),
        (&both_named, Some("new"), &OTHER, "ada"),
        (&both_named, Some("new"), &OURS, REJECTED),
        (&both_named, Some("old"), &OTHER, REJECTED),
        (&swapped, Some("old"), &OURS, REJECTED),
        (&both_named, Some("older"), &OURS, REJECTED),
        (&both_named, Some("OLD"), &OURS, REJECTED),
        (&both_named, Some(""), &OURS, REJECTED),
        // A token that names no key can be signed with any of them.
        (&both_named, None, &OURS, "ada"),
        (&both_named, None, &OTHER, "ada"),
        // A key without a name can match any name in a token.
        (&one_unnamed, Some("old"), &OURS, "ada"),
        (&one_unnamed, Some("new"), &OTHER, "ada"),
        (&one_unnamed, Some("old"), &OTHER, REJECTED),
        (&none_named, Some("old"), &OURS, "ada"),
        (&none_named, None, &OTHER, "ada"),
    ];

    for (keys, kid, signer, expected) in cases {
        let verifier = SessionVerifier::new(keys, "rds-session".to_owned()).unwrap();
        let header = Header { kid: kid.map(str::to_owned), ..Header::new(Algorithm::RS256) };
        let token = signed(&header, &claims(), signer);
        assert_eq!(member(&verifier, &bearer(&token), now()), expected, "{kid:?} among {verifier:?}");
    }
}

#[test]
fn ends_when_its_key_is_removed() {
    let token = rs256(&claims());
    let rotated = SessionVerifier::new(&OTHER.public, "rds-session".to_owned()).unwrap();

    assert_eq!(member(&rotated, &bearer(&token), now()), REJECTED);
}
