//! Discord refusing, or answering what cannot be its whole list: nobody is changed, and nobody archived.

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

/// The API with `ada`, who is stored as being on Discord, and `bob`, who is not; both have left in truth.
async fn with_ada_and_bob() -> TestApp {
    let app = crate::start().await;
    app.member("root", &["super_user", "in_discord"]).await;
    app.member("ada", &[]).await;
    app.member("bob", &[]).await;
    record(&app, "ada", &json!({ "discordId": "101", "in_discord": true })).await;
    record(&app, "bob", &json!({ "discordId": "102" })).await;
    app.clock.advance(8 * DAY);
    app
}

fn json_answer(status: u16, body: serde_json::Value) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(body)
}

/// What is wrong, in words that have neither the token nor the address in them.
async fn refused(app: &TestApp, guild: &Guild) -> String {
    let app = guild.known_to(app, TIMEOUT);
    let (ada, bob) = (member(&app, "ada").await, member(&app, "bob").await);
    app.wire.reset();

    let error = try_run(&app).await.expect_err("the list is not complete");

    assert!(matches!(error, RunError::Sync(SyncError::Incomplete(_))), "{error}");
    assert_eq!(app.wire.take_operations(), ["Query"], "nothing but who has an account was asked for");
    assert_eq!((member(&app, "ada").await, member(&app, "bob").await), (ada, bob));
    let words = with_causes(&error);
    assert!(!words.contains(TOKEN) && !words.contains("guilds") && !format!("{error:?}").contains(TOKEN), "{error:?}");
    words
}

#[tokio::test]
async fn refuses_what_is_not_the_whole_list() {
    let app = with_ada_and_bob().await;
    let person = |id: &str| json!({ "user": { "id": id }, "joined_at": JOINED });
    let nonsense = [
        ("no JSON", ResponseTemplate::new(200).set_body_string("<html>")),
        ("half a page", ResponseTemplate::new(200).set_body_string(r#"[{"user":{"id":"7"},"joined_at":null},{"us"#)),
        ("nothing", ResponseTemplate::new(200)),
        ("no list", json_answer(200, json!({ "message": "ok" }))),
        ("nobody", json_answer(200, json!([]))),
        ("somebody without account", json_answer(200, json!([{ "joined_at": JOINED }]))),
        ("a bad date", json_answer(200, json!([{ "user": { "id": "7" }, "joined_at": "yesterday" }]))),
        ("a bad id", json_answer(200, json!([person("seven")]))),
        ("somebody twice", json_answer(200, json!([person("7"), person("7")]))),
        ("somebody who comes before", json_answer(200, json!([person("0")]))),
        ("the same page for ever", json_answer(200, json!([person("7"), person("8")]))),
        ("no content", ResponseTemplate::new(204)),
        ("a redirect to nowhere", ResponseTemplate::new(304)),
        ("no such guild", json_answer(404, json!({ "message": "Unknown Guild", "code": 10004 }))),
        ("a bad token", json_answer(401, json!({ "message": "401: Unauthorized", "code": 0 }))),
        ("no permission", json_answer(403, json!({ "message": "Missing Access", "code": 50001 }))),
        ("an error", ResponseTemplate::new(500)),
        ("a gateway's error", ResponseTemplate::new(502).set_body_string("<html>")),
    ];
    let mut words = Vec::new();
    for (what, answer) in nonsense {
        let guild = Guild::start().await;
        guild.answers(answer).await;

        words.push(format!("{what}: {}", refused(&app, &guild).await));
    }
    insta::assert_snapshot!(words.join("\n").replace("Discord's member list is incomplete; nothing was changed", "…"), @"
    no JSON: …: unusable response: expected value at line 1 column 1
    half a page: …: unusable response: EOF while parsing a string at line 1 column 42
    nothing: …: unusable response: EOF while parsing a value at line 1 column 0
    no list: …: unusable response: invalid type: map, expected a sequence at line 1 column 0
    nobody: …: unusable response: the list is empty
    somebody without account: …: unusable response: missing field `user` at line 1 column 49
    a bad date: …: unusable response: expected an ISO 8601 time with offset, in the years 1970 to 9999 at line 1 column 25
    a bad id: …: unusable response: the id of an account is not a number
    somebody twice: …: unusable response: an account is listed twice
    somebody who comes before: …: unusable response: a page does not start after the previous one
    the same page for ever: …: unusable response: a page does not start after the previous one
    no content: …: responded with 204 No Content
    a redirect to nowhere: …: responded with 304 Not Modified
    no such guild: …: responded with 404 Not Found
    a bad token: …: responded with 401 Unauthorized
    no permission: …: responded with 403 Forbidden
    an error: …: responded with 500 Internal Server Error
    a gateway's error: …: responded with 502 Bad Gateway
    ");
}

#[tokio::test]
async fn changes_nothing_when_a_later_page_fails() {
    let app = with_ada_and_bob().await;
    for answer in [
        ResponseTemplate::new(500),
        ResponseTemplate::new(200).set_body_string("[{"),
        ResponseTemplate::new(200).set_delay(4 * TIMEOUT).set_body_string("[]"),
    ] {
        let guild = Guild::start().await;
        guild.answers(answer).await;
        let first = People((1000..2000).map(|id| (id, JOINED)).collect()).page(0, 1000);
        guild.answers_first(1, json_answer(200, first)).await;

        let _words = refused(&app, &guild).await;

        assert_eq!(guild.asked().await.len(), 2);
    }
}

#[tokio::test]
async fn gives_up_on_a_discord_that_does_not_answer() {
    let app = with_ada_and_bob().await;
    let guild = Guild::start().await;
    guild.answers(ResponseTemplate::new(200).set_delay(Duration::from_secs(20)).set_body_string("[]")).await;

    let began = Instant::now();
    let words = refused(&app, &guild).await;

    assert!(words.starts_with("Discord's member list is incomplete; nothing was changed: did not respond"), "{words}");
    assert!(began.elapsed() >= TIMEOUT && began.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn gives_up_where_nobody_listens() {
    let app = with_ada_and_bob().await;
    let guild = Guild::start().await;
    let nowhere =
        std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free").local_addr().expect("it is bound");
    let app = guild.known_to(&app, TIMEOUT).configured(|app| {
        let mut discord = app.outside.discord.as_deref().expect("it is set").clone();
        discord.api_url = format!("http://{nowhere}");
        app.outside.discord = Some(discord.into());
    });

    let error = try_run(&app).await.expect_err("nobody listens");

    assert!(matches!(error, RunError::Sync(SyncError::Incomplete(_))), "{error}");
    assert!(!is_archived(&app, "bob").await);
}

fn wait(retry_after: &str) -> ResponseTemplate {
    ResponseTemplate::new(429).insert_header("retry-after", retry_after).set_body_json(json!({ "message": "wait" }))
}

#[tokio::test]
async fn waits_as_long_as_discord_asks_for() {
    // Discord's pause, and how many milliseconds it takes at least.
    for (retry_after, least) in [("1", 1000), ("0.3", 300), ("0", 100), ("-1", 100)] {
        let app = with_ada_and_bob().await;
        let guild = Guild::of(&[101, 102]).await;
        guild.answers_first(1, wait(retry_after)).await;
        let app = guild.known_to(&app, TIMEOUT);

        let began = Instant::now();
        let run = try_run(&app).await.expect("it waits");

        assert_eq!(run.discord.expect("Discord was asked").on_discord, 2);
        assert!(began.elapsed() >= Duration::from_millis(least), "{retry_after}: {:?}", began.elapsed());
        assert_eq!(guild.asked().await.len(), 3);
    }
}

#[tokio::test]
async fn waits_in_the_middle_of_the_list() {
    let app = with_ada_and_bob().await;
    let guild = Guild::start().await;
    let people = People((100..1200).map(|id| (id, JOINED)).collect());
    guild.answers(people.clone()).await;
    guild.answers_first(2, wait("0.05")).await;
    guild.answers_first(1, json_answer(200, people.page(0, 1000))).await;
    let app = guild.known_to(&app, TIMEOUT);

    let run = try_run(&app).await.expect("it waits");

    assert_eq!(run.discord.expect("Discord was asked").on_discord, 1100);
}

#[tokio::test]
async fn waits_no_longer_than_there_is_time() {
    let app = with_ada_and_bob().await;
    // Where Discord does not say how long, it is a minute.
    for answer in [wait("3600"), wait("10"), wait("soon"), wait("NaN"), wait("inf"), ResponseTemplate::new(429)] {
        let guild = Guild::start().await;
        guild.answers(answer).await;
        let app = guild.known_to(&app, TIMEOUT);

        let began = Instant::now();
        let error = handle(&app.app, Duration::from_secs(2), false).await.expect_err("there is no time to wait");

        assert!(with_causes(&error).ends_with("rate limited"), "{}", with_causes(&error));
        assert!(began.elapsed() < Duration::from_secs(1));
        assert_eq!(guild.asked().await.len(), 1);
        assert!(!is_archived(&app, "bob").await);
    }
}

#[tokio::test]
async fn waits_again_and_again_until_the_time_is_up() {
    let app = with_ada_and_bob().await;
    let guild = Guild::start().await;
    guild.answers(wait("0.2")).await;
    let app = guild.known_to(&app, TIMEOUT);

    let began = Instant::now();
    let error = handle(&app.app, Duration::from_secs(1), false).await.expect_err("Discord never answers");

    assert!(matches!(error, RunError::Sync(SyncError::Incomplete(_))), "{error}");
    assert!(began.elapsed() < Duration::from_secs(2));
    let asked = guild.asked().await.len();
    assert!((3..=6).contains(&asked), "{asked}");
}

/// Bob joined, which cannot be written down: archiving him for not being on Discord would be wrong.
#[tokio::test]
async fn archives_nobody_while_somebody_could_not_be_taken_over() {
    let app = with_ada_and_bob().await;
    app.member("eve", &[]).await;
    app.clock.advance(8 * DAY);
    let guild = Guild::of(&[101, 102]).await;
    let app = guild.known_to(&app, TIMEOUT);
    // Whose accounts are linked; then Ada, whose date is new, and Bob are read.
    app.wire.reset();
    app.wire.disturb([Fault::None, Fault::Error(400, "ValidationException"), Fault::Error(400, "ValidationException")]);

    let error = try_run(&app).await.expect_err("Bob could not be changed");

    assert_eq!(error.to_string(), "2 members could not be synchronized with Discord");
    assert!(!is_archived(&app, "bob").await);
    assert!(!is_archived(&app, "eve").await);

    // The next run makes good for it.
    let run = try_run(&app).await.expect("the job runs");
    assert_eq!((run.found, run.archived), (1, 1));
    assert!(!is_archived(&app, "bob").await);
    assert!(is_archived(&app, "eve").await);
}
