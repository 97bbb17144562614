//! The demo community that `skysquad serve` begins with, and of which the events in `events/` speak.

use crate::template::event;
use crate::{Call, Session, TestApp};
use serde_json::{Value, json};

pub use engine::demo::{API_KEY as DEMO_KEY, SUPER_USER as DEMO_SUPER_USER, UPCOMING as DEMO_FLIGHT};

impl TestApp {
    /// Starts the API with the demo community.
    pub async fn with_demo() -> Self {
        let app = Self::start().await;
        engine::demo::load(&app.app).await.expect("the tables are empty");
        app.wire.reset();
        app
    }

    /// The request that an event of API Gateway is.
    pub fn call_of(&self, event: &Value) -> Call<'_> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let method = text(&event["requestContext"]["http"]["method"]).parse().expect("a method");
        let path = format!("{}?{}", text(&event["rawPath"]), text(&event["rawQueryString"]));
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

/// A session of the demo's superuser that is good by the system's clock.
#[must_use]
pub fn demo_session() -> String {
    Session::token(&json!({ "userId": DEMO_SUPER_USER, "iat": 1_710_498_600, "exp": 4_102_444_800_u64 }))
}

/// An event of `events/`, by its name; where it has a place for a session, with that of the demo's superuser.
///
/// # Panics
/// When there is none of that name.
#[must_use]
pub fn demo_event(name: &str) -> Value {
    let mut event = event(name);
    for cookie in event["cookies"].as_array_mut().into_iter().flatten() {
        *cookie = cookie.as_str().expect("a cookie is text").replace("SESSION", &demo_session()).into();
    }
    event
}
