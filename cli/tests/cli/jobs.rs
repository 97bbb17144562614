//! One run of each scheduled job, in a community where it finds something to do.

use crate::events::event;
use serde_json::json;
use shared::members::DiscordConfig;
use shared::outside::Secret;
use std::sync::Arc;
use std::time::Duration;
use testing::{DEMO_KEY, TestApp};
use wiremock::matchers::{any, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

/// Starts the demo community with flights that have been silent for an hour, and a purchase whose response is recorded.
pub async fn with_work() -> TestApp {
    let app = crate::with_demo().await;
    for name in ["buy-product", "server-start"] {
        let _done = app.call_of(&event(name)).send().await.expect(200);
    }
    for _ in 0..10 {
        let flight = app.flight(DEMO_KEY, "skyteam").await;
        let _started = app.post(&format!("/flight/{flight}/serverStart")).key(DEMO_KEY).send().await.expect(200);
    }
    app.clock.advance(Duration::from_hours(1));
    app
}

/// Runs a job on what [`with_work`] started, or another instance of it.
pub async fn run(app: &mut TestApp, job: &str) {
    match job {
        "archive-users" => {
            let (_discord, config) = discord_server().await;
            app.app.outside.discord = Some(Arc::new(config));
            let run = archive_users::handle(&app.app, Duration::from_secs(10), false).await.expect("the job runs");
            assert_eq!(run.discord.map(|synced| synced.left), Some(3));
            assert!(run.archived > 0);
        }
        "audit" => {
            let run = audit::handle(&app.app, Duration::from_mins(10)).await.expect("the job runs");
            assert!(run.is_complete);
        }
        "end-stale-flights" => {
            // The safety stop holds for 30 minutes. The flights that never started are ended a day after their planned start.
            for (time, expected) in [(0, (11, 0, 0)), (30, (0, 11, 0)), (7 * 24 * 60, (0, 0, 3))] {
                app.clock.advance(Duration::from_mins(time));
                let run = end_stale_flights::handle(&app.app, Duration::from_secs(10)).await.expect("the job runs");
                assert_eq!((run.stopped, run.ended, run.unstarted), expected);
            }
        }
        _ => panic!("{job} has no run here"),
    }
}

/// Starts a Discord server that only one of the demo's members is still on.
async fn discord_server() -> (MockServer, DiscordConfig) {
    let discord = MockServer::start().await;
    let people = json!([{ "user": { "id": "799600467218923521" }, "joined_at": "2024-02-02T18:00:00.000000+00:00" }]);
    let first = Mock::given(query_param("after", "0")).respond_with(ResponseTemplate::new(200).set_body_json(people));
    first.mount(&discord).await;
    let rest = Mock::given(any()).respond_with(ResponseTemplate::new(200).set_body_json(json!([])));
    rest.with_priority(10).mount(&discord).await;
    let config = DiscordConfig {
        api_url: discord.uri(),
        guild_id: "1".to_owned(),
        bot_token: Secret::Given("token".to_owned()),
        timeout: Duration::from_secs(10),
    };
    (discord, config)
}
