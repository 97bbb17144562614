//! Every write withstands the faults of DynamoDB and the network.

use crate::people::{named, session_with, with_superuser};
use http::Method;
use serde_json::{Value, json};
use testing::Fault;
use testing::withstand::{Failure, Failures, INTERNAL, Scene, UNAVAILABLE, Write, withstand};

/// A change of a member by a superuser.
const CHANGE: Write = Write {
    requests: &["GetItem", "GetItem", "TransactWriteItems"],
    success: "200",
    effect: &[],
    failures: Failures { of_caller: Failure::MEMBERS, of_write: Failure::always(UNAVAILABLE) },
    repeated: Some("200"),
};

/// A change by a member, whose failures are all alike.
const OWN_CHANGE: Write = Write {
    failures: Failures { of_caller: Failure::always(UNAVAILABLE), of_write: Failure::always(UNAVAILABLE) },
    ..CHANGE
};

/// Who sends a request: `root`, a superuser; `grace`; `linus`, who has no username; or `ada`, who has not signed up.
type Caller = &'static str;

/// A request: method, path, caller and body. In the path, `{badge}` is the ID of a badge.
type Request = (Method, &'static str, Caller, Value);

/// Prepares a request. Sends `before` first.
async fn scene(before: &[Request], request: Request) -> Scene {
    let (app, root) = with_superuser().await;
    let badge = json!({ "name": "Ace", "imageUrl": "example.com/i" });
    let badge = app.post("/badges").bearer(&root).json(&badge).send().await.expect(200).json();
    let badge = badge["badge"]["id"].as_str().expect("a badge has an ID").to_owned();
    let _grace = named(&app, &root, "grace", "grace").await;
    app.member("linus", &[]).await;
    for (method, path, caller, body) in before {
        let call = app.call(method.clone(), &path.replace("{badge}", &badge)).bearer(&app.session(caller));
        assert!(call.json(body).send().await.status.is_success(), "{path}");
    }
    let (method, path, caller, body) = request;
    let path = path.replace("{badge}", &badge);
    let session = session_with(&app, caller, &json!({ "github_id": caller }));
    Scene::request(app, move |app| app.call(method.clone(), &path).bearer(&session).json(&body))
}

fn skill() -> Value {
    json!({ "tagName": "Rust", "levelId": "l1", "levelName": "One", "levelValue": 1 })
}

#[tokio::test]
async fn sign_up() {
    let write = Write {
        requests: &["GetItem", "TransactWriteItems"],
        effect: &[
            "+ FACET#all ada-l#ada",
            "+ FACET#discord#none ada-l#ada",
            "+ FACET#not-in-discord 001710498600000#ada",
            "+ FACET#unverified ada",
            "+ GITHUB#ada CLAIM",
            "+ MEMBER#ada MEMBER",
            "+ USERNAME#ada-l CLAIM",
        ],
        repeated: Some("409"),
        ..OWN_CHANGE
    };
    let draft = json!({ "username": "ada-l", "github_id": "ada", "first_name": "A", "last_name": "L" });
    withstand(&write, || scene(&[], (Method::POST, "/users", "ada", draft.clone()))).await;
}

#[tokio::test]
async fn edit_a_profile() {
    let write = Write {
        requests: &["GetItem", "UpdateItem"],
        success: "204",
        effect: &["~ MEMBER#grace MEMBER"],
        repeated: Some("204"),
        ..OWN_CHANGE
    };
    let change = json!({ "company": "Engines" });
    withstand(&write, || scene(&[], (Method::PATCH, "/users/self", "grace", change.clone()))).await;
}

#[tokio::test]
async fn choose_a_username() {
    let write = Write {
        requests: &["GetItem", "TransactWriteItems"],
        success: "204",
        effect: &[
            "+ FACET#all linus#linus",
            "+ FACET#discord#none linus#linus",
            "+ USERNAME#linus CLAIM",
            "~ MEMBER#linus MEMBER",
        ],
        repeated: Some("403"),
        ..OWN_CHANGE
    };
    let change = json!({ "username": "linus" });
    withstand(&write, || scene(&[], (Method::PATCH, "/users/self", "linus", change.clone()))).await;
}

#[tokio::test]
async fn change_roles() {
    let write = Write {
        effect: &[
            "+ FACET#archived/all grace#grace",
            "+ FACET#archived/discord#none grace#grace",
            "+ MEMBER#grace AUDIT#…",
            "- FACET#all grace#grace",
            "- FACET#discord#none grace#grace",
            "- FACET#not-in-discord 001710498600000#grace",
            "- FACET#unverified grace",
            "~ MEMBER#grace MEMBER",
        ],
        failures: Failures { of_caller: Failure::always(INTERNAL), of_write: Failure::always(INTERNAL) },
        repeated: Some("409"),
        ..CHANGE
    };
    let path = "/users/grace/temporary/data";
    withstand(&write, || scene(&[], (Method::PATCH, path, "root", json!({ "archived": true })))).await;
}

#[tokio::test]
async fn change_discord() {
    let write = Write {
        effect: &[
            "+ DISCORD#799600467218909000 CLAIM",
            "+ FACET#discord#linked grace#grace",
            "+ FACET#linked grace",
            "- FACET#discord#none grace#grace",
            "- FACET#unverified grace",
            "~ MEMBER#grace MEMBER",
        ],
        ..CHANGE
    };
    let change = json!({ "discordId": "799600467218909000" });
    withstand(&write, || scene(&[], (Method::PATCH, "/users/grace/discord", "root", change.clone()))).await;
}

#[tokio::test]
async fn create_a_badge() {
    let write =
        Write {
            requests: &["GetItem", "TransactWriteItems"], effect: &["+ BADGES BADGE#…"], repeated: None, ..CHANGE
        };
    let badge = json!({ "name": "Pioneer", "imageUrl": "example.com/i" });
    withstand(&write, || scene(&[], (Method::POST, "/badges", "root", badge.clone()))).await;
}

const BADGE: &str = "/users/grace/badges/{badge}";

#[tokio::test]
async fn award_a_badge() {
    let write = Write {
        requests: &["GetItem", "GetItem", "GetItem", "UpdateItem"],
        success: "204",
        effect: &["~ MEMBER#grace MEMBER"],
        repeated: Some("204"),
        ..CHANGE
    };
    withstand(&write, || scene(&[], (Method::PUT, BADGE, "root", json!({})))).await;
}

#[tokio::test]
async fn take_a_badge() {
    let write = Write {
        requests: &["GetItem", "GetItem", "UpdateItem"],
        success: "204",
        effect: &["~ MEMBER#grace MEMBER"],
        repeated: Some("404"),
        ..CHANGE
    };
    let awarded = [(Method::PUT, BADGE, "root", json!({}))];
    withstand(&write, || scene(&awarded, (Method::DELETE, BADGE, "root", json!({})))).await;
}

const SKILL: &str = "/users/grace/skills/rust";

#[tokio::test]
async fn put_a_skill() {
    let write = Write {
        effect: &[
            "+ FACET#level#l1 grace#grace#rust",
            "+ FACET#level-name#One grace#grace#rust",
            "+ FACET#level-value#1 grace#grace#rust",
            "+ FACET#tag#rust grace#grace#rust",
            "~ MEMBER#grace MEMBER",
        ],
        ..CHANGE
    };
    withstand(&write, || scene(&[], (Method::PUT, SKILL, "root", skill()))).await;
}

#[tokio::test]
async fn delete_a_skill() {
    let write = Write {
        success: "204",
        effect: &[
            "- FACET#level#l1 grace#grace#rust",
            "- FACET#level-name#One grace#grace#rust",
            "- FACET#level-value#1 grace#grace#rust",
            "- FACET#tag#rust grace#grace#rust",
            "~ MEMBER#grace MEMBER",
        ],
        repeated: Some("404"),
        ..CHANGE
    };
    let put = [(Method::PUT, SKILL, "root", skill())];
    withstand(&write, || scene(&put, (Method::DELETE, SKILL, "root", json!({})))).await;
}

#[tokio::test]
async fn set_a_status() {
    let write = Write { effect: &["+ FACET#state#IDLE grace#grace", "~ MEMBER#grace MEMBER"], ..OWN_CHANGE };
    let status = json!({ "state": "IDLE" });
    withstand(&write, || scene(&[], (Method::PATCH, "/users/status/self", "grace", status.clone()))).await;
}

/// Its response was lost, and the retry is in conflict: one more read shows that it took effect.
#[tokio::test]
async fn a_change_in_doubt_costs_one_more_read() {
    let (app, root) = with_superuser().await;
    app.member("grace", &[]).await;
    app.wire.disturb([Fault::None, Fault::None, Fault::CutAfter, Fault::Conflict]);

    let call = app.patch("/users/grace/temporary/data").bearer(&root);
    let changed = call.json(&json!({ "member": true })).send().await;

    assert_eq!(changed.json(), json!({ "message": "role updated successfully!" }));
    let operations = ["GetItem", "GetItem", "TransactWriteItems", "TransactWriteItems", "GetItem"];
    assert_eq!(app.wire.take_operations(), operations);
}
