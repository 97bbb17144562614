//! If Discord fails or its member list is incomplete, no member is changed or archived.

use crate::guild::{Guild, JOINED, People, TOKEN};
use crate::scene::{DAY, is_archived, member, record, try_run};
use archive_users::{RunError, handle};
use serde_json::json;
use shared::members::SyncError;
use shared::store::with_causes;
use std::time::{Duration, Instant};
use testing::{Fault, TestApp};
use wiremock::ResponseTemplate;

const TIMEOUT: Duration = Duration::from_millis(500);

/// Starts the API with `ada`, who is stored as being on Discord, and `bob`, who is not. In fact both have left.
async fn with_ada_and_bob() -> TestApp {
    let app = crate::start().await;
    app.member("root", &["super_user", "in_discord"]).await;
    app.member("ada", &[]).await;
    app.member("bob", &[]).await;
    record(&app, "ada", &json!({ "discordId": "99999999999999101", "in_discord": true })).await;
    record(&app, "bob", &json!({ "discordId": "99999999999999102" })).await;
    app.clock.advance(8 * DAY);
    app
}

fn json_response(status: u16, body: serde_json::Value) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(body)
}

/// Asserts that a run rejects Discord's list and changes nothing, and returns the error. It must not reveal the token
/// or the URL.
async fn sync_error(app: &TestApp, guild: &Guild) -> String {
    let app = guild.known_to(app, TIMEOUT);
    let (ada, bob) = (member(&app, "ada").await, member(&app, "bob").await);
    app.wire.reset();

    let error = try_run(&app).await.expect_err("the list should be rejected as incomplete");

    assert!(matches!(error, RunError::Sync(SyncError::Incomplete(_))), "{error}");
    assert_eq!(app.wire.take_operations(), ["Query"], "only the members with accounts should be read");
    assert_eq!((member(&app, "ada").await, member(&app, "bob").await), (ada, bob));
    let message = with_causes(&error);
    assert!(
        !message.contains(TOKEN) && !message.contains("guilds") && !format!("{error:?}").contains(TOKEN),
        "{error:?}"
    );
    message
}

#[tokio::test]
async fn include_every_unusable_member_list() {
    let app = with_ada_and_bob().await;
    let person = |id: &str| json!({ "user": { "id": id }, "joined_at": JOINED });
    let unusable = [
        ("not JSON", ResponseTemplate::new(200).set_body_string("<html>")),
        ("half a page", ResponseTemplate::new(200).set_body_string(r#"[{"user":{"id":"7"},"joined_at":null},{"us"#)),
        ("an empty body", ResponseTemplate::new(200)),
        ("not a list", json_response(200, json!({ "message": "ok" }))),
        ("an empty list", json_response(200, json!([]))),
        ("an entry without an account", json_response(200, json!([{ "joined_at": JOINED }]))),
        ("an invalid date", json_response(200, json!([{ "user": { "id": "7" }, "joined_at": "yesterday" }]))),
        ("an invalid id", json_response(200, json!([person("seven")]))),
        ("a duplicate account", json_response(200, json!([person("7"), person("7")]))),
        ("an account before the start of the page", json_response(200, json!([person("0")]))),
        ("the same page forever", json_response(200, json!([person("7"), person("8")]))),
        ("no content", ResponseTemplate::new(204)),
        ("a redirect to nowhere", ResponseTemplate::new(304)),
        ("no such guild", json_response(404, json!({ "message": "Unknown Guild", "code": 10004 }))),
        ("an invalid token", json_response(401, json!({ "message": "401: Unauthorized", "code": 0 }))),
        ("no permission", json_response(403, json!({ "message": "Missing Access", "code": 50001 }))),
        ("an error", ResponseTemplate::new(500)),
        ("a gateway error", ResponseTemplate::new(502).set_body_string("<html>")),
    ];
    let mut messages = Vec::new();
    for (what, answer) in unusable {
        let guild = Guild::start().await;
        guild.respond_with(answer).await;

        messages.push(format!("{what}: {}", sync_error(&app, &guild).await));
    }
    insta::assert_snapshot!(messages.join("\n").replace("Discord's member list is incomplete; nothing was changed", "…"), @"
    not JSON: …: unusable response: expected value at line 1 column 1
    half a page: …: unusable response: EOF while parsing a string at line 1 column 42
    an empty body: …: unusable response: EOF while parsing a value at line 1 column 0
    not a list: …: unusable response: invalid type: map, expected a sequence at line 1 column 0
    an empty list: …: unusable response: the list is empty
    an entry without an account: …: unusable response: missing field `user` at line 1 column 49
    an invalid date: …: unusable response: must be an ISO 8601 time with offset, in the years 1970 to 9999 at line 1 column 25
    an invalid id: …: unusable response: the id of an account is not a number
    a duplicate account: …: unusable response: an account is listed twice
    an account before the start of the page: …: unusable response: a page does not start after the previous one
    the same page forever: …: unusable response: a page does not start after the previous one
    no content: …: responded with 204 No Content
    a redirect to nowhere: …: responded with 304 Not Modified
    no such guild: …: responded with 404 Not Found
    an invalid token: …: responded with 401 Unauthorized
    no permission: …: responded with 403 Forbidden
    an error: …: responded with 500 Internal Server Error
    a gateway error: …: responded with 502 Bad Gateway
    ");
}

#[tokio::test]
async fn on_a_later_page_change_nothing() {
    let app = with_ada_and_bob().await;
    for answer in [
        ResponseTemplate::new(500),
        ResponseTemplate::new(200).set_body_string("[{"),
        ResponseTemplate::new(200).set_delay(4 * TIMEOUT).set_body_string("[]"),
    ] {
        let guild = Guild::start().await;
        guild.respond_with(answer).await;
        let first = People((1000..2000).map(|id| (id, JOINED)).collect()).page(0, 1000);
        guild.respond_first_with(1, json_response(200, first)).await;

        let _words = sync_error(&app, &guild).await;

        assert_eq!(guild.queries().await.len(), 2);
    }
}

#[tokio::test]
async fn include_a_timeout() {
    let app = with_ada_and_bob().await;
    let guild = Guild::start().await;
    guild.respond_with(ResponseTemplate::new(200).set_delay(Duration::from_secs(20)).set_body_string("[]")).await;

    let began = Instant::now();
    let message = sync_error(&app, &guild).await;

    assert!(
        message.starts_with("Discord's member list is incomplete; nothing was changed: did not respond"),
        "{message}"
    );
    assert!(began.elapsed() >= TIMEOUT && began.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn include_a_refused_connection() {
    let app = with_ada_and_bob().await;
    let guild = Guild::start().await;
    let nowhere = std::net::TcpListener::bind("127.0.0.1:0")
        .expect("a port should be free")
        .local_addr()
        .expect("the listener should have an address");
    let app = guild.known_to(&app, TIMEOUT).configured(|app| {
        let mut discord = app.outside.discord.as_deref().expect("Discord should be configured").clone();
        discord.api_url = format!("http://{nowhere}");
        app.outside.discord = Some(discord.into());
    });

    let error = try_run(&app).await.expect_err("the connection should be refused");

    assert!(matches!(error, RunError::Sync(SyncError::Incomplete(_))), "{error}");
    assert!(!is_archived(&app, "bob").await);
}

fn wait(retry_after: &str) -> ResponseTemplate {
    ResponseTemplate::new(429).insert_header("retry-after", retry_after).set_body_json(json!({ "message": "wait" }))
}

#[tokio::test]
async fn do_not_include_a_short_rate_limit() {
    // Discord's `Retry-After` and the minimum wait in milliseconds.
    for (retry_after, least) in [("1", 1000), ("0.3", 300), ("0", 100), ("-1", 100)] {
        let app = with_ada_and_bob().await;
        let guild = Guild::of(&[101, 102]).await;
        guild.respond_first_with(1, wait(retry_after)).await;
        let app = guild.known_to(&app, TIMEOUT);

        let began = Instant::now();
        let run = try_run(&app).await.expect("the run should wait");

        assert_eq!(run.discord.expect("the run should query Discord").on_discord, 2);
        assert!(began.elapsed() >= Duration::from_millis(least), "{retry_after}: {:?}", began.elapsed());
        assert_eq!(guild.queries().await.len(), 3);
    }
}

#[tokio::test]
async fn do_not_include_a_rate_limit_between_pages() {
    let app = with_ada_and_bob().await;
    let guild = Guild::start().await;
    let people = People((100..1200).map(|id| (id, JOINED)).collect());
    guild.respond_with(people.clone()).await;
    guild.respond_first_with(2, wait("0.05")).await;
    guild.respond_first_with(1, json_response(200, people.page(0, 1000))).await;
    let app = guild.known_to(&app, TIMEOUT);

    let run = try_run(&app).await.expect("the run should wait");

    assert_eq!(run.discord.expect("the run should query Discord").on_discord, 1100);
}

#[tokio::test]
async fn include_a_rate_limit_beyond_the_deadline() {
    let app = with_ada_and_bob().await;
    // If Discord does not say how long to wait, the job assumes a minute.
    for answer in [wait("3600"), wait("10"), wait("soon"), wait("NaN"), wait("inf"), ResponseTemplate::new(429)] {
        let guild = Guild::start().await;
        guild.respond_with(answer).await;
        let app = guild.known_to(&app, TIMEOUT);

        let began = Instant::now();
        let error =
            handle(&app.app, Duration::from_secs(2), false).await.expect_err("the wait should exceed the deadline");

        assert!(with_causes(&error).ends_with("rate limited"), "{}", with_causes(&error));
        assert!(began.elapsed() < Duration::from_secs(1));
        assert_eq!(guild.queries().await.len(), 1);
        assert!(!is_archived(&app, "bob").await);
    }
}

#[tokio::test]
async fn include_repeated_rate_limits_until_the_deadline() {
    let app = with_ada_and_bob().await;
    let guild = Guild::start().await;
    guild.respond_with(wait("0.2")).await;
    let app = guild.known_to(&app, TIMEOUT);

    let began = Instant::now();
    let error =
        handle(&app.app, Duration::from_secs(1), false).await.expect_err("Discord should never respond with the list");

    assert!(matches!(error, RunError::Sync(SyncError::Incomplete(_))), "{error}");
    assert!(began.elapsed() < Duration::from_secs(2));
    let queries = guild.queries().await.len();
    assert!((3..=6).contains(&queries), "{queries}");
}

/// Bob joined, but the write that records it fails. Archiving him for not being on Discord would be wrong.
#[tokio::test]
async fn to_record_a_join_prevent_archiving() {
    let app = with_ada_and_bob().await;
    app.member("eve", &[]).await;
    app.clock.advance(8 * DAY);
    let guild = Guild::of(&[101, 102]).await;
    let app = guild.known_to(&app, TIMEOUT);
    // The members with accounts, then reads of Ada, whose date is new, and Bob.
    app.wire.reset();
    app.wire.disturb([Fault::None, Fault::Error(400, "ValidationException"), Fault::Error(400, "ValidationException")]);

    let error = try_run(&app).await.expect_err("recording the changes should fail");

    assert_eq!(error.to_string(), "2 members could not be synchronized with Discord");
    assert!(!is_archived(&app, "bob").await);
    assert!(!is_archived(&app, "eve").await);

    // The next run catches up.
    let run = try_run(&app).await.expect("the job should run");
    assert_eq!((run.found, run.archived), (1, 1));
    assert!(!is_archived(&app, "bob").await);
    assert!(is_archived(&app, "eve").await);
}
