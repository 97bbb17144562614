//! Which sessions are good.

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

/// The member whose session it is, or what is said to who has none.
fn member(verifier: &SessionVerifier, headers: &HeaderMap, now: Timestamp) -> String {
    match verifier.verify(headers, now) {
        Some(session) => session.id.to_string(),
        None => REFUSED.to_owned(),
    }
}

fn bearer(token: &str) -> HeaderMap {
    HeaderMap::from_iter([(header::AUTHORIZATION, HeaderValue::try_from(format!("Bearer {token}")).unwrap())])
}

fn member_of(token: &str) -> String {
    member(&verifier(), &bearer(token), now())
}

const REFUSED: &str = "refused";

#[test]
fn lasts_until_its_expiry_and_not_a_moment_longer() {
    let headers = bearer(&rs256(&json!({ "userId": "ada", "iat": NOW, "exp": NOW + 10 })));

    for (milliseconds, expected) in
        [(0, "ada"), (9_000, "ada"), (9_999, "ada"), (10_000, REFUSED), (11_000, REFUSED), (86_400_000, REFUSED)]
    {
        let instant = Timestamp::from_millisecond(NOW * 1000 + milliseconds).unwrap();
        assert_eq!(member(&verifier(), &headers, instant), expected, "{milliseconds}");
    }
}

#[test]
fn needs_all_its_claims() {
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
        (without("userId"), REFUSED),
        (with("userId", json!(7)), REFUSED),
        (with("userId", json!(null)), REFUSED),
        (with("userId", json!(["ada"])), REFUSED),
        (with("userId", json!("")), REFUSED),
        (with("userId", json!(" ada")), REFUSED),
        (with("userId", json!("ada/../grace")), REFUSED),
        (with("userId", json!("ada#1")), REFUSED),
        (with("userId", json!("ädä")), REFUSED),
        (with("userId", json!("a".repeat(65))), REFUSED),
        (without("iat"), REFUSED),
        (with("iat", json!("yesterday")), REFUSED),
        (with("iat", json!(null)), REFUSED),
        (without("exp"), REFUSED),
        (with("exp", json!(null)), REFUSED),
        (with("exp", json!((NOW + 60).to_string())), REFUSED),
        (with("exp", json!(-1)), REFUSED),
        (with("exp", json!(0)), REFUSED),
        (with("exp", json!(u64::MAX)), REFUSED),
        (json!({}), REFUSED),
        (json!([]), REFUSED),
        (json!("ada"), REFUSED),
        (json!(null), REFUSED),
    ];

    for (claims, expected) in cases {
        assert_eq!(member_of(&rs256(&claims)), expected, "{claims}");
    }
}

#[test]
fn is_signed_by_rs256_and_nothing_else() {
    let others = [Algorithm::RS384, Algorithm::RS512, Algorithm::PS256, Algorithm::PS384, Algorithm::PS512];
    for algorithm in others {
        let token = signed(&Header::new(algorithm), &claims(), &OURS);
        assert_eq!(member_of(&token), REFUSED, "{algorithm:?}");
    }
    let elliptic = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).unwrap();
    let elliptic = EncodingKey::from_ec_der(elliptic.as_ref());
    assert_eq!(member_of(&encode(&Header::new(Algorithm::ES256), &claims(), &elliptic).unwrap()), REFUSED);
    assert_eq!(member_of(&signed(&Header::new(Algorithm::RS256), &claims(), &OURS)), "ada");
}

#[test]
fn is_not_signed_by_the_public_key_as_a_secret() {
    // Who takes the algorithm from the token would check these with the public key, which everybody may know.
    let trimmed = OURS.public.trim();
    let der = pem::parse(&OURS.public).unwrap();
    for secret in [OURS.public.as_bytes(), trimmed.as_bytes(), der.contents()] {
        for algorithm in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
            let token = encode(&Header::new(algorithm), &claims(), &EncodingKey::from_secret(secret)).unwrap();
            assert_eq!(member_of(&token), REFUSED, "{algorithm:?}");
        }
    }
}

#[test]
fn is_signed() {
    let part = |json: &str| BASE64URL_NOPAD.encode(json.as_bytes());
    let payload = part(&claims().to_string());
    let good = rs256(&claims());
    let signature = good.rsplit_once('.').unwrap().1;
    for header in [r#"{"alg":"none"}"#, r#"{"alg":"None","typ":"JWT"}"#, r#"{"alg":""}"#, r#"{"typ":"JWT"}"#, "{}"] {
        for signature in ["", signature] {
            assert_eq!(member_of(&format!("{}.{payload}.{signature}", part(header))), REFUSED, "{header}");
        }
    }
    let header = part(r#"{"alg":"RS256"}"#);
    assert_eq!(member_of(&format!("{header}.{payload}.")), REFUSED);
    assert_eq!(member_of(&format!("{header}.{payload}")), REFUSED);
}

#[test]
fn is_not_signed_by_a_key_of_its_own_choosing() {
    let mut header = Header::new(Algorithm::RS256);
    header.jku = Some("https://attacker.example/keys.json".to_owned());
    header.x5u = Some("https://attacker.example/key.pem".to_owned());

    assert_eq!(member_of(&signed(&header, &claims(), &OTHER)), REFUSED);
}

#[test]
fn is_signed_by_our_key() {
    assert_eq!(member_of(&signed(&Header::new(Algorithm::RS256), &claims(), &OTHER)), REFUSED);
}

#[test]
fn is_refused_with_any_character_changed() {
    let good = rs256(&claims());
    assert_eq!(member_of(&good), "ada");

    for position in 0..good.len() {
        let other = if good.as_bytes()[position] == b'A' { "B" } else { "A" };
        let mut tampered = good.clone();
        tampered.replace_range(position..=position, other);
        assert_eq!(member_of(&tampered), REFUSED, "{position}");
    }
}

#[test]
fn is_refused_with_the_claims_of_another() {
    let (ada, grace) = (rs256(&claims()), rs256(&json!({ "userId": "grace", "iat": NOW, "exp": NOW + 60 })));
    let parts = |token: &str| token.split('.').map(str::to_owned).collect::<Vec<_>>();
    let (ada, grace) = (parts(&ada), parts(&grace));

    assert_eq!(member_of(&[&*ada[0], &*grace[1], &*ada[2]].join(".")), REFUSED);
}

#[test]
fn is_refused_when_it_is_no_token() {
    let good = rs256(&claims());
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
        good.split('.').next().unwrap(),
        good.rsplit_once('.').unwrap().0,
        good.split_once('.').unwrap().1,
        &format!("{good}."),
        &format!(".{good}"),
        &format!("{good}.{good}"),
        &format!("{good}="),
        &format!("{good} {good}"),
        &format!("{good},{good}"),
    ];

    for token in cases {
        assert_eq!(member_of(token), REFUSED, "{token}");
    }
}

/// The session of whoever sends these headers.
fn member_with(headers: &[(&str, &[u8])]) -> String {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(name.parse::<header::HeaderName>().unwrap(), HeaderValue::from_bytes(value).unwrap());
    }
    member(&verifier(), &map, now())
}

#[test]
fn is_found_in_the_cookie_or_the_authorization_header() {
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
fn is_found_nowhere_else() {
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
        assert_eq!(member_with(&[(name, value.as_bytes())]), REFUSED, "{name}: {value}");
    }
    assert_eq!(member_with(&[]), REFUSED);
    assert_eq!(member_with(&[("authorization", b"Bearer \xff\xfe")]), REFUSED);
}

#[test]
fn of_the_cookie_comes_first() {
    let (cookie, bearer) = (rs256(&claims()), rs256(&json!({ "userId": "grace", "iat": NOW, "exp": NOW + 60 })));
    let cookie = format!("rds-session={cookie}");
    let bearer = format!("Bearer {bearer}");

    assert_eq!(member_with(&[("authorization", bearer.as_bytes()), ("cookie", cookie.as_bytes())]), "ada");
    assert_eq!(member_with(&[("authorization", bearer.as_bytes()), ("cookie", b"rds-session=bad")]), REFUSED);
}

#[test]
fn is_found_in_the_cookie_that_is_configured() {
    let verifier = SessionVerifier::new(&OURS.public, "sky".to_owned()).unwrap();
    let headers = |name: &str| {
        let cookie = HeaderValue::try_from(format!("{name}={}", rs256(&claims()))).unwrap();
        HeaderMap::from_iter([(header::COOKIE, cookie)])
    };

    assert_eq!(member(&verifier, &headers("sky"), now()), "ada");
    assert_eq!(member(&verifier, &headers("rds-session"), now()), REFUSED);
}

#[test]
fn is_checked_with_the_key_that_it_names() {
    let (ours, other) = (&OURS.public, &OTHER.public);
    let both_named = format!("kid: old\n{ours}\nkid: new\n{other}");
    let swapped = format!("kid: new\n{ours}kid: old\n{other}");
    let one_unnamed = format!("{ours}kid: new\n{other}");
    let none_named = format!("{ours}{other}");
    let cases = [
        // During a rotation both are good, each under its own name.
        (&both_named, Some("old"), &OURS, "ada"),
        (&both_named, Some("new"), &OTHER, "ada"),
        (&both_named, Some("new"), &OURS, REFUSED),
        (&both_named, Some("old"), &OTHER, REFUSED),
        (&swapped, Some("old"), &OURS, REFUSED),
        (&both_named, Some("older"), &OURS, REFUSED),
        (&both_named, Some("OLD"), &OURS, REFUSED),
        (&both_named, Some(""), &OURS, REFUSED),
        // A token that names no key may be of any.
        (&both_named, None, &OURS, "ada"),
        (&both_named, None, &OTHER, "ada"),
        // A key without a name may be the one that a token names.
        (&one_unnamed, Some("old"), &OURS, "ada"),
        (&one_unnamed, Some("new"), &OTHER, "ada"),
        (&one_unnamed, Some("old"), &OTHER, REFUSED),
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
fn ends_with_the_key_that_signed_it() {
    let token = rs256(&claims());
    let rotated = SessionVerifier::new(&OTHER.public, "rds-session".to_owned()).unwrap();

    assert_eq!(member(&rotated, &bearer(&token), now()), REFUSED);
}
