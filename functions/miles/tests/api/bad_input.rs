//! Bodies, paths and headers that the routes must reject.

use crate::shop::{FLYER, Shop};
use insta::{allow_duplicates, assert_snapshot};
use testing::Answer;

/// Formats an input and its response on one line.
fn line(given: &[u8], answer: &Answer) -> String {
    let given = given[..given.len().min(60)].escape_ascii().to_string();
    let given = given.replace("\\\"", "\"").replace("\\'", "'");
    let error = answer.json()["error"].as_str().unwrap_or_default().to_owned();
    format!("{given}  →  {} {error}", answer.status.as_u16())
}

/// Sends each body to a route and returns one line per response. No request may reach the tables.
async fn responses_to(path: &str, bodies: &[&[u8]]) -> String {
    let shop = Shop::open(500, 5000).await;
    let mut lines = Vec::new();
    for body in bodies {
        let answer = shop.app.post(path).key(&shop.key).body(*body).send().await;
        lines.push(line(body, &answer));
    }
    assert_eq!(shop.app.wire.take_operations(), [""; 0]);
    lines.join("\n")
}

/// Wraps `value` in `depth` pairs of `open` and `close`.
fn nested(open: &str, value: &str, close: &str, depth: usize) -> Vec<u8> {
    [open.repeat(depth).as_str(), value, &close.repeat(depth)].concat().into_bytes()
}

/// Bodies that are not JSON, for any route.
const NOT_JSON: [&[u8]; 20] = [
    b"{",
    b"[",
    b"{}{}",
    b"[],",
    b"{\"",
    b"{'productId':'a1b2c3'}",
    b"{productId:\"a1b2c3\"}",
    b"{\"productId\":\"a1b2c3\"",
    b"{\"productId\":\"a1b2c3\",}",
    b"{\"productId\":\"a1b2c3}",
    b"{\"productId\":}",
    b"[1,]",
    b"[01]",
    b"[NaN]",
    b"productId=a1b2c3",
    b"\xef\xbb\xbf{}",
    b"\xff\xfe{\x00}\x00",
    b"{\"productId\":\"\xff\"}",
    b"[\"\xc3\x28\"]",
    b"\x00",
];

#[tokio::test]
async fn is_rejected_unless_it_is_json() {
    assert_snapshot!(responses_to("/users/fetchUsersData", &NOT_JSON).await, @r#"
    {  →  400 Body must be valid JSON: EOF while parsing an object at line 1 column 1
    [  →  400 Body must be valid JSON: EOF while parsing a list at line 1 column 1
    {}{}  →  400 Body must be valid JSON: trailing characters at line 1 column 3
    [],  →  400 Body must be valid JSON: trailing characters at line 1 column 3
    {"  →  400 Body must be valid JSON: EOF while parsing a string at line 1 column 2
    {'productId':'a1b2c3'}  →  400 Body must be valid JSON: key must be a string at line 1 column 2
    {productId:"a1b2c3"}  →  400 Body must be valid JSON: key must be a string at line 1 column 2
    {"productId":"a1b2c3"  →  400 Body must be valid JSON: EOF while parsing an object at line 1 column 21
    {"productId":"a1b2c3",}  →  400 Body must be valid JSON: key must be a string at line 1 column 23
    {"productId":"a1b2c3}  →  400 Body must be valid JSON: EOF while parsing a string at line 1 column 21
    {"productId":}  →  400 Body must be valid JSON: expected value at line 1 column 14
    [1,]  →  400 Body must be valid JSON: expected value at line 1 column 4
    [01]  →  400 Body must be valid JSON: invalid number at line 1 column 3
    [NaN]  →  400 Body must be valid JSON: expected value at line 1 column 2
    productId=a1b2c3  →  400 Body must be valid JSON: expected value at line 1 column 1
    \xef\xbb\xbf{}  →  400 Body must be valid JSON: expected value at line 1 column 1
    \xff\xfe{\x00}\x00  →  400 Body must be UTF-8
    {"productId":"\xff"}  →  400 Body must be UTF-8
    ["\xc3("]  →  400 Body must be UTF-8
    \x00  →  400 Body must be valid JSON: expected value at line 1 column 1
    "#);
    let path = format!("/user/{FLYER}/buyProduct");
    assert_snapshot!(responses_to(&path, &NOT_JSON).await, @r#"
    {  →  400 Body must be valid JSON: EOF while parsing an object at line 1 column 1
    [  →  400 Body must be valid JSON: EOF while parsing a list at line 1 column 1
    {}{}  →  400 Body must be valid JSON: trailing characters at line 1 column 3
    [],  →  400 Body must be valid JSON: trailing characters at line 1 column 3
    {"  →  400 Body must be valid JSON: EOF while parsing a string at line 1 column 2
    {'productId':'a1b2c3'}  →  400 Body must be valid JSON: key must be a string at line 1 column 2
    {productId:"a1b2c3"}  →  400 Body must be valid JSON: key must be a string at line 1 column 2
    {"productId":"a1b2c3"  →  400 Body must be valid JSON: EOF while parsing an object at line 1 column 21
    {"productId":"a1b2c3",}  →  400 Body must be valid JSON: trailing comma at line 1 column 23
    {"productId":"a1b2c3}  →  400 Body must be valid JSON: EOF while parsing a string at line 1 column 21
    {"productId":}  →  400 Body must be valid JSON: expected value at line 1 column 14
    [1,]  →  400 Body must be valid JSON: expected value at line 1 column 4
    [01]  →  400 Body must be valid JSON: invalid number at line 1 column 3
    [NaN]  →  400 Body must be valid JSON: expected value at line 1 column 2
    productId=a1b2c3  →  400 Body must be valid JSON: expected value at line 1 column 1
    \xef\xbb\xbf{}  →  400 Body must be valid JSON: expected value at line 1 column 1
    \xff\xfe{\x00}\x00  →  400 Body must be UTF-8
    {"productId":"\xff"}  →  400 Body must be UTF-8
    ["\xc3("]  →  400 Body must be UTF-8
    \x00  →  400 Body must be valid JSON: expected value at line 1 column 1
    "#);
}

#[tokio::test]
async fn is_rejected_as_a_product_id() {
    let deep = nested("{\"a\":", "1", "}", 5000);
    let deep_id = [b"{\"productId\":".as_slice(), &nested("[", "1", "]", 5000), b"}"].concat();
    let path = format!("/user/{FLYER}/buyProduct");
    let bodies: [&[u8]; 22] = [
        b"[]",
        b"[\"a1b2c3\"]",
        b"[{\"productId\":\"a1b2c3\"}]",
        b"\"a1b2c3\"",
        b"5",
        b"null",
        b"true",
        b"{\"productId\":5}",
        b"{\"productId\":-1}",
        b"{\"productId\":1.5}",
        b"{\"productId\":1e999}",
        b"{\"productId\":123456789012345678901234567890}",
        b"{\"productId\":true}",
        b"{\"productId\":[]}",
        b"{\"productId\":[\"a1b2c3\"]}",
        b"{\"productId\":{}}",
        b"{\"productId\":{\"productId\":\"a1b2c3\"}}",
        b"{\"productId\":\"a1b2c3\",\"productId\":\"a1b2c3\"}",
        b"{\"productId\":\"\\ud800\"}",
        b"{\"productId\":\"a\nb\"}",
        &deep,
        &deep_id,
    ];
    assert_snapshot!(responses_to(&path, &bodies).await, @r#"
    []  →  400 Body must be a JSON object
    ["a1b2c3"]  →  400 Body must be a JSON object
    [{"productId":"a1b2c3"}]  →  400 Body must be a JSON object
    "a1b2c3"  →  400 Body must be a JSON object
    5  →  400 Body must be a JSON object
    null  →  400 Body must be a JSON object
    true  →  400 Body must be a JSON object
    {"productId":5}  →  400 "productId" must be a string
    {"productId":-1}  →  400 "productId" must be a string
    {"productId":1.5}  →  400 "productId" must be a string
    {"productId":1e999}  →  400 Body must be valid JSON: number out of range at line 1 column 18
    {"productId":123456789012345678901234567890}  →  400 "productId" must be a string
    {"productId":true}  →  400 "productId" must be a string
    {"productId":[]}  →  400 "productId" must be a string
    {"productId":["a1b2c3"]}  →  400 "productId" must be a string
    {"productId":{}}  →  400 "productId" must be a string
    {"productId":{"productId":"a1b2c3"}}  →  400 "productId" must be a string
    {"productId":"a1b2c3","productId":"a1b2c3"}  →  400 "productId" must be given once
    {"productId":"\\ud800"}  →  400 Body must be valid JSON: unexpected end of hex escape at line 1 column 21
    {"productId":"a\nb"}  →  400 Body must be valid JSON: control character (\u0000-\u001F) found while parsing a string at line 2 column 0
    {"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":  →  400 Missing productId in body
    {"productId":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[  →  400 "productId" must be a string
    "#);
}

#[tokio::test]
async fn is_rejected_as_user_ids() {
    let deep = nested("[", "1", "]", 50_000);
    let deep_list = [b"{\"userIds\":".as_slice(), &deep, b"}"].concat();
    let bodies: [&[u8]; 20] = [
        b"[true]",
        b"[false]",
        b"[1.5]",
        b"[1.0]",
        b"[1e3]",
        b"[1E999]",
        b"[-1.5]",
        b"[[]]",
        b"[[\"1\"]]",
        b"[{}]",
        b"[{\"userId\":\"1\"}]",
        b"[\"1\", null, \"\", true]",
        b"{\"userIds\":[\"1\",2,3.5]}",
        b"{\"userIds\":[{}]}",
        b"{\"userIds\":[\"1\"],\"userIds\":[\"2\"]}",
        b"[\"\\ud800\"]",
        b"[\"\\x\"]",
        b"[\"a\nb\"]",
        &deep,
        &deep_list,
    ];
    assert_snapshot!(responses_to("/users/fetchUsersData", &bodies).await, @r#"
    [true]  →  400 "userIds[0]" must be a string or an integer
    [false]  →  400 "userIds[0]" must be a string or an integer
    [1.5]  →  400 "userIds[0]" must be a string or an integer
    [1.0]  →  400 "userIds[0]" must be a string or an integer
    [1e3]  →  400 "userIds[0]" must be a string or an integer
    [1E999]  →  400 "userIds[0]" must be a string or an integer
    [-1.5]  →  400 "userIds[0]" must be a string or an integer
    [[]]  →  400 "userIds[0]" must be a string or an integer
    [["1"]]  →  400 "userIds[0]" must be a string or an integer
    [{}]  →  400 "userIds[0]" must be a string or an integer
    [{"userId":"1"}]  →  400 "userIds[0]" must be a string or an integer
    ["1", null, "", true]  →  400 "userIds[3]" must be a string or an integer
    {"userIds":["1",2,3.5]}  →  400 "userIds[2]" must be a string or an integer
    {"userIds":[{}]}  →  400 "userIds[0]" must be a string or an integer
    {"userIds":["1"],"userIds":["2"]}  →  400 "userIds" must be given once
    ["\\ud800"]  →  400 "userIds[0]" holds half of a surrogate pair
    ["\\x"]  →  400 Body must be valid JSON: invalid escape at line 1 column 4
    ["a\nb"]  →  400 Body must be valid JSON: control character (\u0000-\u001F) found while parsing a string at line 1 column 3
    [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[  →  400 "userIds[0]" must be a string or an integer
    {"userIds":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[  →  400 "userIds[0]" must be a string or an integer
    "#);
}

/// The maximum body size is 100 kB.
#[tokio::test]
async fn is_rejected_when_too_large() {
    let shop = Shop::open(500, 5000).await;
    for (path, valid) in [
        (format!("/user/{FLYER}/buyProduct"), format!(r#"{{"productId":"{}"}}"#, shop.product)),
        ("/users/fetchUsersData".to_owned(), format!("[{FLYER}]")),
    ] {
        let padded = |size: usize| valid.clone() + &" ".repeat(size - valid.len());
        let _largest = shop.app.post(&path).key(&shop.key).body(padded(100 * 1024)).send().await.expect(200);
        shop.app.wire.reset();
        for size in [100 * 1024 + 1, 1024 * 1024, 8 * 1024 * 1024] {
            let refused = shop.app.post(&path).key(&shop.key).body(padded(size)).send().await;
            allow_duplicates!(assert_snapshot!(refused.shown(), @r#"
            413 {
              "error": "Request body is larger than 102400 bytes"
            }
            "#));
        }
        assert_eq!(shop.app.wire.take_operations(), [""; 0]);
    }
}

#[tokio::test]
async fn is_rejected_in_a_path() {
    let shop = Shop::open(500, 5000).await;
    let mut lines = Vec::new();
    for flyer in ["%FF", "%C3%28", "%ED%A0%80", "123456789%FF"] {
        for path in ["buyProduct", "transactions/123456789-1/refund"] {
            let path = format!("/user/{flyer}/{path}");
            let body = format!(r#"{{"productId":"{}"}}"#, shop.product);
            lines.push(line(path.as_bytes(), &shop.app.post(&path).key(&shop.key).body(body).send().await));
        }
        let path = format!("/user/{flyer}/transactions");
        lines.push(line(path.as_bytes(), &shop.app.get(&path).key(&shop.key).send().await));
    }
    let path = format!("/user/{FLYER}/transactions/%FF/refund");
    lines.push(line(path.as_bytes(), &shop.app.post(&path).key(&shop.key).send().await));

    assert_snapshot!(lines.join("\n"), @"
    /user/%FF/buyProduct  →  400 Path must be percent-encoded UTF-8
    /user/%FF/transactions/123456789-1/refund  →  400 Path must be percent-encoded UTF-8
    /user/%FF/transactions  →  400 Path must be percent-encoded UTF-8
    /user/%C3%28/buyProduct  →  400 Path must be percent-encoded UTF-8
    /user/%C3%28/transactions/123456789-1/refund  →  400 Path must be percent-encoded UTF-8
    /user/%C3%28/transactions  →  400 Path must be percent-encoded UTF-8
    /user/%ED%A0%80/buyProduct  →  400 Path must be percent-encoded UTF-8
    /user/%ED%A0%80/transactions/123456789-1/refund  →  400 Path must be percent-encoded UTF-8
    /user/%ED%A0%80/transactions  →  400 Path must be percent-encoded UTF-8
    /user/123456789%FF/buyProduct  →  400 Path must be percent-encoded UTF-8
    /user/123456789%FF/transactions/123456789-1/refund  →  400 Path must be percent-encoded UTF-8
    /user/123456789%FF/transactions  →  400 Path must be percent-encoded UTF-8
    /user/123456789/transactions/%FF/refund  →  400 Path must be percent-encoded UTF-8
    ");
    assert_eq!(shop.app.wire.take_operations(), [""; 0]);
}

/// The response for an unknown route names the decoded path.
#[tokio::test]
async fn gets_a_404_on_an_unknown_route() {
    let shop = Shop::open(500, 5000).await;
    let mut answers = Vec::new();
    for path in [
        "/user",
        "/user/",
        "/user/123456789",
        "/user/123456789/buyProduct/",
        "/user/123456789/buyproduct",
        "/user/1234/56789/buyProduct",
        "/user/123456789/transactions/123456789-1",
        "/user/123456789/buyProduct%2F",
    ] {
        let answer = shop.app.post(path).key(&shop.key).body("{}").send().await;
        assert_eq!(answer.json()["path"], path.replace("%2F", "/"));
        answers.push(line(path.as_bytes(), &answer));
    }
    assert_snapshot!(answers.join("\n"), @"
    /user  →  404 Not Found
    /user/  →  404 Not Found
    /user/123456789  →  404 Not Found
    /user/123456789/buyProduct/  →  404 Not Found
    /user/123456789/buyproduct  →  404 Not Found
    /user/1234/56789/buyProduct  →  404 Not Found
    /user/123456789/transactions/123456789-1  →  404 Not Found
    /user/123456789/buyProduct%2F  →  404 Not Found
    ");
}
