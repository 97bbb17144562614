//! A browser, this API and a local GitHub.

use axum::extract::Query;
use serde_json::{Value, json};
use shared::auth::Session;
use shared::login::{LoginConfig, Mobile, Targets};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use testing::{Answer, LOGIN_VARIABLES, TestApp};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

pub const CODE: &str = "a-code-that-nobody-may-see";
pub const TOKEN: &str = "gho_a-token-that-nobody-may-see";
pub const UI: &str = "https://my.community.example/home";
pub const SIGN_UP: &str = "https://my.community.example/sign-up";

pub struct Scene {
    pub app: TestApp,
    pub github: MockServer,
}

/// A log-in that a browser has begun.
pub struct Begun {
    pub state: String,
    /// The cookie, as the browser sends it.
    pub cookie: String,
    pub parameters: BTreeMap<String, String>,
}

/// Returns a GitHub user.
pub fn user(number: u64, login: &str) -> Value {
    json!({
        "id": number, "login": login, "name": "Ada Lovelace", "email": "ada@example.com",
        "created_at": "2015-12-10T08:00:00Z",
    })
}

/// Parses the parameters of a URL.
pub fn parameters(url: &str) -> BTreeMap<String, String> {
    Query::try_from_uri(&url.parse().expect("a URL")).expect("parameters").0
}

impl Scene {
    pub async fn start() -> Self {
        Self::configured(|_| {}).await
    }

    /// Starts with a changed configuration.
    pub async fn configured(configure: impl FnOnce(&mut LoginConfig)) -> Self {
        let app = TestApp::start(login::routes).await;
        let github = MockServer::start().await;
        let mut config = (**app.app.login.as_ref().expect("log-ins are configured")).clone();
        config.oauth_url = format!("{}/oauth", github.uri());
        config.api_url = github.uri();
        config.timeout = Duration::from_millis(500);
        let mobile = Mobile::parse("rdsapp://log-in").expect("a mobile address");
        let origins = vec!["https://other.example:8443".to_owned(), "http://localhost:5173".to_owned()];
        config.targets = Targets::new(origins, UI, SIGN_UP, Some(mobile)).expect("targets");
        configure(&mut config);
        Self { app: app.configured(|app| app.login = Some(Arc::new(config))), github }
    }

    pub async fn answer(&self, verb: &str, at: &str, answer: ResponseTemplate) {
        Mock::given(method(verb)).and(path(at)).respond_with(answer).with_priority(1).mount(&self.github).await;
    }

    /// Makes GitHub know this user and nobody else.
    pub async fn github_knows(&self, user: &Value) {
        self.github.reset().await;
        let token = json!({ "access_token": TOKEN, "token_type": "bearer", "scope": "user:email" });
        for (verb, at, body) in [("POST", "/oauth/access_token", &token), ("GET", "/user", user)] {
            let answer = ResponseTemplate::new(200).set_body_json(body);
            Mock::given(method(verb)).and(path(at)).respond_with(answer).mount(&self.github).await;
        }
    }

    pub async fn begin(&self, query: &str) -> Begun {
        let path = format!("/auth/github/login?{query}");
        let answer = self.app.get(&path).header("host", "api.community.example").send().await.expect(302);
        let parameters = parameters(answer.header("location").expect("a location"));
        let [cookie] = &cookies(&answer)[..] else { panic!("one cookie: {:?}", answer.headers) };
        let cookie = cookie.split(';').next().expect("a pair").to_owned();
        Begun { state: parameters["state"].clone(), cookie, parameters }
    }

    /// Returns from GitHub with a cookie, a state and a code.
    pub async fn come_back(&self, cookie: &str, state: &str) -> Answer {
        self.come_back_with(cookie, &format!("code={CODE}&state={state}")).await
    }

    pub async fn come_back_with(&self, cookie: &str, query: &str) -> Answer {
        let call = self.app.get(&format!("/auth/github/callback?{query}"));
        call.header("host", "api.community.example").header("cookie", cookie).send().await.expect(302)
    }

    /// Logs a GitHub user in.
    pub async fn log_in(&self, user: &Value, query: &str) -> Answer {
        self.github_knows(user).await;
        let begun = self.begin(query).await;
        self.come_back(&begun.cookie, &begun.state).await
    }

    /// Logs a GitHub user in, and returns the session.
    pub async fn session_of(&self, user: &Value) -> Session {
        let answer = self.log_in(user, "").await;
        self.session(&answer).expect("the member is logged in")
    }

    /// Returns the session that an answer sets.
    pub fn session(&self, answer: &Answer) -> Option<Session> {
        let cookies = cookies(answer);
        let session = cookies.iter().find(|cookie| cookie.starts_with("rds-session="))?;
        let pair = session.split(';').next().expect("a pair").parse().expect("a header");
        let headers = [(http::header::COOKIE, pair)].into_iter().collect();
        self.app.app.sessions.verify(&headers, self.app.now())
    }
}

/// Asserts that an answer leads to the UI with an error, empties the log-in's cookie and sets no session.
pub fn expect_failure(answer: &Answer, code: &str, name: &str) {
    assert_eq!(answer.header("location"), Some(format!("{UI}?error={code}").as_str()), "{name}");
    let emptied = "rds-login=; Path=/auth/github; Max-Age=0; HttpOnly; Secure; SameSite=Lax";
    assert_eq!(cookies(answer), [emptied], "{name}");
}

/// Returns the cookies that an answer sets.
pub fn cookies(answer: &Answer) -> Vec<String> {
    let cookies = answer.headers.get_all("set-cookie").iter();
    cookies.map(|cookie| cookie.to_str().expect("ASCII").to_owned()).collect()
}

pub fn client_secret() -> &'static str {
    LOGIN_VARIABLES.iter().find(|(name, _)| *name == "GITHUB_CLIENT_SECRET").expect("there is a secret").1
}
