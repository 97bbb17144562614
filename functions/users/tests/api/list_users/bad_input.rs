//! Invalid parameters of `GET /users`.

use super::with_members;
use http::StatusCode;
use insta::assert_snapshot;
use serde_json::json;
use testing::TestApp;

async fn assert_rejected(app: &TestApp, session: &str, query: &str, message: &str) {
    let refused = app.get(&format!("/users?{query}")).bearer(session).send().await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{query}");
    assert_eq!(refused.json(), json!({ "statusCode": 400, "error": "Bad Request", "message": message }), "{query}");
}

#[tokio::test]
async fn is_rejected_as_a_size_or_page() {
    let (app, root) = with_members(&["adam"]).await;
    let not_numbers =
        ["", "-1", "+1", "%2B1", "1.5", "1.0", "1e1", "0x10", "abc", "null", "true", "1,2", "%201", "%00", "%EF%BC%91"];
    for size in not_numbers.into_iter().chain(["0", "00", "007", "101", "1000", "18446744073709551617"]) {
        assert_rejected(&app, &root, &format!("size={size}"), "size must be in range 1-100").await;
    }
    for page in not_numbers {
        let message = "page value either be a positive number or zero";
        assert_rejected(&app, &root, &format!("page={page}"), message).await;
    }
    assert!(app.wire.take_operations().is_empty());
    for valid in ["size=1", "size=100", "page=0"] {
        let _listed = app.get(&format!("/users?{valid}")).bearer(&root).send().await.expect(200);
    }
}

#[tokio::test]
async fn is_rejected_as_a_page_that_is_too_far() {
    let (app, root) = with_members(&["adam"]).await;
    let message = "page must not skip more than 10000 members; follow links.next to go on from there";
    for page in ["page=101", "page=10001&size=1", "size=3&page=3334", "page=18446744073709551615&size=1"] {
        assert_rejected(&app, &root, page, message).await;
        let refused = app.get(&format!("/users/search?role=MEMBER&{page}")).bearer(&root).send().await.expect(400);
        assert_eq!(refused.json()["message"], message, "{page}");
    }
    assert_rejected(&app, &root, "page=18446744073709551616", message).await;
    assert!(app.wire.take_operations().is_empty());
    for page in ["page=100", "page=10000&size=1", "size=3&page=3333"] {
        let _beyond = app.get(&format!("/users?{page}")).bearer(&root).send().await.expect(200);
    }
}

#[tokio::test]
async fn is_rejected_as_another_role() {
    let (app, root) = with_members(&["adam"]).await;
    for role in ["", "MEMBER", "members", "archived", "super_user"] {
        assert_rejected(&app, &root, &format!("roles={role}"), "only member role is supported").await;
    }
    assert_rejected(&app, &root, "roles=member&roles=archived", "\"roles\" must be given once").await;
}

#[tokio::test]
async fn is_rejected_if_parameters_contradict_each_other() {
    let (app, root) = with_members(&["adam"]).await;
    let contradictions = [
        ("prev=mada&next=mada", "Both prev and next can't be passed"),
        ("next=&prev=", "Both prev and next can't be passed"),
        ("page=0&prev=mada&next=mada", "Both prev and next can't be passed"),
        ("page=1&next=mada", "Both page and next can't be passed"),
        ("next=mada&page=0", "Both page and next can't be passed"),
        ("next=nobody&page=0&size=1&search=a", "Both page and next can't be passed"),
        ("page=1&prev=mada", "Both page and prev can't be passed"),
        ("prev=%23&page=0", "Both page and prev can't be passed"),
    ];
    for (query, message) in contradictions {
        assert_rejected(&app, &root, query, message).await;
    }
    assert!(app.wire.take_operations().is_empty());
}

#[tokio::test]
async fn is_rejected_as_a_cursor() {
    let (app, root) = with_members(&["adam"]).await;
    app.member("nameless", &[]).await;
    let overlong = "n".repeat(70);
    let cut = "n".repeat(64);
    let unknown = [
        ("nobody", "nobody"),
        ("adam", "adam"),
        ("MADA", "MADA"),
        ("nameless", "nameless"),
        ("", ""),
        ("mada%23", "mada#"),
        ("adam%23mada", "adam#mada"),
        ("%C3%A4", "ä"),
        (&overlong, &cut),
    ];
    for (id, named) in unknown {
        for parameter in ["next", "prev"] {
            let message = format!("{parameter} must be the id of a member in the list, and {named} is not");
            assert_rejected(&app, &root, &format!("{parameter}={id}"), &message).await;
            assert_rejected(&app, &root, &format!("{parameter}={id}&search=%C3%A4"), &message).await;
        }
    }
}

#[tokio::test]
async fn is_rejected_as_an_empty_search() {
    let (app, root) = with_members(&["adam"]).await;

    for query in ["search=", "search", "search=&size=1", "page=1&search=", "search=+", "search=%20%09"] {
        assert_rejected(&app, &root, query, "search value must not be empty").await;
    }
    assert!(app.wire.take_operations().is_empty());
}

#[tokio::test]
async fn is_rejected_as_an_unknown_or_repeated_parameter() {
    let (app, root) = with_members(&["adam"]).await;
    let long_name = "x".repeat(300);
    let cut = format!("\"{}\" is not allowed", "x".repeat(64));
    let refused = [
        ("Size=1", "\"Size\" is not allowed"),
        ("size=1&limit=5&count=2", "\"limit\" is not allowed"),
        ("role=MEMBER", "\"role\" is not allowed"),
        ("=1", "\"\" is not allowed"),
        ("%22=1", "\"\"\" is not allowed"),
        (&format!("{long_name}=1"), &cut),
        ("size=1&size=2", "\"size\" must be given once"),
        ("size=1&s%69ze=2", "\"size\" must be given once"),
        ("page=0&page=1", "\"page\" must be given once"),
        ("next=mada&next=adam", "\"next\" must be given once"),
        ("prev=mada&prev=adam", "\"prev\" must be given once"),
        ("search=a&search=b", "\"search\" must be given once"),
        ("profile=true&profile=false", "\"profile\" must be given once"),
        ("profile=yes", "\"profile\" must be true or false"),
        ("profile=", "\"profile\" must be true or false"),
        ("profile=TRUE", "\"profile\" must be true or false"),
        ("id=mada&id=adam", "\"id\" must be given once"),
        ("discordId=1&discordId=2", "\"discordId\" must be given once"),
        ("query=a&query=b", "\"query\" must be given once"),
    ];
    for (query, message) in refused {
        assert_rejected(&app, &root, query, message).await;
    }
    assert!(app.wire.take_operations().is_empty());
    for accepted in ["", "&&size=1&", "dev=true", "dev=1&dev=2", "size=1&s%69ze=1", "profile=false&profile=false"] {
        let _listed = app.get(&format!("/users?{accepted}")).bearer(&root).send().await.expect(200);
    }
}

#[tokio::test]
async fn is_checked_only_after_the_session() {
    let (app, _) = with_members(&["adam"]).await;

    let refused = app.get("/users").send().await;
    assert_snapshot!(refused.shown(), @r#"
    401 {
      "statusCode": 401,
      "error": "Unauthorized",
      "message": "Unauthenticated User"
    }
    "#);
    for query in ["size=0", "x=1", "profile=true", "id=mada", "discordId=1", "next=nobody", "page=1&next=a"] {
        let answer = app.get(&format!("/users?{query}")).bearer("no.such.token").send().await;
        assert_eq!(answer.shown(), refused.shown(), "{query}");
    }
    assert!(app.wire.take_operations().is_empty());
}
