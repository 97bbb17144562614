//! Which sessions each route accepts.

use crate::people::{named, with_superuser};
use crate::routes::{Need, Route, all};
use http::Method;
use insta::{allow_duplicates, assert_snapshot};
use serde_json::json;
use testing::{Session, Stored, TestApp};

/// Returns the routes that have any of these needs.
fn that_need(needs: &[Need]) -> Vec<Route> {
    all().into_iter().filter(|route| needs.contains(&route.need)).collect()
}

/// Starts the API with the superuser `root` and the member `grace`, and returns it with their sessions.
async fn with_grace() -> (TestApp, String, String) {
    let (app, root) = with_superuser().await;
    let grace = named(&app, &root, "grace", "Hopper").await;
    (app, root, grace)
}

#[tokio::test]
async fn of_archived_superusers_have_no_power() {
    let (app, root, _) = with_grace().await;
    app.member("former", &["super_user", "archived"]).await;
    let former = app.session("former");
    let before = Stored::of(&app).items().await;

    for route in that_need(&[Need::Superuser]) {
        let refused = route.call(&app).bearer(&former).send().await;
        assert_eq!(refused.status, 401, "{route:?}");
    }
    assert_eq!(Stored::of(&app).items().await, before);
    let restore = app.patch("/users/former/temporary/data").bearer(&root).json(&json!({ "archived": false }));
    let _restored = restore.send().await.expect(200);
    let change = app.patch("/users/grace/temporary/data").bearer(&former).json(&json!({ "member": true }));
    let _changed = change.send().await.expect(200);
}

#[tokio::test]
async fn are_required_by_every_route_that_is_not_public() {
    let (app, _, _) = with_grace().await;
    let now = app.now().as_second();
    let invalid = [
        Session::token(&json!({ "userId": "root", "iat": now - 60, "exp": now })),
        Session::token(&json!({ "userId": "root", "iat": now })),
        Session::token(&json!({ "iat": now, "exp": now + 60 })),
        Session::token(&json!({ "userId": 7, "iat": now, "exp": now + 60 })),
        "not.a.token".to_owned(),
    ];

    for route in that_need(&[Need::Session, Need::Unrestricted, Need::Superuser]) {
        let mut answers = vec![route.call(&app).send().await];
        for token in &invalid {
            answers.push(route.call(&app).bearer(token).send().await);
            answers.push(route.call(&app).header("cookie", &format!("rds-session={token}")).send().await);
        }
        for answer in answers {
            allow_duplicates! {
                assert_snapshot!(answer.shown(), @r#"
                401 {
                  "statusCode": 401,
                  "error": "Unauthorized",
                  "message": "Unauthenticated User"
                }
                "#);
            }
        }
        assert!(app.wire.take_operations().is_empty(), "{route:?}");
    }
}

#[tokio::test]
async fn are_ignored_by_public_routes() {
    let (app, _, _) = with_grace().await;

    for route in that_need(&[Need::Nothing]) {
        let answer = route.call(&app).send().await;
        let with_invalid_session = route.call(&app).header("cookie", "rds-session=bad").bearer("bad").send().await;
        assert!([200, 404].contains(&answer.status.as_u16()), "{route:?}");
        assert_eq!(with_invalid_session.shown(), answer.shown(), "{route:?}");
    }
}

#[tokio::test]
async fn can_be_sent_as_a_cookie_or_a_bearer_token() {
    let (app, root, _) = with_grace().await;

    for route in that_need(&[Need::Session, Need::Unrestricted, Need::Superuser]) {
        let as_bearer = route.call(&app).bearer(&root).send().await;
        let in_cookie = route.call(&app).header("cookie", &format!("a=b; rds-session={root}; c=d")).send().await;
        for answer in [as_bearer, in_cookie] {
            assert!(!String::from_utf8_lossy(&answer.bytes).contains("Unauthenticated User"), "{route:?}");
        }
    }
}

#[tokio::test]
async fn must_belong_to_superusers_on_superuser_routes() {
    let (app, _, grace) = with_grace().await;
    let before = Stored::of(&app).items().await;

    for route in that_need(&[Need::Superuser]) {
        for session in [&grace, &app.session("nobody")] {
            let answer = route.call(&app).bearer(session).send().await;
            allow_duplicates! {
                assert_snapshot!(answer.shown(), @r#"
                401 {
                  "statusCode": 401,
                  "error": "Unauthorized",
                  "message": "You are not authorized for this action."
                }
                "#);
            }
            assert_eq!(app.wire.take_operations(), ["GetItem"], "{route:?}");
        }
    }
    assert_eq!(Stored::of(&app).items().await, before);
}

#[tokio::test]
async fn of_restricted_members_can_only_read() {
    let (app, _, _) = with_grace().await;
    app.member("mary", &["restricted"]).await;
    app.member("joan", &["restricted", "super_user"]).await;
    let before = Stored::of(&app).items().await;

    for route in all() {
        for id in ["mary", "joan"] {
            let answer = route.call(&app).bearer(&app.session(id)).send().await;
            if route.method == Method::GET {
                assert!([200, 404].contains(&answer.status.as_u16()), "{route:?}");
            } else {
                allow_duplicates! {
                    assert_snapshot!(answer.shown(), @r#"
                    403 {
                      "statusCode": 403,
                      "error": "Forbidden",
                      "message": "You are restricted from performing this action"
                    }
                    "#);
                }
            }
        }
    }
    assert_eq!(Stored::of(&app).items().await, before);
}

/// Where the caller's own record or status is read, that is the requested resource itself.
#[tokio::test]
async fn cost_nothing_on_reading_routes() {
    let (app, _, grace) = with_grace().await;

    for route in that_need(&[Need::Session]) {
        let _answer = route.call(&app).bearer(&grace).send().await;
        let operations = app.wire.take_operations();
        let expected: &[&str] = match route.path {
            "/users" | "/users/search?verified=false" => &["Query", "BatchGetItem"],
            _ => &["GetItem"],
        };
        assert_eq!(operations, expected, "{route:?}");
    }
}

#[tokio::test]
async fn work_before_the_member_signs_up() {
    let (app, _, _) = with_grace().await;
    let joan = app.session("joan");

    for route in that_need(&[Need::Session]) {
        let answer = route.call(&app).bearer(&joan).send().await;
        let is_own = route.path.ends_with("/self");
        assert_eq!(answer.status, if is_own { 404 } else { 200 }, "{route:?}");
    }
    let sign_up = all().into_iter().find(|route| route.method == Method::POST && route.path == "/users").unwrap();
    let created = sign_up.call(&app).bearer(&joan).send().await.expect(200).json();
    assert_eq!(created["id"], "joan");
}

#[tokio::test]
async fn can_outlive_their_members() {
    let (app, root, _) = with_grace().await;
    Stored::of(&app).remove("MEMBER#root", "MEMBER").await;

    for route in that_need(&[Need::Superuser]) {
        let answer = route.call(&app).bearer(&root).send().await;
        assert_eq!(answer.status, 401, "{route:?}");
    }
    let own = app.get("/users/self").bearer(&root).send().await;
    assert_eq!(own.status, 404);
}

/// The caller is checked before anything else in the request.
#[tokio::test]
async fn are_checked_before_the_body() {
    let (app, _, grace) = with_grace().await;

    for route in that_need(&[Need::Unrestricted, Need::Superuser]) {
        let call = || app.call(route.method.clone(), route.path).body("{");
        assert_eq!(call().send().await.status, 401, "{route:?}");
        if route.need == Need::Superuser {
            assert_eq!(call().bearer(&grace).send().await.status, 401, "{route:?}");
        }
    }
}
