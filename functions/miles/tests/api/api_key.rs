//! Authentication of the flyer routes by API key.

use crate::shop::{FLYER, Shop};
use http::Method;

/// Returns the routes, each with a valid body if it takes one.
fn routes(shop: &Shop) -> [(Method, String, String); 4] {
    [
        (Method::POST, "/users/fetchUsersData".to_owned(), format!("[{FLYER}]")),
        (Method::POST, format!("/user/{FLYER}/buyProduct"), format!(r#"{{"productId":"{}"}}"#, shop.product)),
        (Method::GET, format!("/user/{FLYER}/transactions"), String::new()),
        (Method::POST, format!("/user/{FLYER}/transactions/{FLYER}-1/refund"), String::new()),
    ]
}

#[tokio::test]
async fn is_checked_before_anything_else() {
    let shop = Shop::open(500, 5000).await;

    for (method, path, good_body) in routes(&shop) {
        for body in [&*good_body, "{"] {
            let without = shop.app.call(method.clone(), &path).body(body).send().await;
            let empty = shop.app.call(method.clone(), &path).key("").body(body).send().await;
            let blank = shop.app.call(method.clone(), &path).key(" ").body(body).send().await;
            for answer in [without, empty, blank] {
                assert_eq!(answer.shown(), "401 {\n  \"error\": \"Missing x-api-key header\"\n}", "{path}");
            }
        }
    }
    assert_eq!(shop.app.wire.take_operations(), [""; 0]);
}

#[tokio::test]
async fn must_be_known() {
    let shop = Shop::open(500, 5000).await;
    let long = "k".repeat(10_000);
    let lower_case = shop.key.to_lowercase();
    let unknown: [&[u8]; 6] =
        [b"sky_unknown", b"null", &shop.key.as_bytes()[1..], lower_case.as_bytes(), long.as_bytes(), b"\xff\xfe"];

    for (method, path, body) in routes(&shop) {
        for key in unknown {
            let call = shop.app.call(method.clone(), &path).header_bytes("x-api-key", key);
            let answer = call.body(body.clone()).send().await;
            assert_eq!(answer.shown(), "401 {\n  \"error\": \"Invalid API key\"\n}", "{path} {key:?}");
        }
    }
    assert!(
        shop.app.wire.take_operations().iter().all(|operation| operation == "GetItem"),
        "only the key should be read"
    );
    assert_eq!(shop.entries().await, 1);
}
