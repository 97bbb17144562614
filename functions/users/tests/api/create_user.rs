//! `POST /users`

use crate::people::{ada, named, session_of_ada, session_with, sign_up, signed_up_ada, with_superuser};
use insta::assert_snapshot;
use serde_json::json;
use std::time::Duration;
use testing::Stored;

#[tokio::test]
async fn creates_the_record_of_the_sessions_member() {
    let app = crate::start().await;

    let created = sign_up(&app, &session_of_ada(&app), &ada()).await;

    assert_snapshot!(created.shown(), @r#"
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
    assert_eq!(own.shown(), created.shown(), "the response should be what is stored");
}

#[tokio::test]
async fn requires_only_two_names() {
    let app = crate::start().await;

    let created = sign_up(&app, &app.session("ada"), &json!({ "first_name": "Ada", "last_name": "Lovelace" })).await;

    assert_snapshot!(created.shown(), @r#"
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
async fn stores_the_member_with_claims_and_index_entries() {
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

/// A member without a username appears in no listing but can be archived.
#[tokio::test]
async fn does_not_list_a_member_without_a_username() {
    let app = crate::start().await;

    let created = sign_up(&app, &app.session("ada"), &json!({ "first_name": "Ada", "last_name": "Lovelace" })).await;

    let _ada = created.expect(200);
    assert_snapshot!(Stored::of(&app).keys().await, @"
    FACET#not-in-discord 001710498600000#ada
    FACET#unverified ada
    MEMBER#ada MEMBER
    ");
}

#[tokio::test]
async fn shows_email_and_phone_only_to_the_member() {
    let app = crate::start().await;
    let ada = signed_up_ada(&app).await;

    let own = app.get("/users/self?private=true").bearer(&ada).send().await.expect(200).json();

    assert_eq!(own["email"], "ada@example.com");
    assert_eq!(own["phone"], 919_876_543_210_u64);
}

#[tokio::test]
async fn converts_the_digits_of_a_phone_to_a_number() {
    let app = crate::start().await;
    let forms = [
        (json!("+919876543210"), 919_876_543_210_u64),
        (json!("919876543210"), 919_876_543_210),
        (json!(1000), 1000),
        (json!("999999999999999"), 999_999_999_999_999),
    ];

    for (position, (phone, number)) in forms.into_iter().enumerate() {
        let session = app.session(&format!("member-{position}"));
        let draft = json!({ "first_name": "Ada", "last_name": "Lovelace", "phone": phone });
        let _created = sign_up(&app, &session, &draft).await.expect(200);

        let own = app.get("/users/self?private=true").bearer(&session).send().await.expect(200).json();
        assert_eq!(own["phone"], number, "{phone}");
    }
}

#[tokio::test]
async fn signs_no_member_up_twice() {
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
async fn rejects_taken_unique_values() {
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

/// A failed sign-up leaves nothing behind, so its other unique values are still free.
#[tokio::test]
async fn leaves_no_claims_after_a_failed_sign_up() {
    let app = crate::start().await;
    let _ada = signed_up_ada(&app).await;
    let mut draft = json!({
        "username": "grace-hopper", "first_name": "Grace", "last_name": "Hopper", "github_id": "graceh",
        "github_user_id": "1815",
    });
    let grace = session_with(&app, "grace", &draft);
    let _refused = sign_up(&app, &grace, &draft).await.expect(409);

    draft["github_user_id"] = json!("1906");
    let grace = session_with(&app, "grace", &draft);
    let _created = sign_up(&app, &grace, &draft).await.expect(200);

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
async fn accepts_every_field_from_a_superuser() {
    let (app, root) = with_superuser().await;
    let draft = json!({
        "id": "grace_1", "username": "grace", "first_name": "Grace", "last_name": "Hopper",
        "roles": { "in_discord": true, "designer": true }, "isMember": true, "userType": "admiral",
        "discordId": "799600467218923521",
    });

    let created = sign_up(&app, &root, &draft).await;

    assert_snapshot!(created.shown(), @r#"
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
async fn generates_an_id_if_none_is_given() {
    let (app, root) = with_superuser().await;
    let mut ids = Vec::new();

    for _ in 0..2 {
        let created = sign_up(&app, &root, &json!({ "first_name": "Grace", "last_name": "Hopper" })).await.expect(200);
        ids.push(created.json()["id"].as_str().unwrap().to_owned());
    }

    assert!(ids.iter().all(|id| id.len() == 20 && id.chars().all(|c| c.is_ascii_alphanumeric())), "{ids:?}");
    assert_ne!(ids[0], ids[1]);
}

#[tokio::test]
async fn accepts_more_fields_only_from_superusers() {
    let (app, root) = with_superuser().await;
    let grace = named(&app, &root, "grace", "grace").await;
    let more = [
        ("id", json!("ada")),
        ("roles", json!({ "super_user": true })),
        ("roles", json!({})),
        ("isMember", json!(false)),
        ("userType", json!("pilot")),
        ("discordId", json!("799600467218900001")),
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
    assert!(app.wire.take_operations().iter().all(|operation| operation == "GetItem"), "nothing should be written");
}

/// The system maintains these fields, or no one can set them.
#[tokio::test]
async fn rejects_fields_that_the_system_maintains() {
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
    assert!(app.wire.take_operations().iter().all(|operation| operation == "GetItem"), "nothing should be written");
}

#[tokio::test]
async fn takes_a_github_account_only_from_the_session() {
    let app = crate::start().await;
    let claims = [
        (json!({}), json!({ "github_id": "AdaL" }), "github_id"),
        (json!({}), json!({ "github_user_id": "1815" }), "github_user_id"),
        (json!({ "github_id": "AdaL" }), json!({ "github_id": "GraceH" }), "github_id"),
        (json!({ "github_id": "AdaL" }), json!({ "github_user_id": "1815" }), "github_user_id"),
        (json!({ "github_user_id": "1815" }), json!({ "github_user_id": "1906" }), "github_user_id"),
        (json!({ "github_user_id": 1815 }), json!({ "github_id": "AdaL" }), "github_id"),
    ];

    for (session_claims, mut draft, field) in claims {
        draft["first_name"] = json!("Ada");
        draft["last_name"] = json!("Lovelace");
        let refused = sign_up(&app, &session_with(&app, "ada", &session_claims), &draft).await.expect(400).json();
        assert_eq!(refused["message"], format!("\"{field}\" is not allowed"));
    }
    assert!(app.wire.take_operations().iter().all(|operation| operation == "GetItem"), "nothing should be written");

    let created = sign_up(&app, &session_of_ada(&app), &json!({ "first_name": "A", "last_name": "L" })).await;
    let created = created.expect(200).json();
    assert_eq!([&created["github_id"], &created["github_user_id"]], ["AdaL", "1815"], "they need not be repeated");
}

#[tokio::test]
async fn does_not_require_a_superusers_body_to_match_the_sessions_claims() {
    let (app, _) = with_superuser().await;
    let root = session_with(&app, "root", &json!({ "github_id": "root" }));

    let _created =
        sign_up(&app, &root, &json!({ "first_name": "A", "last_name": "L", "github_id": "ada" })).await.expect(200);
}

#[tokio::test]
async fn sets_the_timestamps() {
    let (app, root) = with_superuser().await;
    app.clock.advance(Duration::from_millis(1501));

    let created = sign_up(&app, &root, &json!({ "first_name": "A", "last_name": "L" })).await.expect(200).json();

    assert_eq!([&created["created_at"], &created["updated_at"]], [1_710_498_601_501_i64; 2]);
}
