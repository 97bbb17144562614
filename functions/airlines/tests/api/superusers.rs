//! The routes below `/airlines` are for superusers.

use crate::bad_input::in_one_line;
use http::Method;
use insta::{allow_duplicates, assert_snapshot};
use serde_json::{Value, json};
use testing::{Call, Session, TestApp};

/// Makes a superuser, and tells the session.
pub async fn session(app: &TestApp) -> String {
    app.member("ada", &["super_user"]).await;
    app.session("ada")
}

const ROUTES: [(Method, &str); 3] = [
    (Method::POST, "/airlines"),
    (Method::POST, "/airlines/skyteam/keys"),
    (Method::DELETE, "/airlines/skyteam/keys/k3v9x2m7q4w8"),
];

/// What all three routes answer, which must be the same, having written nothing.
async fn answer_of_all(app: &TestApp, prepare: impl Fn(Call<'_>) -> Call<'_>) -> String {
    let mut answers = Vec::new();
    for (method, path) in ROUTES {
        // No rule of the route is asked: this body would be refused by all of them.
        let request = app.call(method, path).header("content-type", "application/json").body("[]");
        answers.push(prepare(request).send().await.shown());
        assert!(app.wire.take_operations().iter().all(|operation| operation == "GetItem"), "{path}");
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
    answers.remove(0)
}

#[tokio::test]
async fn need_a_session() {
    let app = crate::start().await;
    let _ada = session(&app).await;

    assert_snapshot!(answer_of_all(&app, |request| request).await, @r#"
    401 {
      "statusCode": 401,
      "error": "Unauthorized",
      "message": "Unauthenticated User"
    }
    "#);
    assert!(app.wire.take_operations().is_empty());
}

#[tokio::test]
async fn refuse_every_session_that_is_not_good_alike() {
    let app = crate::start().await;
    let _ada = session(&app).await;
    let now = app.now().as_second();
    let unauthenticated = answer_of_all(&app, |request| request).await;
    let bad = [
        Session::token(&json!({ "userId": "ada", "iat": now - 60, "exp": now })),
        Session::token(&json!({ "userId": "ada", "iat": now })),
        Session::token(&json!({ "userId": "ada", "exp": now + 60 })),
        Session::token(&json!({ "iat": now, "exp": now + 60 })),
        "not.a.token".to_owned(),
        String::new(),
    ];

    for token in bad {
        let as_bearer = answer_of_all(&app, |request| request.bearer(&token)).await;
        let in_cookie = answer_of_all(&app, |request| request.header("cookie", &format!("rds-session={token}"))).await;

        assert_eq!([as_bearer, in_cookie], [unauthenticated.clone(), unauthenticated.clone()], "{token}");
    }
    assert!(app.wire.take_operations().is_empty());
}

#[tokio::test]
async fn take_no_api_key_for_a_session() {
    let app = crate::start().await;
    let key = app.airline("skyteam").await;

    let answer = answer_of_all(&app, |request| request.key(&key)).await;

    assert_eq!(answer, answer_of_all(&app, |request| request).await);
}

#[tokio::test]
async fn refuse_members_who_are_no_superusers() {
    let app = crate::start().await;
    app.member("grace", &["member", "in_discord"]).await;
    let grace = app.session("grace");

    assert_snapshot!(answer_of_all(&app, |request| request.bearer(&grace)).await, @r#"
    401 {
      "statusCode": 401,
      "error": "Unauthorized",
      "message": "You are not authorized for this action."
    }
    "#);
}

#[tokio::test]
async fn refuse_who_is_not_signed_up() {
    let app = crate::start().await;
    let nobody = app.session("nobody");

    assert_snapshot!(answer_of_all(&app, |request| request.bearer(&nobody)).await, @r#"
    401 {
      "statusCode": 401,
      "error": "Unauthorized",
      "message": "You are not authorized for this action."
    }
    "#);
}

#[tokio::test]
async fn refuse_the_restricted_even_if_superusers() {
    let app = crate::start().await;
    app.member("joan", &["super_user", "restricted"]).await;
    app.member("mary", &["restricted"]).await;
    let (joan, mary) = (app.session("joan"), app.session("mary"));

    let superuser = answer_of_all(&app, |request| request.bearer(&joan)).await;

    assert_snapshot!(superuser, @r#"
    403 {
      "statusCode": 403,
      "error": "Forbidden",
      "message": "You are restricted from performing this action"
    }
    "#);
    assert_eq!(answer_of_all(&app, |request| request.bearer(&mary)).await, superuser);
}

#[tokio::test]
async fn read_the_member_once_for_each_request() {
    let app = crate::start().await;
    let ada = session(&app).await;

    for _ in 0..2 {
        let _refused = app.post("/airlines").bearer(&ada).json(&json!([])).send().await.expect(400);
        assert_eq!(app.wire.take_operations(), ["GetItem"]);
    }
}

#[tokio::test]
async fn take_the_session_from_the_cookie_too() {
    let app = crate::start().await;
    let ada = session(&app).await;
    let cookies = format!("theme=dark; rds-session={ada}; lang=en");

    let made = app.post("/airlines").header("cookie", &cookies);
    let made = made.json(&json!({ "airlineId": "skyteam", "name": "SkyTeam" })).send().await;

    assert_eq!(made.status, 201);
}

#[tokio::test]
async fn take_a_body_only_when_it_is_declared_to_be_json() {
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
async fn take_json_however_it_is_declared() {
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
        let made = app.post("/airlines").bearer(&ada).header("content-type", content_type).body(body).send().await;

        assert_eq!(made.status, 201, "{content_type}");
    }
}

#[tokio::test]
async fn need_no_declaration_of_no_body() {
    let app = crate::start().await;
    let ada = session(&app).await;
    let _key = app.airline("skyteam").await;

    let made = app.post("/airlines/skyteam/keys").bearer(&ada).send().await;

    assert_eq!(made.status, 201);
}

#[tokio::test]
async fn know_no_id_of_another_form() {
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
            let answer = app.call(method, &path).bearer(&ada).send().await.expect(404);
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
async fn refuse_a_path_that_is_no_text() {
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
