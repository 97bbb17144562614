//! The operations that are measured: those of `events/` on the demo community, and some on larger communities.

use serde_json::{Value, json};
use testing::template::{Template, event};
use testing::{TestApp, demo_event};
use utoipa_axum::router::OpenApiRouter;

/// An operation to measure.
#[derive(Clone)]
pub struct Scene {
    /// What is measured, such as `fetch-users-data, 100 flyers`.
    pub name: String,
    /// Crate of the function that serves it.
    pub function: String,
    /// The event that API Gateway sends.
    pub event: Value,
    community: Community,
}

#[derive(Clone, Copy)]
enum Community {
    Demo,
    /// Flyers with ten flights each, on the same flights, beside the demo.
    Flyers(usize),
    /// Full members on Discord with a skill, beside the demo.
    Members(usize),
}

/// Flights of each flyer.
const FLIGHTS: usize = 10;

impl Scene {
    /// Creates the community on which the operation is measured.
    pub async fn community(&self) -> TestApp {
        let app = TestApp::with_demo(OpenApiRouter::new).await;
        match self.community {
            Community::Demo => {}
            Community::Flyers(count) => add_flyers(&app, count).await,
            Community::Members(count) => add_members(&app, count).await,
        }
        app
    }
}

/// Returns all scenes.
pub fn all() -> Vec<Scene> {
    let functions = Template::read().functions();
    // What a log-in takes is GitHub's and KMS's, and not recorded.
    let measured = functions.iter().filter(|function| function.crate_name != "login");
    let operations = measured.flat_map(|function| {
        function.routes.iter().filter(|route| route.key != "$default").map(move |route| (function, route.event()))
    });
    let mut scenes: Vec<Scene> = operations
        .map(|(function, name)| Scene {
            function: function.crate_name.clone(),
            event: plain(demo_event(&name)),
            name,
            community: Community::Demo,
        })
        .collect();
    scenes.extend([1, 10, 100].map(|flyers| Scene {
        name: format!("fetch-users-data, {flyers} flyers"),
        function: "miles".to_owned(),
        event: with_body(plain(event("fetch-users-data")), &json!({ "userIds": ids(flyers) })),
        community: Community::Flyers(flyers),
    }));
    let listings = [
        ("list-users, 100 members", "size=100"),
        ("list-users, next 100 members", "size=100&next=member-000"),
        ("list-users, 100 members by prefix", "size=100&search=pilot"),
    ];
    let searches = [("search-users, 100 members by role", "role=MEMBER&size=100")];
    let members = |kind: &'static str| {
        move |(name, query): (&str, &str)| {
            let mut event = plain(demo_event(kind));
            event["rawQueryString"] = query.into();
            Scene { name: name.to_owned(), function: "users".to_owned(), event, community: Community::Members(201) }
        }
    };
    scenes.extend(listings.map(members("list-users")));
    scenes.extend(searches.map(members("search-users")));
    scenes
}

/// Removes what makes the client's request special: that it may be repeated and that its answer may be compressed.
fn plain(mut event: Value) -> Value {
    if let Some(headers) = event["headers"].as_object_mut() {
        headers.remove("accept-encoding");
        headers.remove("idempotency-key");
    }
    event
}

fn with_body(mut event: Value, body: &Value) -> Value {
    event["body"] = body.to_string().into();
    event
}

fn ids(flyers: usize) -> Vec<String> {
    (0..flyers).map(|number| (500_000_000 + number).to_string()).collect()
}

async fn add_flyers(app: &TestApp, count: usize) {
    let key = app.airline("benchair").await;
    for _ in 0..FLIGHTS {
        let flight = app.flight(&key, "benchair").await;
        for flyer in ids(count) {
            app.board(&key, &flight, &flyer, 500).await;
        }
    }
}

async fn add_members(app: &TestApp, count: usize) {
    let first = json!({
        "id": "member-PATTERN", "username": "pilot-PATTERN", "first_name": "Grace", "last_name": "Hopper",
        "email": "grace@example.com", "phone": "4915112345678", "yoe": 7, "company": "Navy", "designation": "Admiral",
        "discordId": "12345678901234567", "roles": { "member": true, "in_discord": true },
    });
    app.sign_up(&first).await;
    app.copy_member("PATTERN", (0..count).map(|number| format!("{number:03}"))).await;
}
