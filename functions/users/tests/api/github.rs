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

/// The results of a search. Responds with the requested page.
struct Found {
    items: Vec<Value>,
    total_count: usize,
}

impl Found {
    fn new(items: Vec<Value>) -> Self {
        Self { total_count: items.len(), items }
    }

    /// Creates one issue for each of these logins, newest first.
    fn by(logins: &[&str]) -> Self {
        Self::new(logins.iter().map(|login| json!({ "user": { "login": login }, "closed_at": null })).collect())
    }
}

impl Respond for Found {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let page: usize = parameter(request, "page").parse().expect("the page should be a number");
        let size: usize = parameter(request, "per_page").parse().expect("the page size should be a number");
        let items: Vec<_> = self.items.iter().skip((page - 1) * size).take(size).collect();
        let body = json!({ "total_count": self.total_count, "incomplete_results": false, "items": items });
        ResponseTemplate::new(200).set_body_json(body)
    }
}

fn parameter(request: &Request, wanted: &str) -> String {
    let found = request.url.query_pairs().find(|(name, _)| name == wanted);
    found.unwrap_or_else(|| panic!("{wanted} should be sent")).1.into_owned()
}

/// The API with a fake GitHub server.
struct Scene {
    app: TestApp,
    github: MockServer,
}

impl Scene {
    /// Starts the API with members `ada`, `bob` and `eve`, whose GitHub logins are `AdaL`, `bob` and `eve`.
    async fn start(timeout: Duration) -> Self {
        let app = crate::start().await;
        app.member("root", &["super_user"]).await;
        let root = app.session("root");
        for (id, login) in [("ada", "AdaL"), ("bob", "bob"), ("eve", "eve")] {
            let draft = json!({
                "id": id, "username": format!("{id}-of-github"), "first_name": "Ada", "last_name": "Lovelace",
                "github_id": login,
            });
            let _created = app.post("/users").bearer(&root).json(&draft).send().await.expect(200);
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

    /// Starts the API with a GitHub whose search responds with `respond`.
    async fn with(respond: impl Respond + 'static) -> Self {
        let scene = Self::start(Duration::from_secs(5)).await;
        scene.respond_with(respond).await;
        scene
    }

    async fn respond_with(&self, respond: impl Respond + 'static) {
        let mock = Mock::given(method("GET"))
            .and(path("/search/issues"))
            .and(header("authorization", format!("Bearer {TOKEN}")))
            .and(header("accept", "application/vnd.github+json"));
        mock.respond_with(respond).mount(&self.github).await;
    }

    /// Requests the members for a `query`.
    async fn search(&self, query: &str) -> Answer {
        let ada = self.app.session("ada");
        self.app.get(&format!("/users?query={query}")).bearer(&ada).send().await
    }

    /// Returns the ids of the members for a `query`.
    async fn ids(&self, query: &str) -> Vec<String> {
        let answer = self.search(query).await.expect(200).json();
        let users = answer["users"].as_array().expect("`users` should be an array");
        users.iter().map(|user| user["id"].as_str().expect("the user should have an id").to_owned()).collect()
    }

    /// Returns the requests that GitHub received.
    async fn received_requests(&self) -> Vec<Request> {
        self.github.received_requests().await.expect("request recording should be on")
    }
}
