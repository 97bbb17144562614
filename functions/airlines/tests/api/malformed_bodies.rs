//! Bodies that are not a valid JSON object, sent to every route that takes a body.

use crate::bad_input::in_one_line;
use crate::superusers::session;
use insta::assert_snapshot;
use serde_json::json;
use std::fmt::Write;
use testing::{Call, TestApp};

/// A running API with everything needed to call each route that takes a body.
struct Routes {
    app: TestApp,
    key: String,
    product: String,
    session: String,
}

impl Routes {
    async fn start() -> Self {
        let app = crate::start().await;
        let session = session(&app).await;
        let key = app.airline("skyteam").await;
        let product = app.product(&key, 500).await;
        Self { app, key, product, session }
    }

    fn of_game_servers(&self) -> Vec<Call<'_>> {
        let product = format!("/airline/products/{}", self.product);
        let calls = [self.app.post("/airline/products"), self.app.patch(&product), self.app.post("/airline/brands")];
        calls.map(|call| call.key(&self.key)).into()
    }

    fn of_superusers(&self) -> Vec<Call<'_>> {
        let calls = [self.app.post("/airlines"), self.app.post("/airlines/skyteam/keys")];
        calls.map(|call| call.bearer(&self.session).header("content-type", "application/json")).into()
    }

    /// Sends the body to each route and returns the response, which must be the same for all of them. Only the members
    /// table may be read.
    async fn answer(&self, calls: Vec<Call<'_>>, body: &[u8]) -> String {
        let mut answers = Vec::new();
        for call in calls {
            answers.push(in_one_line(&call.body(body).send().await));
        }
        assert!(self.app.wire.take_operations().iter().all(|operation| operation == "GetItem"));
        answers.dedup();
        assert_eq!(answers.len(), 1, "{answers:?}");
        answers.remove(0)
    }
}

#[tokio::test]
async fn are_rejected() {
    let routes = Routes::start().await;
    let too_deep = "[".repeat(200);
    let bodies: &[&[u8]] = &[
        b"[]",
        br#"[{"name":"Lounge"}]"#,
        b"null",
        b"true",
        b"7",
        br#""name""#,
        b"{",
        br#"{""#,
        br#"{"na"#,
        b"{,}",
        b"{1:2}",
        b"{'name':'Lounge'}",
        b"{name:1}",
        b"name=Lounge&priceMiles=500",
        b"<name>Lounge</name>",
        b"\xef\xbb\xbf{}",
        b"{\"\xff\":1}",
        b"\xff\xfe{\0}\0",
        b"\0",
        b"{\"a\nb\":1}",
        br#"{"\ud800":1}"#,
        too_deep.as_bytes(),
    ];
    let (mut game_servers, mut superusers) = (String::new(), String::new());

    for body in bodies {
        let shown: String = body.escape_ascii().to_string().chars().take(40).collect();
        writeln!(game_servers, "{shown} → {}", routes.answer(routes.of_game_servers(), body).await).unwrap();
        writeln!(superusers, "{shown} → {}", routes.answer(routes.of_superusers(), body).await).unwrap();
    }

    assert_snapshot!(game_servers, @r#"
    [] → 400 {"error":"Body must be a JSON object"}
    [{\"name\":\"Lounge\"}] → 400 {"error":"Body must be a JSON object"}
    null → 400 {"error":"Body must be a JSON object"}
    true → 400 {"error":"Body must be a JSON object"}
    7 → 400 {"error":"Body must be a JSON object"}
    \"name\" → 400 {"error":"Body must be a JSON object"}
    { → 400 {"error":"Body must be valid JSON: EOF while parsing an object at line 1 column 1"}
    {\" → 400 {"error":"Body must be valid JSON: EOF while parsing a string at line 1 column 2"}
    {\"na → 400 {"error":"Body must be valid JSON: EOF while parsing a string at line 1 column 4"}
    {,} → 400 {"error":"Body must be valid JSON: key must be a string at line 1 column 2"}
    {1:2} → 400 {"error":"Body must be valid JSON: key must be a string at line 1 column 2"}
    {\'name\':\'Lounge\'} → 400 {"error":"Body must be valid JSON: key must be a string at line 1 column 2"}
    {name:1} → 400 {"error":"Body must be valid JSON: key must be a string at line 1 column 2"}
    name=Lounge&priceMiles=500 → 400 {"error":"Body must be valid JSON: expected ident at line 1 column 2"}
    <name>Lounge</name> → 400 {"error":"Body must be valid JSON: expected value at line 1 column 1"}
    \xef\xbb\xbf{} → 400 {"error":"Body must be valid JSON: expected value at line 1 column 1"}
    {\"\xff\":1} → 400 {"error":"Body must be UTF-8"}
    \xff\xfe{\x00}\x00 → 400 {"error":"Body must be UTF-8"}
    \x00 → 400 {"error":"Body must be valid JSON: expected value at line 1 column 1"}
    {\"a\nb\":1} → 400 {"error":"Body must be valid JSON: control character (\\u0000-\\u001F) found while parsing a string at line 2 column 0"}
    {\"\\ud800\":1} → 400 {"error":"Body must be valid JSON: unexpected end of hex escape at line 1 column 9"}
    [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[ → 400 {"error":"Body must be valid JSON: EOF while parsing a list at line 1 column 200"}
    "#);
    assert_snapshot!(superusers, @r#"
    [] → 400 {"statusCode":400,"error":"Bad Request","message":"Body must be a JSON object"}
    [{\"name\":\"Lounge\"}] → 400 {"statusCode":400,"error":"Bad Request","message":"Body must be a JSON object"}
    null → 400 {"statusCode":400,"error":"Bad Request","message":"Body must be a JSON object"}
    true → 400 {"statusCode":400,"error":"Bad Request","message":"Body must be a JSON object"}
    7 → 400 {"statusCode":400,"error":"Bad Request","message":"Body must be a JSON object"}
    \"name\" → 400 {"statusCode":400,"error":"Bad Request","message":"Body must be a JSON object"}
    { → 400 {"statusCode":400,"error":"Bad Request","message":"Body must be valid JSON: EOF while parsing an object at line 1 column 1"}
    {\" → 400 {"statusCode":400,"error":"Bad Request","message":"Body must be valid JSON: EOF while parsing a string at line 1 column 2"}
    {\"na → 400 {"statusCode":400,"error":"Bad Request","message":"Body must be valid JSON: EOF while parsing a string at line 1 column 4"}
    {,} → 400 {"statusCode":400,"error":"Bad Request","message":"Body must be valid JSON: key must be a string at line 1 column 2"}
    {1:2} → 400 {"statusCode":400,"error":"Bad Request","message":"Body must be valid JSON: key must be a string at line 1 column 2"}
    {\'name\':\'Lounge\'} → 400 {"statusCode":400,"error":"Bad Request","message":"Body must be valid JSON: key must be a string at line 1 column 2"}
    {name:1} → 400 {"statusCode":400,"error":"Bad Request","message":"Body must be valid JSON: key must be a string at line 1 column 2"}
    name=Lounge&priceMiles=500 → 400 {"statusCode":400,"error":"Bad Request","message":"Body must be valid JSON: expected ident at line 1 column 2"}
    <name>Lounge</name> → 400 {"statusCode":400,"error":"Bad Request","message":"Body must be valid JSON: expected value at line 1 column 1"}
    \xef\xbb\xbf{} → 400 {"statusCode":400,"error":"Bad Request","message":"Body must be valid JSON: expected value at line 1 column 1"}
    {\"\xff\":1} → 400 {"statusCode":400,"error":"Bad Request","message":"Body must be UTF-8"}
    \xff\xfe{\x00}\x00 → 400 {"statusCode":400,"error":"Bad Request","message":"Body must be UTF-8"}
    \x00 → 400 {"statusCode":400,"error":"Bad Request","message":"Body must be valid JSON: expected value at line 1 column 1"}
    {\"a\nb\":1} → 400 {"statusCode":400,"error":"Bad Request","message":"Body must be valid JSON: control character (\\u0000-\\u001F) found while parsing a string at line 2 column 0"}
    {\"\\ud800\":1} → 400 {"statusCode":400,"error":"Bad Request","message":"Body must be valid JSON: unexpected end of hex escape at line 1 column 9"}
    [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[ → 400 {"statusCode":400,"error":"Bad Request","message":"Body must be valid JSON: EOF while parsing a list at line 1 column 200"}
    "#);
}

#[tokio::test]
async fn are_rejected_when_they_are_cut_off_inside_a_field() {
    let routes = Routes::start().await;
    let bodies: &[&[u8]] = &[
        br#"{"name""#,
        br#"{"name":"#,
        br#"{"name":""#,
        br#"{"name":"Lounge""#,
        br#"{"name":"Lounge","#,
        br#"{"name":"Lounge",}"#,
        br#"{"name" "Lounge"}"#,
        br#"{"name":"Lounge""priceMiles":1}"#,
        br#"{"name":Lounge}"#,
        br#"{"name":"\x41"}"#,
        b"{\"name\":\"a\nb\"}",
        b"{\"name\":\"\xff\"}",
    ];
    let mut answers = String::new();

    for body in bodies {
        let shown = body.escape_ascii();
        writeln!(answers, "{shown} → {}", routes.answer(routes.of_game_servers(), body).await).unwrap();
    }

    assert_snapshot!(answers, @r#"
    {\"name\" → 400 {"error":"Body must be valid JSON: EOF while parsing an object at line 1 column 7"}
    {\"name\": → 400 {"error":"Body must be valid JSON: EOF while parsing a value at line 1 column 8"}
    {\"name\":\" → 400 {"error":"Body must be valid JSON: EOF while parsing a string at line 1 column 9"}
    {\"name\":\"Lounge\" → 400 {"error":"Body must be valid JSON: EOF while parsing an object at line 1 column 16"}
    {\"name\":\"Lounge\", → 400 {"error":"Body must be valid JSON: EOF while parsing a value at line 1 column 17"}
    {\"name\":\"Lounge\",} → 400 {"error":"Body must be valid JSON: trailing comma at line 1 column 18"}
    {\"name\" \"Lounge\"} → 400 {"error":"Body must be valid JSON: expected `:` at line 1 column 9"}
    {\"name\":\"Lounge\"\"priceMiles\":1} → 400 {"error":"Body must be valid JSON: expected `,` or `}` at line 1 column 17"}
    {\"name\":Lounge} → 400 {"error":"Body must be valid JSON: expected value at line 1 column 9"}
    {\"name\":\"\\x41\"} → 400 {"error":"Body must be valid JSON: invalid escape at line 1 column 11"}
    {\"name\":\"a\nb\"} → 400 {"error":"Body must be valid JSON: control character (\\u0000-\\u001F) found while parsing a string at line 2 column 0"}
    {\"name\":\"\xff\"} → 400 {"error":"Body must be UTF-8"}
    "#);
}

#[tokio::test]
async fn get_an_error_that_names_the_unknown_field() {
    let routes = Routes::start().await;
    let mut answers = String::new();

    for call in routes.of_game_servers().into_iter().chain(routes.of_superusers()) {
        writeln!(answers, "{}", in_one_line(&call.body(r#"{"color":"red"}"#).send().await)).unwrap();
    }

    assert_snapshot!(answers, @r#"
    400 {"error":"\"color\" is not allowed"}
    400 {"error":"\"color\" is not allowed"}
    400 {"error":"\"color\" is not allowed"}
    400 {"statusCode":400,"error":"Bad Request","message":"\"color\" is not allowed"}
    400 {"statusCode":400,"error":"Bad Request","message":"\"color\" is not allowed"}
    "#);
}

#[tokio::test]
async fn get_an_error_that_names_the_field_whatever_its_name() {
    let routes = Routes::start().await;
    let mut answers = String::new();

    for name in ["", ".", "a b", "na\\\"me", "\\u0000", "__proto__", "✈", &"x".repeat(90_000)] {
        let call = routes.app.post("/airlines/skyteam/keys").bearer(&routes.session);
        let answer = call.header("content-type", "application/json").body(format!("{{\"{name}\":1}}")).send().await;
        writeln!(answers, "{}", in_one_line(&answer)).unwrap();
    }

    assert_snapshot!(answers, @r#"
    400 {"statusCode":400,"error":"Bad Request","message":"\"\" is not allowed"}
    400 {"statusCode":400,"error":"Bad Request","message":"\".\" is not allowed"}
    400 {"statusCode":400,"error":"Bad Request","message":"\"a b\" is not allowed"}
    400 {"statusCode":400,"error":"Bad Request","message":"\"na\"me\" is not allowed"}
    400 {"statusCode":400,"error":"Bad Request","message":"\"\u0000\" is not allowed"}
    400 {"statusCode":400,"error":"Bad Request","message":"\"__proto__\" is not allowed"}
    400 {"statusCode":400,"error":"Bad Request","message":"\"✈\" is not allowed"}
    400 {"statusCode":400,"error":"Bad Request","message":"\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…\" is not allowed"}
    "#);
}

#[tokio::test]
async fn get_an_error_that_names_the_duplicate_field() {
    let routes = Routes::start().await;
    let app = &routes.app;
    let product = app.post("/airline/products").key(&routes.key);
    let product = product.body(r#"{"name":"A","priceMiles":1,"priceMiles":2}"#).send().await;
    let change = app.patch(&format!("/airline/products/{}", routes.product)).key(&routes.key);
    let change = change.body(r#"{"active":true,"active":false}"#).send().await;
    let airline = app.post("/airlines").bearer(&routes.session).header("content-type", "application/json");
    let airline = airline.body(r#"{"airlineId":"a","name":"A","airlineId":"b"}"#).send().await;

    assert_snapshot!(in_one_line(&product), @r#"400 {"error":"\"priceMiles\" must be given once"}"#);
    assert_snapshot!(in_one_line(&change), @r#"400 {"error":"\"active\" must be given once"}"#);
    assert_snapshot!(in_one_line(&airline), @r#"400 {"statusCode":400,"error":"Bad Request","message":"\"airlineId\" must be given once"}"#);
    assert_eq!(app.wire.take_operations(), ["GetItem"]);
}

#[tokio::test]
async fn are_rejected_above_100_kilobytes() {
    let routes = Routes::start().await;
    let mut largest = json!({ "name": "Lounge", "priceMiles": 500 }).to_string();
    largest.push_str(&" ".repeat(102_400 - largest.len()));

    let created = routes.app.post("/airline/products").key(&routes.key).body(largest.clone()).send().await;
    assert_eq!(created.status, 201);
    routes.app.wire.reset();

    let larger = format!("{largest} ");
    assert_snapshot!(routes.answer(routes.of_game_servers(), larger.as_bytes()).await, @r#"413 {"error":"Request body is larger than 102400 bytes"}"#);
    assert_snapshot!(routes.answer(routes.of_superusers(), larger.as_bytes()).await, @r#"413 {"statusCode":413,"error":"Payload Too Large","message":"Request body is larger than 102400 bytes"}"#);
    let huge = vec![b'['; 5_000_000];
    assert_snapshot!(routes.answer(routes.of_game_servers(), &huge).await, @r#"413 {"error":"Request body is larger than 102400 bytes"}"#);
}

#[tokio::test]
async fn are_parsed_only_for_authorized_callers() {
    let routes = Routes::start().await;

    for request in [routes.app.post("/airline/products"), routes.app.post("/airlines")] {
        assert_eq!(request.body("{").send().await.status, 401);
    }
    assert!(routes.app.wire.take_operations().is_empty());
}
