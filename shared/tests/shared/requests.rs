//! Requests as clients send them: compressed, with a trailing slash, with `HEAD`; and what every response carries.

use flate2::Compression;
use flate2::write::{GzDecoder, GzEncoder};
use http::Method;
use serde_json::{Value, json};
use std::io::Write;
use testing::{Answer, TestApp};

fn compressed(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn decompressed(bytes: &[u8]) -> Vec<u8> {
    let mut decoder = GzDecoder::new(Vec::new());
    decoder.write_all(bytes).unwrap();
    decoder.finish().unwrap()
}

/// Sends a product with the given encoding.
async fn create_product(app: &TestApp, key: &str, encoding: &str, body: Vec<u8>) -> Answer {
    let call = app.post("/airline/products").key(key).header("content-type", "application/json");
    call.header("content-encoding", encoding).body(body).send().await
}

#[tokio::test]
async fn may_be_compressed_with_gzip() {
    let app = crate::start().await;
    let key = app.airline("skyteam").await;
    let product = json!({ "name": "Lounge", "priceMiles": 5 }).to_string().into_bytes();

    for encoding in ["gzip", "GZIP", "x-gzip"] {
        let created = create_product(&app, &key, encoding, compressed(&product)).await;
        assert_eq!(created.expect(201).json()["name"], "Lounge", "{encoding}");
    }
    // A gateway may have undone it and left the header.
    let _created = create_product(&app, &key, "gzip", product.clone()).await.expect(201);

    for (encoding, body, status) in [
        ("gzip", b"\x1f\x8b\x08broken".to_vec(), 400),
        ("gzip", b"no JSON".to_vec(), 415),
        ("br", product, 415),
        ("gzip, gzip", vec![], 415),
    ] {
        let refused = create_product(&app, &key, encoding, body).await;
        assert_eq!(refused.status, status, "{encoding}: {}", refused.shown());
    }
}

/// The limit of 100 kB counts after decompression.
#[tokio::test]
async fn may_not_decompress_to_more_than_100_kilobytes() {
    let app = crate::start().await;
    let key = app.airline("skyteam").await;
    let padded = |size: usize| {
        let product = json!({ "name": "Lounge", "priceMiles": 5 }).to_string();
        compressed((product.clone() + &" ".repeat(size - product.len())).as_bytes())
    };

    let _created = create_product(&app, &key, "gzip", padded(102_400)).await.expect(201);
    for size in [102_401, 50_000_000] {
        assert_eq!(create_product(&app, &key, "gzip", padded(size)).await.status, 413, "{size}");
    }
}

#[tokio::test]
async fn get_large_responses_compressed_if_they_accept_it() {
    let app = crate::start().await;
    let key = app.airline("skyteam").await;
    let list = async |accepted: &str| {
        let call = app.get("/airline/fetchProductsData").key(&key).header("accept-encoding", accepted);
        call.send().await.expect(200)
    };
    let _product = app.product(&key, 5).await;
    assert_eq!(list("gzip").await.header("content-encoding"), None, "a small response gains too little");
    for _ in 0..30 {
        let _product = app.product(&key, 5).await;
    }

    let plain = list("identity").await;
    assert_eq!(plain.header("content-encoding"), None);
    assert!(plain.bytes.len() > 4096);
    let small = list("br, gzip;q=0.8").await;
    assert_eq!(small.header("content-encoding"), Some("gzip"));
    assert!(small.bytes.len() * 4 < plain.bytes.len());
    assert_eq!(decompressed(&small.bytes), plain.bytes);
}

#[tokio::test]
async fn are_redirected_from_a_trailing_slash() {
    let mut app = crate::start().await;
    app.router = shared::http::router(crate::routes(), app.app.clone());
    let redirects = [
        (Method::GET, "/users/", "/users"),
        (Method::PATCH, "/users/self/", "/users/self"),
        (Method::GET, "/users/search/?role=MEMBER&size=1", "/users/search?role=MEMBER&size=1"),
        (Method::GET, "/users/userId/a%2Fb%5C/", "/users/userId/a%2Fb%5C"),
        (Method::GET, "/flight/fetchUpcomingFlights/", "/flight/fetchUpcomingFlights"),
        (Method::GET, "/airline/products/", ""),
        (Method::GET, "/users//", ""),
        (Method::GET, "//", "/"),
        (Method::GET, "//example.com/", ""),
        (Method::PUT, "/users/", ""),
        (Method::POST, "/flight/fetchUpcomingFlights/", ""),
        (Method::GET, "/no/such/route/", ""),
    ];

    for (method, path, location) in redirects {
        let answer = app.call(method.clone(), path).send().await;
        let expected = if location.is_empty() { (404, None) } else { (308, Some(location)) };
        assert_eq!((answer.status.as_u16(), answer.header("location")), expected, "{method} {path}");
    }
}

#[tokio::test]
async fn get_the_same_headers_on_every_response() {
    let app = crate::start().await;
    let key = app.airline("skyteam").await;

    for (method, path, status) in [
        (Method::GET, "/health", 200),
        (Method::GET, "/status", 200),
        (Method::POST, "/airline/products", 400),
        (Method::GET, "/no/such/route", 404),
        (Method::PUT, "/health", 404),
        (Method::HEAD, "/health", 404),
    ] {
        let answer = app.call(method.clone(), path).key(&key).send().await;
        assert_eq!(answer.status, status, "{method} {path}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{method} {path}");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{method} {path}");
        assert_eq!(answer.header("allow"), None, "{method} {path}");
        assert!(method != Method::HEAD || answer.bytes.is_empty());
    }
}

/// The body of an error is JSON whatever the request was.
#[tokio::test]
async fn without_a_route_get_json() {
    let app = crate::start().await;
    let answer: Value = app.get("/%0A?x=%FF").send().await.expect(404).json();
    assert_eq!(answer, json!({ "error": "Not Found", "path": "/\n" }));
}
