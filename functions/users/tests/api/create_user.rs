//! `POST /users`

use crate::people::{ada, named, session_with, sign_up, signed_up_ada, with_superuser};
use crate::stored::Stored;
use insta::assert_snapshot;
use serde_json::json;
use std::time::Duration;

#[tokio::test]
async fn makes_the_record_of_the_sessions_member() {
    let app = crate::start().await;

    let made = sign_up(&app, &app.session("ada"), &ada()).await;

    assert_snapshot!(made.shown(), @r#"
    200 {
      "id": "ada",
      "username": "Ada-Lovelace",
      "first_name": "Ada",
      "last_name": "Lovelace",
      "yoe": 3,
      "company": "Analytical Engines",
      "designation": "Programmer",
      "img": "https://example.com/ada.png",
      "linkedin_id": "ada-lovelace",
      "twitter_id": "ada",
      "instagram_id": "ada.l",
      "website": "https://ada.example.com",
      "github_id": "AdaL",
      "github_user_id": "1815",
      "github_display_name": "Ada, Countess of Lovelace",
      "isMember": false,
      "tokens": {},
      "badges": [],
      "roles": {
        "archived": false,
        "in_discord": false
      },
      "incompleteUserDetails": false,
      "created_at": 1710498600000,
      "updated_at": 1710498600000
    }
    "#);
    assert_eq!(app.wire.take_operations(), ["GetItem", "TransactWriteItems"]);
    let own = app.get("/users/self").bearer(&app.session("ada")).send().await;
    assert_eq!(own.shown(), made.shown(), "the answer is what is stored");
}

#[tokio::test]
async fn takes_two_names() {
    let app = crate::start().await;

    let made = sign_up(&app, &app.session("ada"), &json!({ "first_name": "Ada", "last_name": "Lovelace" })).await;

    assert_snapshot!(made.shown(), @r#"
    200 {
      "id": "ada",
      "first_name": "Ada",
      "last_name": "Lovelace",
      "isMember": false,
      "tokens": {},
      "badges": [],
      "roles": {
        "archived": false,
        "in_discord": false
      },
      "incompleteUserDetails": true,
      "created_at": 1710498600000,
      "updated_at": 1710498600000
    }
    "#);
}

#[tokio::test]
async fn stores_the_member_with_claims_and_index() {
    let app = crate::start().await;

    let _ada = signed_up_ada(&app).await;

    assert_snapshot!(Stored::of(&app).keys().await, @"
    FACET#all ada-lovelace#ada
    FACET#discord#none ada-lovelace#ada
    FACET#not-in-discord 001710498600000#ada
    FACET#unverified ada
    GITHUB#adal CLAIM
    GITHUBUSER#1815 CLAIM
    MEMBER#ada MEMBER
    USERNAME#ada-lovelace CLAIM
    ");
}

/// Who has no username is listed nowhere, but can be archived.
#[tokio::test]
async fn lists_no_member_without_a_username() {
    let app = crate::start().await;

    let made = sign_up(&app, &app.session("ada"), &json!({ "first_name": "Ada", "last_name": "Lovelace" })).await;

    let _ada = made.expect(200);
    assert_snapshot!(Stored::of(&app).keys().await, @"
    FACET#not-in-discord 001710498600000#ada
    FACET#unverified ada
    MEMBER#ada MEMBER
    ");
}

#[tokio::test]
async fn keeps_email_and_phone_for_the_members_own_eyes() {
    let app = crate::start().await;
    let ada = signed_up_ada(&app).await;

    let own = app.get("/users/self?private=true").bearer(&ada).send().await.expect(200).json();

    assert_eq!(own["email"], "ada@example.com");
    assert_eq!(own["phone"], 919_876_543_210_u64);
}

#[tokio::test]
async fn takes_a_phone_as_digits_and_makes_it_a_number() {
    let app = crate::start().await;
    let forms = [
        (json!("+919876543210"), 919_876_543_210_u64),
        (json!("919876543210"), 919_876_543_210),
        (json!("007"), 7),
        (json!(0), 0),
        (json!("999999999999999"), 999_999_999_999_999),
    ];

    for (position, (phone, number)) in forms.into_iter().enumerate() {
        let session = app.session(&format!("member-{position}"));
        let draft = json!({ "first_name": "Ada", "last_name": "Lovelace", "phone": phone });
        let _made = sign_up(&app, &session, &draft).await.expect(200);

        let own = app.get("/users/self?private=true").bearer(&session).send().await.expect(200).json();
        assert_eq!(own["phone"], number, "{phone}");
    }
}

#[tokio::test]
async fn signs_nobody_up_twice() {
    let app = crate::start().await;
    let ada = signed_up_ada(&app).await;
    let before = Stored::of(&app).items().await;

    let again = sign_up(&app, &ada, &json!({ "username": "byron", "first_name": "A", "last_name": "L" })).await;

    assert_snapshot!(again.shown(), @r#"
    409 {
      "statusCode": 409,
      "error": "Conflict",
      "message": "User already exists"
    }
    "#);
    assert_eq!(app.wire.take_operations(), ["GetItem", "TransactWriteItems"]);
    assert_eq!(Stored::of(&app).items().await, before);
}

#[tokio::test]
async fn gives_nobody_what_another_has() {
    let (app, root) = with_superuser().await;
    let mut first = ada();
    first["id"] = json!("ada");
    first["discordId"] = json!("799600467218923521");
    let _ada = sign_up(&app, &root, &first).await.expect(200);
    let before = Stored::of(&app).items().await;
    let taken = [
        json!({ "username": "ada-lovelace" }),
        json!({ "username": "ADA-LOVELACE" }),
        json!({ "username": "Ada-Lovelace", "github_id": "grace" }),
        json!({ "github_id": "AdaL" }),
        json!({ "github_id": "adal", "username": "grace" }),
        json!({ "github_user_id": "1815", "username": "grace", "github_id": "grace" }),
        json!({ "discordId": "799600467218923521", "username": "grace", "github_id": "grace", "github_user_id": "1906" }),
        json!({ "id": "ada", "username": "grace" }),
    ];

    for mut draft in taken {
        draft["first_name"] = json!("Grace");
        draft["last_name"] = json!("Hopper");
        let refused = sign_up(&app, &root, &draft).await;

        assert_eq!(refused.status, 409, "{draft}");
        assert_eq!(refused.json()["message"], "User already exists");
        assert_eq!(Stored::of(&app).items().await, before, "{draft}");
    }
}

/// Nothing is left of a sign-up that failed, so that all of it but what was taken can be had.
#[tokio::test]
async fn lets_have_what_a_failed_sign_up_asked_for() {
    let app = crate::start().await;
    let _ada = signed_up_ada(&app).await;
    let grace = app.session("grace");
    let mut draft = json!({
        "username": "grace-hopper", "first_name": "Grace", "last_name": "Hopper", "github_id": "graceh",
        "github_user_id": "1815",
    });
    let _refused = sign_up(&app, &grace, &draft).await.expect(409);

    draft["github_user_id"] = json!("1906");
    let _made = sign_up(&app, &grace, &draft).await.expect(200);

    assert_snapshot!(Stored::of(&app).claims().await, @"
    GITHUB#adal: ada
    GITHUB#graceh: grace
    GITHUBUSER#1815: ada
    GITHUBUSER#1906: grace
    USERNAME#ada-lovelace: ada
    USERNAME#grace-hopper: grace
    ");
}

#[tokio::test]
async fn takes_everything_from_a_superuser() {
    let (app, root) = with_superuser().await;
    let draft = json!({
        "id": "grace_1", "username": "grace", "first_name": "Grace", "last_name": "Hopper",
        "roles": { "in_discord": true, "designer": true }, "isMember": true, "userType": "admiral",
        "discordId": "799600467218923521",
    });

    let made = sign_up(&app, &root, &draft).await;

    assert_snapshot!(made.shown(), @r#"
    200 {
      "id": "grace_1",
      "username": "grace",
      "first_name": "Grace",
      "last_name": "Hopper",
      "isMember": true,
      "userType": "admiral",
      "discordId": "799600467218923521",
      "tokens": {},
      "badges": [],
      "roles": {
        "archived": false,
        "designer": true,
        "in_discord": true,
        "member": true
      },
      "incompleteUserDetails": false,
      "created_at": 1710498600000,
      "updated_at": 1710498600000
    }
    "#);
    assert_eq!(app.wire.take_operations(), ["GetItem", "TransactWriteItems"]);
}

#[tokio::test]
async fn makes_an_id_for_who_has_none() {
    let (app, root) = with_superuser().await;
    let mut ids = Vec::new();

    for _ in 0..2 {
        let made = sign_up(&app, &root, &json!({ "first_name": "Grace", "last_name": "Hopper" })).await.expect(200);
        ids.push(made.json()["id"].as_str().unwrap().to_owned());
    }

    assert!(ids.iter().all(|id| id.len() == 20 && id.chars().all(|c| c.is_ascii_alphanumeric())), "{ids:?}");
    assert_ne!(ids[0], ids[1]);
}

#[tokio::test]
async fn lets_only_superusers_say_more() {
    let (app, root) = with_superuser().await;
    let grace = named(&app, &root, "grace", "grace").await;
    let more = [
        ("id", json!("ada")),
        ("roles", json!({ "super_user": true })),
        ("roles", json!({})),
        ("isMember", json!(false)),
        ("userType", json!("")),
        ("discordId", json!("1")),
    ];

    for (field, value) in more {
        let mut draft = json!({ "first_name": "Ada", "last_name": "Lovelace" });
        draft[field] = value;
        for session in [&app.session("ada"), &grace] {
            let refused = sign_up(&app, session, &draft).await.expect(400).json();
            let message = format!("\"{field}\" is not allowed");
            assert_eq!(refused, json!({ "statusCode": 400, "error": "Bad Request", "message": message }));
        }
    }
    assert!(app.wire.take_operations().iter().all(|operation| operation == "GetItem"), "nothing is written");
}

/// The system keeps them, or they are nobody's to set.
#[tokio::test]
async fn lets_nobody_say_what_the_system_keeps() {
    let (app, root) = with_superuser().await;
    let kept = [
        "tokens",
        "badges",
        "created_at",
        "updated_at",
        "chaincode",
        "incompleteUserDetails",
        "discordJoinedAt",
        "picture",
        "profileURL",
        "skills",
        "currentStatus",
        "status",
        "version",
        "operation",
        "pk",
        "sk",
    ];

    for field in kept {
        let mut draft = json!({ "first_name": "Ada", "last_name": "Lovelace" });
        draft[field] = json!({});
        let refused = sign_up(&app, &root, &draft).await.expect(400).json();
        assert_eq!(refused["message"], format!("\"{field}\" is not allowed"));
    }
    assert!(app.wire.take_operations().iter().all(|operation| operation == "GetItem"), "nothing is written");
}

#[tokio::test]
async fn holds_the_body_to_the_sessions_claims() {
    let app = crate::start().await;
    let claims = [
        (json!({ "github_id": "AdaL" }), json!({ "github_id": "GraceH" }), "github_id"),
        (json!({ "github_id": "AdaL" }), json!({ "github_user_id": "1815" }), "github_id"),
        (json!({ "github_user_id": "1815" }), json!({ "github_user_id": "1906" }), "github_user_id"),
        (json!({ "github_user_id": 1815 }), json!({ "github_id": "AdaL" }), "github_user_id"),
    ];

    for (said, mut draft, field) in claims {
        draft["first_name"] = json!("Ada");
        draft["last_name"] = json!("Lovelace");
        let refused = sign_up(&app, &session_with(&app, "ada", &said), &draft).await.expect(400).json();
        assert_eq!(refused["message"], format!("\"{field}\" must be that of the session"));
    }
    assert!(app.wire.take_operations().iter().all(|operation| operation == "GetItem"), "nothing is written");

    let both = session_with(&app, "ada", &json!({ "github_id": "AdaL", "github_user_id": 1815 }));
    let _made = sign_up(&app, &both, &ada()).await.expect(200);
}

#[tokio::test]
async fn holds_no_superuser_to_the_sessions_claims() {
    let (app, _) = with_superuser().await;
    let root = session_with(&app, "root", &json!({ "github_id": "root" }));

    let _made =
        sign_up(&app, &root, &json!({ "first_name": "A", "last_name": "L", "github_id": "ada" })).await.expect(200);
}

#[tokio::test]
async fn tells_when_it_was() {
    let (app, root) = with_superuser().await;
    app.clock.advance(Duration::from_millis(1501));

    let made = sign_up(&app, &root, &json!({ "first_name": "A", "last_name": "L" })).await.expect(200).json();

    assert_eq!([&made["created_at"], &made["updated_at"]], [1_710_498_601_501_i64; 2]);
}
