//! The keys that can verify sessions.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rsa::{self, KeySize};
use aws_lc_rs::signature::KeyPair as _;
use insta::assert_snapshot;
use shared::auth::SessionVerifier;
use std::sync::LazyLock;

/// A key pair for signing sessions, in PEM format.
pub struct KeyPair {
    pub private: String,
    pub public: String,
}

/// The key pair that signs sessions.
pub static OURS: LazyLock<KeyPair> = LazyLock::new(|| KeyPair::of(KeySize::Rsa2048));

/// Another key pair.
pub static OTHER: LazyLock<KeyPair> = LazyLock::new(|| KeyPair::of(KeySize::Rsa2048));

impl KeyPair {
    fn of(size: KeySize) -> Self {
        let pair = rsa::KeyPair::generate(size).unwrap();
        let pem = |tag: &str, der: &[u8]| pem::encode(&pem::Pem::new(tag, der));
        Self {
            private: pem("PRIVATE KEY", AsDer::<Pkcs8V1Der>::as_der(&pair).unwrap().as_ref()),
            public: pem("PUBLIC KEY", AsDer::<PublicKeyX509Der>::as_der(pair.public_key()).unwrap().as_ref()),
        }
    }

    /// Returns the public key in the format of older tools (RFC 8017, appendix A.1.1).
    fn public_pkcs1(&self) -> String {
        let key = rsa::PublicKey::from_der(pem::parse(&self.public).unwrap().contents()).unwrap();
        pem::encode(&pem::Pem::new("RSA PUBLIC KEY", key.as_ref()))
    }
}

const RSA_1024: &str = include_str!("keys/rsa-1024-public.pem");
const RSA_2047: &str = include_str!("keys/rsa-2047-public.pem");

const EC_P256: &str = "-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEj1FC/FgBjIEHdTPEEg6dbvZaFof5
S4ebGtME5VeuJXvnfSijYAI6RDwJOnLT/GCKPS/u5tV5X+zbwr1/OTbJ1Q==
-----END PUBLIC KEY-----
";

const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----
MIIBszCCAVmgAwIBAgIUQm9ndXMgY2VydGlmaWNhdGUgZm9yIGEgdGVzdAA=
-----END CERTIFICATE-----
";

/// Returns the verifier's debug output, which has the names of the accepted keys, or the error.
fn read(pem: &str) -> String {
    match SessionVerifier::new(pem, "rds-session".to_owned()) {
        Ok(verifier) => format!("{verifier:?}"),
        Err(reason) => reason,
    }
}

#[test]
fn must_be_rsa_with_at_least_2048_bits() {
    for key in [&OURS.public, &OURS.public_pkcs1(), &KeyPair::of(KeySize::Rsa3072).public] {
        assert_eq!(read(key), r#"SessionVerifier { keys: ["-"], cookie: "rds-session" }"#);
    }
}

#[test]
fn can_be_concatenated_with_or_without_names() {
    let (a, b) = (&OURS.public, &OTHER.public);
    let texts = [
        format!("{a}{b}"),
        format!("kid: one\n{a}kid: two\n{b}"),
        format!("# kid: one\n{a}\n\n  kid:two  \n{b}"),
        format!("# of the login service\nkid: one\nsince 2024\n{a}# the next one\n{b}"),
        format!("{a}kid: two\n{b}kid: of nothing\n"),
        format!("kid: one\n{a}").replace('\n', "\r\n"),
        format!("  {}", a.replace('\n', "\n  ")),
    ];

    let read: Vec<_> = texts.iter().map(|text| read(text)).collect();

    assert_snapshot!(read.join("\n"), @r#"
    SessionVerifier { keys: ["-", "-"], cookie: "rds-session" }
    SessionVerifier { keys: ["one", "two"], cookie: "rds-session" }
    SessionVerifier { keys: ["one", "two"], cookie: "rds-session" }
    SessionVerifier { keys: ["one", "-"], cookie: "rds-session" }
    SessionVerifier { keys: ["-", "two"], cookie: "rds-session" }
    SessionVerifier { keys: ["one"], cookie: "rds-session" }
    SessionVerifier { keys: ["-"], cookie: "rds-session" }
    "#);
}

/// They exist only after a stack's first deployment.
#[test]
fn may_be_empty_and_accept_no_session_then() {
    for text in ["", " \n \n"] {
        assert!(!SessionVerifier::new(text, "rds-session".to_owned()).expect("it may be empty").has_keys(), "{text:?}");
    }
}

#[test]
fn are_rejected_with_a_reason_that_does_not_reveal_them() {
    let (valid, private) = (&OURS.public, &OURS.private);
    let unterminated = valid.split("-----END").next().unwrap();
    let texts: &[(&str, &str)] = &[
        ("no key", "kid: one\n"),
        ("words", "correct horse battery staple"),
        ("without its delimiters", valid.lines().nth(1).unwrap()),
        ("1024 bits", RSA_1024),
        ("2047 bits", RSA_2047),
        ("elliptic curve", EC_P256),
        ("certificate", CERTIFICATE),
        ("private", private),
        ("private, labeled as public", &private.replace("PRIVATE", "PUBLIC")),
        ("private, from OpenSSL before 3", &private.replace("PRIVATE", "RSA PRIVATE")),
        ("private, encrypted", &private.replace("PRIVATE", "ENCRYPTED PRIVATE")),
        ("a private one after a valid one", &format!("{valid}{private}")),
        ("a short one after a valid one", &format!("{valid}kid: short\n{RSA_1024}")),
        ("without its end", unterminated),
        ("without its end, before a valid one", &format!("{unterminated}\n{valid}")),
        ("with a mismatched end", &valid.replace("END PUBLIC KEY", "END CERTIFICATE")),
        ("not base64", &valid.replace('A', "*")),
        ("truncated", &format!("{}\n-----END PUBLIC KEY-----\n", &valid[..200])),
        ("without content", "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n"),
        ("with other content", "-----BEGIN PUBLIC KEY-----\naGVsbG8=\n-----END PUBLIC KEY-----\n"),
    ];

    let mut reasons = Vec::new();
    for (name, text) in texts {
        let reason = SessionVerifier::new(text, "rds-session".to_owned()).expect_err(name);
        for line in text.lines().filter(|line| line.len() > 20 && !line.starts_with('-')) {
            assert!(!reason.contains(line), "{name}: {reason}");
        }
        reasons.push(format!("{name}: {reason}"));
    }

    assert_snapshot!(reasons.join("\n"), @r#"
    no key: no PEM public key in it
    words: no PEM public key in it
    without its delimiters: no PEM public key in it
    1024 bits: key 1: 1024 bits are less than 2048
    2047 bits: key 1: 2047 bits are less than 2048
    elliptic curve: key 1: not an RSA public key
    certificate: key 1: not an RSA public key
    private: key 1: it is a private key
    private, labeled as public: key 1: not an RSA public key
    private, from OpenSSL before 3: key 1: it is a private key
    private, encrypted: key 1: it is a private key
    a private one after a valid one: key 2: it is a private key
    a short one after a valid one: key 2: 1024 bits are less than 2048
    without its end: key 1: not PEM: malformedframing
    without its end, before a valid one: key 1: not PEM: invalid data: Invalid symbol 45, offset 0.
    with a mismatched end: key 1: not PEM: mismatching BEGIN ("PUBLIC KEY") and END ("CERTIFICATE") tags
    not base64: key 1: not PEM: invalid data: Invalid symbol 42, offset 6.
    truncated: key 1: not an RSA public key
    without content: key 1: not an RSA public key
    with other content: key 1: not an RSA public key
    "#);
}
