//! A Discord of the test's own.

use shared::members::DiscordConfig;
use shared::outside::Secret;
use std::sync::Arc;
use std::time::Duration;
use testing::TestApp;
use wiremock::matchers::{header, method, path};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

pub const TOKEN: &str = "a-bot-token-that-nobody-may-see";
pub const MEMBERS: &str = "/api/v10/guilds/799600467218923520/members";

/// Since when people are on the server, in Discord's notation.
pub const JOINED: &str = "2021-03-15T10:30:00.123000+00:00";

/// People on the server, by ascending id.
#[derive(Debug, Clone)]
pub struct People(pub Vec<(u64, &'static str)>);

impl People {
    /// A page of them, as JSON.
    pub fn page(&self, after: u64, limit: usize) -> serde_json::Value {
        let page = self.0.iter().filter(|(id, _)| *id > after).take(limit);
        page.map(|(id, joined_at)| {
            let user = serde_json::json!({ "id": id.to_string(), "username": "somebody", "bot": false });
            serde_json::json!({ "user": user, "nick": null, "roles": [], "joined_at": joined_at, "deaf": false })
        })
        .collect()
    }
}

/// Answers as Discord does: the page of the query.
impl Respond for People {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let parameter = |wanted: &str| {
            let found = request.url.query_pairs().find(|(name, _)| name == wanted);
            found.expect("the parameter is sent").1.parse::<u64>().expect("it is a number")
        };
        let limit = usize::try_from(parameter("limit")).expect("it is small");
        ResponseTemplate::new(200).set_body_json(self.page(parameter("after"), limit))
    }
}

/// A server with the API of Discord.
pub struct Guild {
    pub server: MockServer,
}

impl Guild {
    /// One that is not answering anything yet.
    pub async fn start() -> Self {
        Self { server: MockServer::start().await }
    }

    /// One with these people on it, all since the same time.
    pub async fn of(people: &[u64]) -> Self {
        let guild = Self::start().await;
        guild.answers(People(people.iter().map(|id| (*id, JOINED)).collect())).await;
        guild
    }

    /// Answers requests for the list of members that have the token.
    pub async fn answers(&self, respond: impl Respond + 'static) {
        let asked = Mock::given(method("GET")).and(path(MEMBERS)).and(header("authorization", format!("Bot {TOKEN}")));
        asked.respond_with(respond).mount(&self.server).await;
    }

    /// Answers the first of these requests so, before those for which it was told before.
    pub async fn answers_first(&self, times: u64, respond: impl Respond + 'static) {
        let asked = Mock::given(method("GET")).and(path(MEMBERS));
        asked.respond_with(respond).up_to_n_times(times).with_priority(1).mount(&self.server).await;
    }

    /// The queries that it was asked, in order.
    pub async fn asked(&self) -> Vec<String> {
        let requests = self.server.received_requests().await.expect("requests are recorded");
        requests.iter().map(|request| request.url.query().unwrap_or_default().to_owned()).collect()
    }

    /// Where its API is.
    pub fn api_url(&self) -> String {
        format!("{}/api/v10", self.server.uri())
    }

    /// The same tables behind an instance that knows this Discord, and gives it that long for an answer.
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
