//! Records of outcomes that an earlier deployment wrote are replayed as they are.

use crate::shop::{FLYER, Shop};
use crate::stored::Stored;
use serde_json::json;
use shared::models::KeyDigest;
use testing::Call;

/// What the route answered when it was recorded. No route answers this today.
const EARLIER: &str = r#"{ "made" : "earlier" }"#;

fn sha256(text: &str) -> String {
    KeyDigest::of(text).as_str().to_owned()
}

/// A request and how each version describes it.
struct Recorded<'a> {
    call: Box<dyn Fn() -> Call<'a> + 'a>,
    first_version: Option<String>,
    today: String,
    status: usize,
}

fn recorded<'a>(shop: &'a Shop, flight: &'a str) -> [Recorded<'a>; 5] {
    let product = &shop.product;
    let boarding = r#"{"userId":"123456789","miles":5,"username":null,"displayName":null,"avatarUrl":null}"#;
    [
        Recorded {
            call: Box::new(|| shop.buy()),
            first_version: Some(format!(r#"["purchase","{product}"]"#)),
            today: format!(r#"["purchase",{{"product":"{product}"}}]"#),
            status: 200,
        },
        Recorded {
            call: Box::new(move || {
                let call = shop.app.post(&format!("/flight/{flight}/passengers")).key(&shop.key);
                call.json(&json!({ "userId": FLYER, "miles": 5 }))
            }),
            first_version: Some(format!(r#"["boarding","{flight}",{boarding}]"#)),
            today: format!(r#"["boarding","{flight}",{{"miles":5,"userId":"123456789"}}]"#),
            status: 201,
        },
        Recorded {
            call: Box::new(|| shop.refund("123456789-2")),
            first_version: None,
            today: r#"{"refund":{"of":"123456789-2"}}"#.to_owned(),
            status: 201,
        },
        Recorded {
            call: Box::new(|| shop.reverse("123456789-1", &json!({}))),
            first_version: None,
            today: r#"{"reversal":{"of":"123456789-1","partial":false}}"#.to_owned(),
            status: 201,
        },
        Recorded {
            call: Box::new(|| {
                let call = shop.app.post(&format!("/user/{FLYER}/adjustments")).key(&shop.key);
                call.json(&json!({ "note": "Staff", "amount": 7 }))
            }),
            first_version: None,
            today: r#"{"adjustment":{"amount":7,"flyer":"123456789","note":"Staff"}}"#.to_owned(),
            status: 201,
        },
    ]
}

#[tokio::test]
async fn outcomes_of_both_versions_are_replayed() {
    let shop = Shop::open(500, 5000).await;
    let flight = shop.app.flight(&shop.key, "skyteam").await;
    let stored = Stored::of(&shop.app);
    let expires_at = usize::try_from(shop.app.now().as_second()).unwrap() + 60;
    for (n, Recorded { call, first_version, today, status }) in recorded(&shop, &flight).into_iter().enumerate() {
        let (first_key, key) = (format!("old-{n}"), format!("new-{n}"));
        if let Some(request) = &first_version {
            let texts = [("fingerprint", &*sha256(request)), ("answer", EARLIER), ("entry", "123456789-1")];
            let pk = format!("IDEMPOTENCY#skyteam#{FLYER}#{first_key}");
            stored.put_outcome(&pk, "OUTCOME", &texts, &[("expires_at", expires_at)]).await;
        }
        let fingerprint = format!("2:{}", sha256(&today));
        let texts = [("fingerprint", &*fingerprint), ("answer", EARLIER), ("entry", "123456789-1")];
        let (pk, sk) = (format!("FLYER#{FLYER}"), format!("OUTCOME#skyteam#{key}"));
        stored.put_outcome(&pk, &sk, &texts, &[("status", status), ("expires_at", expires_at)]).await;

        for key in first_version.map(|_| first_key).into_iter().chain([key]) {
            let answer = call().header("idempotency-key", &key).send().await;
            assert_eq!((usize::from(answer.status.as_u16()), &*answer.bytes), (status, EARLIER.as_bytes()), "{key}");
            assert_eq!(answer.header("idempotency-replayed"), Some("true"));
            assert_eq!(answer.header("content-type"), Some("application/json"));
        }
    }
    assert_eq!(shop.entries().await, 1, "nothing should have been written");
}

/// An expired record of either version does not count.
#[tokio::test]
async fn expired_outcomes_of_both_versions_are_ignored() {
    let shop = Shop::open(500, 5000).await;
    let stored = Stored::of(&shop.app);
    let expires_at = usize::try_from(shop.app.now().as_second()).unwrap();
    for (pk, sk) in
        [(format!("IDEMPOTENCY#skyteam#{FLYER}#one"), "OUTCOME"), (format!("FLYER#{FLYER}"), "OUTCOME#skyteam#one")]
    {
        let texts = [("fingerprint", "another"), ("answer", EARLIER), ("entry", "123456789-1")];
        stored.put_outcome(&pk, sk, &texts, &[("expires_at", expires_at)]).await;
    }
    let bought = shop.buy().header("idempotency-key", "one").send().await.expect(200);
    let again = shop.buy().header("idempotency-key", "one").send().await.expect(200);
    assert_eq!(bought.bytes, again.bytes);
    assert_eq!(shop.entries().await, 2);
}
