//! Invalid parameters of `GET /users/search`.

use super::with_community;
use insta::assert_snapshot;
use serde_json::json;
use testing::TestApp;

async fn assert_rejected(app: &TestApp, session: &str, query: &str, message: &str) {
    let refused = app.get(&format!("/users/search?{query}")).bearer(session).send().await;
    assert_eq!(refused.json(), json!({ "statusCode": 400, "error": "Bad Request", "message": message }), "{query}");
    assert_eq!(refused.status, 400, "{query}");
}

#[tokio::test]
async fn includes_a_missing_filter() {
    let (app, root) = with_community().await;

    let refused = app.get("/users/search").bearer(&root).send().await;

    assert_snapshot!(refused.shown(), @r#"
    400 {
      "statusCode": 400,
      "error": "Bad Request",
      "message": "Filter for item not provided"
    }
    "#);
    for query in ["", "size=1", "page=0", "dev=true", "next=ada", "prev=nobody&size=2", "search=ad"] {
        assert_rejected(&app, &root, query, "Filter for item not provided").await;
    }
    assert!(app.wire.take_operations().is_empty());
}

#[tokio::test]
async fn is_rejected_with_the_name_of_the_parameter() {
    let (app, root) = with_community().await;
    let overlong = "x".repeat(101);
    let cases: [(&str, &str, &[&str]); 8] = [
        ("tagId", "a tag's id", &["", "a%20b", "%23", "%C3%A4", "a%00", &overlong]),
        ("levelId", "a level's id", &["", "a.b", "%F0%9F%9B%AB", &overlong]),
        ("levelName", "a level's name", &["", &overlong]),
        ("levelValue", "an integer", &["", "one", "1.5", "1e1", "0x1", "%201", "9223372036854775808", "NaN", "true"]),
        (
            "state",
            "one of ACTIVE, OOO, IDLE, ONBOARDING, ONBOARDING31DAYS",
            &["", "active", "Ooo", "ONBOARDING32DAYS", "ACTIVE,OOO", "null"],
        ),
        (
            "role",
            "one of MEMBER, INDISCORD, ARCHIVED",
            &["", "Member", "super_user", "SUPER_USER", "restricted", "IN_DISCORD", "indiscord", "MEMBER%20"],
        ),
        ("verified", "true or false", &["", "TRUE", "yes", "1", "0", "null"]),
        (
            "time",
            "a number of days, such as 31d",
            &["", "31", "d", "-1d", "%2B1d", "1.5d", "31D", "1w", "31dd", "100000d", "%2031d", "1_0d"],
        ),
    ];
    for (parameter, expected, values) in cases {
        let message = format!("\"{parameter}\" must be {expected}");
        for value in values {
            assert_rejected(&app, &root, &format!("{parameter}={value}"), &message).await;
            // One invalid value among valid ones.
            assert_rejected(&app, &root, &format!("verified=true&{parameter}={value}&role=MEMBER"), &message).await;
        }
    }
    assert!(app.wire.take_operations().is_empty());
}

#[tokio::test]
async fn is_rejected_as_a_page_like_in_the_list() {
    let (app, root) = with_community().await;
    let cases = [
        ("size=0", "size must be in range 1-100"),
        ("size=101", "size must be in range 1-100"),
        ("size=", "size must be in range 1-100"),
        ("page=-1", "page value either be a positive number or zero"),
        ("page=one", "page value either be a positive number or zero"),
        ("next=ada&prev=ada", "Both prev and next can't be passed"),
        ("next=ada&page=0", "Both page and next can't be passed"),
        ("prev=ada&page=0", "Both page and prev can't be passed"),
        ("size=1&size=2", "\"size\" must be given once"),
        ("next=ada&next=bob", "\"next\" must be given once"),
        ("search=", "search value must not be empty"),
        ("search=+", "search value must not be empty"),
        ("search=a&search=b", "\"search\" must be given once"),
        ("Role=MEMBER", "\"Role\" is not allowed"),
        ("query=x", "\"query\" is not allowed"),
        ("id=ada", "\"id\" is not allowed"),
    ];
    for (query, message) in cases {
        assert_rejected(&app, &root, &format!("role=MEMBER&{query}"), message).await;
    }
    assert!(app.wire.take_operations().is_empty());
    app.member("nameless", &[]).await;
    for unknown in ["nobody", "ADA", "nameless", "a%20b"] {
        for parameter in ["next", "prev"] {
            let id = unknown.replace("%20", " ");
            let message = format!("{parameter} must be the id of a member in the list, and {id} is not");
            assert_rejected(&app, &root, &format!("role=MEMBER&{parameter}={unknown}"), &message).await;
        }
    }
}

#[tokio::test]
async fn is_checked_only_after_the_session() {
    let (app, _) = with_community().await;

    for query in ["", "?role=MEMBER", "?role=x", "?size=0"] {
        let refused = app.get(&format!("/users/search{query}")).send().await;
        let expected = json!({ "statusCode": 401, "error": "Unauthorized", "message": "Unauthenticated User" });
        assert_eq!((refused.status.as_u16(), refused.json()), (401, expected), "{query}");
    }
    assert!(app.wire.take_operations().is_empty());
}
