//! `GET /users?query=…`

mod authors;
mod refusals;
mod terms;

use serde_json::{Value, json};
use shared::members::GithubConfig;
use shared::outside::Secret;
use std::sync::Arc;
use std::time::Duration;
use testing::{Answer, TestApp};
use wiremock::matchers::{header, method, path};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

const TOKEN: &str = "a-github-token-that-nobody-may-see";

/// What a search finds: answers the page of it that is asked for.
struct Found {
    items: Vec<Value>,
    total_count: usize,
}

impl Found {
    fn new(items: Vec<Value>) -> Self {
        Self { total_count: items.len(), items }
    }

    /// An issue of each of these, the first created last.
    fn by(logins: &[&str]) -> Self {
        Self::new(logins.iter().map(|login| json!({ "user": { "login": login }, "closed_at": null })).collect())
    }
}

impl Respond for Found {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let page: usize = parameter(request, "page").parse().expect("pages have numbers");
        let size: usize = parameter(request, "per_page").parse().expect("it is a number");
        let items: Vec<_> = self.items.iter().skip((page - 1) * size).take(size).collect();
        let body = json!({ "total_count": self.total_count, "incomplete_results": false, "items": items });
        ResponseTemplate::new(200).set_body_json(body)
    }
}

fn parameter(request: &Request, wanted: &str) -> String {
    let found = request.url.query_pairs().find(|(name, _)| name == wanted);
    found.unwrap_or_else(|| panic!("{wanted} is sent")).1.into_owned()
}

/// The API beside a GitHub.
struct Scene {
    app: TestApp,
    github: MockServer,
}

impl Scene {
    /// With members `ada`, `bob` and `eve`, whose logins on GitHub are `AdaL`, `bob` and `eve`.
    async fn start(timeout: Duration) -> Self {
        let app = crate::start().await;
        app.member("root", &["super_user"]).await;
        let root = app.session("root");
        for (id, login) in [("ada", "AdaL"), ("bob", "bob"), ("eve", "eve")] {
            let draft = json!({
                "id": id, "username": format!("{id}-of-github"), "first_name": "Ada", "last_name": "Lovelace",
                "github_id": login,
            });
            let _made = app.post("/users").bearer(&root).json(&draft).send().await.expect(200);
        }
        app.wire.reset();
        let github = MockServer::start().await;
        let config = GithubConfig {
            api_url: github.uri(),
            org: "skysquad".to_owned(),
            token: Secret::Given(TOKEN.to_owned()),
            timeout,
        };
        Self { app: app.configured(|app| app.outside.github = Some(Arc::new(config))), github }
    }

    /// With that GitHub's search.
    async fn with(respond: impl Respond + 'static) -> Self {
        let scene = Self::start(Duration::from_secs(5)).await;
        scene.answers(respond).await;
        scene
    }

    async fn answers(&self, respond: impl Respond + 'static) {
        let asked = Mock::given(method("GET"))
            .and(path("/search/issues"))
            .and(header("authorization", format!("Bearer {TOKEN}")))
            .and(header("accept", "application/vnd.github+json"));
        asked.respond_with(respond).mount(&self.github).await;
    }

    /// Asks for the members whom that `query` means.
    async fn ask(&self, query: &str) -> Answer {
        let ada = self.app.session("ada");
        self.app.get(&format!("/users?query={query}")).bearer(&ada).send().await
    }

    /// The ids of those members.
    async fn ids(&self, query: &str) -> Vec<String> {
        let answer = self.ask(query).await.expect(200).json();
        let users = answer["users"].as_array().expect("a list");
        users.iter().map(|user| user["id"].as_str().expect("an id").to_owned()).collect()
    }

    /// What GitHub was asked.
    async fn asked(&self) -> Vec<Request> {
        self.github.received_requests().await.expect("requests are recorded")
    }
}
