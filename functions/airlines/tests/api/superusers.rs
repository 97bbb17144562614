//! Access to the routes under `/airlines`, which are for superusers only.

use crate::bad_input::in_one_line;
use http::Method;
use insta::{allow_duplicates, assert_snapshot};
use serde_json::{Value, json};
use testing::{Call, Session, TestApp};

/// Creates a superuser and returns a session token.
pub async fn session(app: &TestApp) -> String {
    app.member("ada", &["super_user"]).await;
    app.session("ada")
}

const ROUTES: [(Method, &str); 3] = [
    (Method::POST, "/airlines"),
    (Method::POST, "/airlines/skyteam/keys"),
    (Method::DELETE, "/airlines/skyteam/keys/k3v9x2m7q4w8"),
];

/// Calls all three routes and returns their response, which must be the same and involve no writes.
async fn common_response(app: &TestApp, prepare: impl Fn(Call<'_>) -> Call<'_>) -> String {
    let mut answers = Vec::new();
    for (method, path) in ROUTES {
        // Access is checked before the body: every route would reject this one.
        let request = app.call(method, path).header("content-type", "application/json").body("[]");
        answers.push(prepare(request).send().await.shown());
        assert!(app.wire.take_operations().iter().all(|operation| operation == "GetItem"), "{path}");
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
    answers.remove(0)
}

#[tokio::test]
async fn are_required_to_have_a_session() {
    let app = crate::start().await;
    let _ada = session(&app).await;

    assert_snapshot!(common_response(&app, |request| request).await, @r#"
    401 {
      "statusCode": 401,
      "error": "Unauthorized",
      "message": "Unauthenticated User"
    }
    "#);
    assert!(app.wire.take_operations().is_empty());
}

#[tokio::test]
async fn get_the_same_error_for_every_invalid_session() {
    let app = crate::start().await;
    let _ada = session(&app).await;
    let now = app.now().as_second();
    let unauthenticated = common_response(&app, |request| request).await;
    let bad = [
        Session::token(&json!({ "userId": "ada", "iat": now - 60, "exp": now })),
        Session::token(&json!({ "userId": "ada", "iat": now })),
        Session::token(&json!({ "userId": "ada", "exp": now + 60 })),
        Session::token(&json!({ "iat": now, "exp": now + 60 })),
        "not.a.token".to_owned(),
        String::new(),
    ];

    for token in bad {
        let as_bearer = common_response(&app, |request| request.bearer(&token)).await;
        let in_cookie =
            common_response(&app, |request| request.header("cookie", &format!("rds-session={token}"))).await;

        assert_eq!([as_bearer, in_cookie], [unauthenticated.clone(), unauthenticated.clone()], "{token}");
    }
    assert!(app.wire.take_operations().is_empty());
}

#[tokio::test]
async fn cannot_use_an_api_key_instead_of_a_session() {
    let app = crate::start().await;
    let key = app.airline("skyteam").await;

    let answer = common_response(&app, |request| request.key(&key)).await;

    assert_eq!(answer, common_response(&app, |request| request).await);
}

#[tokio::test]
async fn are_distinguished_from_other_members() {
    let app = crate::start().await;
    app.member("grace", &["member", "in_discord"]).await;
    let grace = app.session("grace");

    assert_snapshot!(common_response(&app, |request| request.bearer(&grace)).await, @r#"
    401 {
      "statusCode": 401,
      "error": "Unauthorized",
      "message": "You are not authorized for this action."
    }
    "#);
}

#[tokio::test]
async fn must_be_signed_up() {
    let app = crate::start().await;
    let stranger = app.session("nobody");

    assert_snapshot!(common_response(&app, |request| request.bearer(&stranger)).await, @r#"
    401 {
      "statusCode": 401,
      "error": "Unauthorized",
      "message": "You are not authorized for this action."
    }
    "#);
}

#[tokio::test]
async fn are_rejected_when_restricted() {
    let app = crate::start().await;
    app.member("joan", &["super_user", "restricted"]).await;
    app.member("mary", &["restricted"]).await;
    let (joan, mary) = (app.session("joan"), app.session("mary"));

    let superuser = common_response(&app, |request| request.bearer(&joan)).await;

    assert_snapshot!(superuser, @r#"
    403 {
      "statusCode": 403,
      "error": "Forbidden",
      "message": "You are restricted from performing this action"
    }
    "#);
    assert_eq!(common_response(&app, |request| request.bearer(&mary)).await, superuser);
}

#[tokio::test]
async fn are_read_once_per_request() {
    let app = crate::start().await;
    let ada = session(&app).await;

    for _ in 0..2 {
        let _refused = app.post("/airlines").bearer(&ada).json(&json!([])).send().await.expect(400);
        assert_eq!(app.wire.take_operations(), ["GetItem"]);
    }
}

#[tokio::test]
async fn can_send_the_session_as_a_cookie() {
    let app = crate::start().await;
    let ada = session(&app).await;
    let cookies = format!("theme=dark; rds-session={ada}; lang=en");

    let created = app.post("/airlines").header("cookie", &cookies);
    let created = created.json(&json!({ "airlineId": "skyteam", "name": "SkyTeam" })).send().await;

    assert_eq!(created.status, 201);
}

#[tokio::test]
async fn must_declare_a_body_as_json() {
    let app = crate::start().await;
    let ada = session(&app).await;
    let key = app.airline("skyteam").await;
    let types = [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/jsonp",
        "application/ld+json",
        "text/json",
        "json",
        "; application/json",
    ];

    for path in ["/airlines", "/airlines/skyteam/keys"] {
        for content_type in types {
            let request = app.post(path).bearer(&ada).header("content-type", content_type);
            let answer = request.body(r#"{"airlineId":"oneworld","name":"Oneworld"}"#).send().await;

            allow_duplicates! {
                assert_snapshot!(answer.shown(), @r#"
                415 {
                  "statusCode": 415,
                  "error": "Unsupported Media Type",
                  "message": "Content-Type must be application/json"
                }
                "#);
            }
        }
        let undeclared = app.post(path).bearer(&ada).body("{}").send().await;
        assert_eq!(undeclared.status, 415);
    }
    assert_eq!(app.get("/airline").key(&key).send().await.status, 200);
}

#[tokio::test]
async fn can_declare_json_in_any_valid_form() {
    let app = crate::start().await;
    let ada = session(&app).await;
    let types = [
        "application/json",
        "application/json; charset=utf-8",
        "application/json;charset=UTF-8",
        "application/json ; charset=\"utf-8\"; profile=x",
        "Application/JSON",
    ];

    for (position, content_type) in types.into_iter().enumerate() {
        let body = json!({ "airlineId": format!("airline-{position}"), "name": "SkyTeam" }).to_string();
        let created = app.post("/airlines").bearer(&ada).header("content-type", content_type).body(body).send().await;

        assert_eq!(created.status, 201, "{content_type}");
    }
}

#[tokio::test]
async fn must_declare_json_even_without_a_body() {
    let app = crate::start().await;
    let ada = session(&app).await;
    let _key = app.airline("skyteam").await;

    // A form on another site could send these with the superuser's cookie.
    let cookie = format!("rds-session={ada}");
    for path in ["/airlines", "/airlines/skyteam/keys"] {
        for content_type in [
            None,
            Some("text/plain"),
            Some("application/x-www-form-urlencoded"),
            Some("multipart/form-data; boundary=x"),
        ] {
            let call = app.post(path).header("cookie", &cookie).header("origin", "https://another.example");
            let call = match content_type {
                Some(content_type) => call.header("content-type", content_type),
                None => call,
            };
            assert_eq!(call.send().await.status, 415, "{path} {content_type:?}");
        }
    }
    let call = app.post("/airlines/skyteam/keys").bearer(&ada).header("content-type", "application/json");
    assert_eq!(call.send().await.status, 201);
}

#[tokio::test]
async fn cannot_find_malformed_ids() {
    let app = crate::start().await;
    let ada = session(&app).await;
    let ids = ["SKYTEAM", "sky%2Fteam", "sky%20team", "sky_team", "%00", "✈", "..%2F..", &"a".repeat(65)];
    let mut answers: Vec<Value> = Vec::new();

    for id in ids {
        let paths = [
            (Method::POST, format!("/airlines/{id}/keys")),
            (Method::DELETE, format!("/airlines/{id}/keys/k3v9x2m7q4w8")),
            (Method::DELETE, format!("/airlines/skyteam/keys/{id}%2F")),
        ];
        for (method, path) in paths {
            let answer = app.call(method, &path).bearer(&ada).json(&json!({})).send().await.expect(404);
            answers.push(answer.json());
        }
    }

    answers.sort_by_key(Value::to_string);
    answers.dedup();
    assert_snapshot!(serde_json::to_string_pretty(&answers).unwrap(), @r#"
    [
      {
        "error": "Not Found",
        "message": "Airline not found",
        "statusCode": 404
      },
      {
        "error": "Not Found",
        "message": "Key not found",
        "statusCode": 404
      }
    ]
    "#);
    assert!(app.wire.take_operations().iter().all(|operation| operation == "GetItem"));
}

#[tokio::test]
async fn cannot_use_a_path_that_is_not_valid_utf_8() {
    let app = crate::start().await;
    let ada = session(&app).await;

    for (method, path) in [
        (Method::POST, "/airlines/%FF/keys"),
        (Method::DELETE, "/airlines/%FF/keys/k3v9x2m7q4w8"),
        (Method::DELETE, "/airlines/skyteam/keys/%C3%28"),
    ] {
        let answer = app.call(method, path).bearer(&ada).send().await;
        allow_duplicates! {
            assert_snapshot!(in_one_line(&answer), @r#"400 {"statusCode":400,"error":"Bad Request","message":"Path must be percent-encoded UTF-8"}"#);
        }
    }
}
