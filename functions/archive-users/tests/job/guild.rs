//! A fake Discord server for the tests.

use shared::members::DiscordConfig;
use shared::outside::Secret;
use std::sync::Arc;
use std::time::Duration;
use testing::TestApp;
use wiremock::matchers::{header, method, path};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

pub const TOKEN: &str = "a-bot-token-that-nobody-may-see";
pub const MEMBERS: &str = "/api/v10/guilds/799600467218923520/members";

/// When people joined the server, in Discord's notation.
pub const JOINED: &str = "2021-03-15T10:30:00.123000+00:00";

/// Discord's ids have 17 digits or more. Tests number accounts from 1; their ids follow this one. The thousandth has a
/// digit more than those before.
pub const FIRST: u64 = 99_999_999_999_999_000;

/// Accounts on the server with their join dates, in ascending order of their numbers.
#[derive(Debug, Clone)]
pub struct People(pub Vec<(u64, &'static str)>);

impl People {
    /// Returns a page of the member list as JSON.
    pub fn page(&self, after: u64, limit: usize) -> serde_json::Value {
        let page = self.0.iter().filter(|(number, _)| FIRST + number > after).take(limit);
        page.map(|(number, joined_at)| {
            let user = serde_json::json!({ "id": (FIRST + number).to_string(), "username": "somebody", "bot": false });
            serde_json::json!({ "user": user, "nick": null, "roles": [], "joined_at": joined_at, "deaf": false })
        })
        .collect()
    }
}

/// Responds as Discord does, with the page that the query requests.
impl Respond for People {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let parameter = |wanted: &str| {
            let found = request.url.query_pairs().find(|(name, _)| name == wanted);
            found.expect("the parameter should be sent").1.parse::<u64>().expect("the parameter should be a number")
        };
        let limit = usize::try_from(parameter("limit")).expect("the limit should fit in a `usize`");
        ResponseTemplate::new(200).set_body_json(self.page(parameter("after"), limit))
    }
}

/// An HTTP server that implements part of Discord's API.
pub struct Guild {
    pub server: MockServer,
}

impl Guild {
    /// Starts a server that does not respond to any request yet.
    pub async fn start() -> Self {
        Self { server: MockServer::start().await }
    }

    /// Starts a server with these people on it, who all joined at the same time.
    pub async fn of(people: &[u64]) -> Self {
        let guild = Self::start().await;
        guild.respond_with(People(people.iter().map(|id| (*id, JOINED)).collect())).await;
        guild
    }

    /// Responds to requests for the member list that carry the token.
    pub async fn respond_with(&self, respond: impl Respond + 'static) {
        let mock = Mock::given(method("GET")).and(path(MEMBERS)).and(header("authorization", format!("Bot {TOKEN}")));
        mock.respond_with(respond).mount(&self.server).await;
    }

    /// Responds to the next `times` of these requests, taking priority over the responses set up earlier.
    pub async fn respond_first_with(&self, times: u64, respond: impl Respond + 'static) {
        let mock = Mock::given(method("GET")).and(path(MEMBERS));
        mock.respond_with(respond).up_to_n_times(times).with_priority(1).mount(&self.server).await;
    }

    /// Returns the query strings of the requests so far, in order.
    pub async fn queries(&self) -> Vec<String> {
        let requests = self.server.received_requests().await.expect("request recording should be on");
        requests.iter().map(|request| request.url.query().unwrap_or_default().to_owned()).collect()
    }

    /// Returns the base URL of the API.
    pub fn api_url(&self) -> String {
        format!("{}/api/v10", self.server.uri())
    }

    /// Returns an instance on the same tables that uses this server, with `timeout` for each request.
    pub fn known_to(&self, app: &TestApp, timeout: Duration) -> TestApp {
        let discord = DiscordConfig {
            api_url: self.api_url(),
            guild_id: "799600467218923520".to_owned(),
            bot_token: Secret::Given(TOKEN.to_owned()),
            timeout,
        };
        app.configured(|app| app.outside.discord = Some(Arc::new(discord)))
    }
}
