//! Tests with the demo community, on which the events in `events/` are based.

use crate::checkpoint::Snapshot;
use crate::template::event;
use crate::{Call, Routes, Session, TestApp};
use serde_json::{Value, json};
use tokio::sync::OnceCell;
use utoipa_axum::router::OpenApiRouter;

pub use engine::demo::{API_KEY as DEMO_KEY, SUPER_USER as DEMO_SUPER_USER, UPCOMING as DEMO_FLIGHT};

/// Created once per process, because restoring it takes a tenth of the time. `None` if the tests run on another
/// DynamoDB, which cannot restore it.
static SNAPSHOT: OnceCell<Option<Snapshot>> = OnceCell::const_new();

impl TestApp {
    /// Starts the given routes with the demo community.
    pub async fn with_demo(routes: Routes) -> Self {
        match SNAPSHOT.get_or_init(Self::demo_snapshot).await {
            Some(snapshot) => Self::start_with(routes, Some(snapshot)).await,
            None => Self::with_new_demo(routes).await,
        }
    }

    async fn with_new_demo(routes: Routes) -> Self {
        let app = Self::start(routes).await;
        engine::demo::load(app.context()).await.expect("the tables are empty");
        app.wire.reset();
        app
    }

    async fn demo_snapshot() -> Option<Snapshot> {
        Self::with_new_demo(OpenApiRouter::new).await.snapshot("demo")
    }

    /// Returns the request described by an event of API Gateway.
    pub fn call_of(&self, event: &Value) -> Call<'_> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let method = text(&event["requestContext"]["http"]["method"]).parse().expect("a method");
        let (path, query) = (text(&event["rawPath"]), text(&event["rawQueryString"]));
        let path = if query.is_empty() { path } else { format!("{path}?{query}") };
        let mut call = self.call(method, &path);
        for (name, value) in event["headers"].as_object().expect("an event has headers") {
            call = call.header(name, &text(value));
        }
        for cookie in event["cookies"].as_array().into_iter().flatten() {
            call = call.header("cookie", &text(cookie));
        }
        call.body(text(&event["body"]))
    }
}

/// Returns a session token of the demo superuser that is valid according to the system clock.
#[must_use]
pub fn demo_session() -> String {
    Session::token(&json!({ "userId": DEMO_SUPER_USER, "iat": 1_710_498_600, "exp": 4_102_444_800_u64 }))
}

/// Reads an event in `events/`, as [`with_demo_session`] returns it.
///
/// # Panics
/// Panics if there is no event with that name.
#[must_use]
pub fn demo_event(name: &str) -> Value {
    with_demo_session(event(name))
}

/// Replaces the placeholder of a session token in an event with a token of the demo superuser.
#[must_use]
pub fn with_demo_session(mut event: Value) -> Value {
    for cookie in event["cookies"].as_array_mut().into_iter().flatten() {
        *cookie = cookie.as_str().expect("a cookie is text").replace("SESSION", &demo_session()).into();
    }
    event
}
