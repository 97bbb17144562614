//! All member routes and who can call them.

use http::Method;
use serde_json::{Value, json};
use testing::{Call, TestApp};

/// Who can call a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Anyone.
    Nothing,
    /// Anyone with a valid session.
    Session,
    /// Anyone with a valid session who is not a restricted member.
    Unrestricted,
    /// Only superusers.
    Superuser,
}

/// A route and an example request that concerns the member `grace`, whose username is `Hopper`.
#[derive(Debug, Clone)]
pub struct Route {
    pub method: Method,
    /// Path template from the OpenAPI description.
    pub template: &'static str,
    pub need: Need,
    pub path: &'static str,
    pub body: Value,
}

impl Route {
    pub fn call<'a>(&self, app: &'a TestApp) -> Call<'a> {
        let call = app.call(self.method.clone(), self.path);
        if self.body.is_null() { call } else { call.json(&self.body) }
    }
}

/// Returns all member routes.
pub fn all() -> Vec<Route> {
    let route = |method, template, need, path, body| Route { method, template, need, path, body };
    let get = |template, need, path| route(Method::GET, template, need, path, Value::Null);
    let patch = |template, need, path, body| route(Method::PATCH, template, need, path, body);
    let skill = json!({ "tagName": "Rust", "levelId": "l1", "levelName": "One", "levelValue": 1 });
    let draft = json!({ "first_name": "Joan", "last_name": "Clarke" });
    let badge = json!({ "name": "Ace", "imageUrl": "example.com/i" });
    let status = || json!({ "state": "IDLE" });
    vec![
        get("/users", Need::Session, "/users"),
        route(Method::POST, "/users", Need::Unrestricted, "/users", draft),
        patch("/users", Need::Superuser, "/users?debug=true", json!({ "action": "archiveUsers" })),
        get("/users/self", Need::Session, "/users/self"),
        patch("/users/self", Need::Unrestricted, "/users/self", json!({ "company": "Engines" })),
        get("/users/search", Need::Session, "/users/search?verified=false"),
        get("/users/userId/{userId}", Need::Nothing, "/users/userId/grace"),
        get("/users/isUsernameAvailable/{username}", Need::Session, "/users/isUsernameAvailable/Hopper"),
        get("/users/status/self", Need::Session, "/users/status/self"),
        patch("/users/status/self", Need::Unrestricted, "/users/status/self", status()),
        get("/users/status/{userId}", Need::Nothing, "/users/status/grace"),
        patch("/users/status/{userId}", Need::Superuser, "/users/status/grace", status()),
        get("/users/{id}", Need::Nothing, "/users/Hopper"),
        patch("/users/{id}", Need::Unrestricted, "/users/grace?profile=true", json!({ "company": "Engines" })),
        patch("/users/{id}/temporary/data", Need::Superuser, "/users/grace/temporary/data", json!({ "member": true })),
        patch("/users/{id}/discord", Need::Superuser, "/users/grace/discord", json!({ "in_discord": true })),
        get("/users/{id}/badges", Need::Nothing, "/users/grace/badges"),
        route(Method::PUT, "/users/{id}/badges/{badgeId}", Need::Superuser, "/users/grace/badges/ace", Value::Null),
        route(Method::DELETE, "/users/{id}/badges/{badgeId}", Need::Superuser, "/users/grace/badges/ace", Value::Null),
        get("/users/{id}/skills", Need::Nothing, "/users/grace/skills"),
        route(Method::PUT, "/users/{id}/skills/{tagId}", Need::Superuser, "/users/grace/skills/rust", skill),
        route(Method::DELETE, "/users/{id}/skills/{tagId}", Need::Superuser, "/users/grace/skills/rust", Value::Null),
        route(Method::POST, "/badges", Need::Superuser, "/badges", badge),
        get("/badges", Need::Nothing, "/badges"),
    ]
}

#[test]
fn are_complete() {
    let description = serde_json::to_value(users::routes().into_openapi()).unwrap();
    let described = description["paths"].as_object().unwrap().iter().flat_map(|(path, operations)| {
        operations.as_object().unwrap().keys().map(move |method| format!("{} {path}", method.to_uppercase()))
    });
    let mut described: Vec<_> = described.collect();
    described.sort();

    let mut listed: Vec<_> = all().iter().map(|route| format!("{} {}", route.method, route.template)).collect();
    listed.sort();
    assert_eq!(listed, described);
}
