//! Validation of member fields, both at sign-up and when members change their own records.

use crate::bad_input::answers;
use crate::people::{signed_up_ada, with_superuser};
use insta::assert_snapshot;
use serde_json::json;
use testing::Stored;

/// Fields that members cannot change in their own records.
const ONLY_AT_SIGN_UP: [&str; 8] =
    ["id", "github_id", "github_user_id", "github_display_name", "roles", "isMember", "userType", "discordId"];

/// Signs members up as a superuser with each of these invalid fields and returns the errors, one per line. Asserts that
/// changing one's own record gives the same errors for the fields that it accepts.
async fn errors(invalid: &[(&str, &str)]) -> String {
    let (app, root) = with_superuser().await;
    let valid = json!({ "first_name": "Ada", "last_name": "Lovelace" });
    let ada = signed_up_ada(&app).await;
    let before = Stored::of(&app).items().await;

    let refused = answers(|| app.post("/users").bearer(&root), &valid, invalid).await;

    let in_both = |(field, value): &(&str, &str)| !value.is_empty() && !ONLY_AT_SIGN_UP.contains(field);
    let own: Vec<_> = invalid.iter().copied().filter(in_both).collect();
    let own = answers(|| app.patch("/users/self").bearer(&ada), &json!({}), &own).await;
    // The position in the body is the only difference.
    let without_column = |line: &str| line.split(" at line ").next().unwrap_or_default().to_owned();
    let at_sign_up: Vec<_> = refused.lines().map(without_column).collect();
    assert!(own.lines().all(|line| at_sign_up.contains(&without_column(line))), "{own}");
    assert!(app.wire.take_operations().iter().all(|operation| operation == "GetItem"), "nothing should be written");
    assert_eq!(Stored::of(&app).items().await, before);
    refused
}

/// Returns a JSON string with `length` characters.
fn long(length: usize) -> String {
    format!("\"{}\"", "ä".repeat(length))
}

#[tokio::test]
async fn that_identify_members_are_validated() {
    let username = format!("\"{}\"", "a".repeat(33));
    let id = format!("\"{}\"", "a".repeat(65));
    let invalid = [
        ("id", "7"),
        ("id", "\"\""),
        ("id", "\"a b\""),
        ("id", "\"ä\""),
        ("id", &id),
        ("username", "7"),
        ("username", "\"\""),
        ("username", "\"ada\""),
        ("username", &username),
        ("username", "\"ada_lovelace\""),
        ("username", "\"ada lovelace\""),
        ("username", "\"ada.lovelace\""),
        ("username", "\"ädaä\""),
        ("username", "\"self\""),
        ("username", "\"SEARCH\""),
        ("username", "\"userId\""),
        ("username", "\"isUsernameAvailable\""),
        ("username", "\"status\""),
        ("username", "\"username\""),
        ("username", "\"undefined\""),
        ("username", "\"null\""),
        ("roles", "[]"),
        ("roles", "[\"member\"]"),
        ("roles", "{\"member\":1}"),
        ("isMember", "\"true\""),
        ("userType", "7"),
        ("discordId", "799600467218923521"),
        ("discordId", "\"a\""),
    ];

    assert_snapshot!(errors(&invalid).await, @r#"
    id: 7 → 400 "id" must be a string
    id: "" → 400 "id" is not allowed to be empty
    id: "a b" → 400 "id" must be 1 to 64 letters, digits, - and _
    id: "ä" → 400 "id" must be 1 to 64 letters, digits, - and _
    id: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa… → 400 "id" must be 1 to 64 letters, digits, - and _
    username: 7 → 400 "username" must be a string
    username: "" → 400 "username" is not allowed to be empty
    username: "ada" → 400 "username" must be 4 to 32 letters, digits and -, and no reserved word
    username: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" → 400 "username" must be 4 to 32 letters, digits and -, and no reserved word
    username: "ada_lovelace" → 400 "username" must be 4 to 32 letters, digits and -, and no reserved word
    username: "ada lovelace" → 400 "username" must be 4 to 32 letters, digits and -, and no reserved word
    username: "ada.lovelace" → 400 "username" must be 4 to 32 letters, digits and -, and no reserved word
    username: "ädaä" → 400 "username" must be 4 to 32 letters, digits and -, and no reserved word
    username: "self" → 400 "username" must be 4 to 32 letters, digits and -, and no reserved word
    username: "SEARCH" → 400 "username" must be 4 to 32 letters, digits and -, and no reserved word
    username: "userId" → 400 "username" must be 4 to 32 letters, digits and -, and no reserved word
    username: "isUsernameAvailable" → 400 "username" must be 4 to 32 letters, digits and -, and no reserved word
    username: "status" → 400 "username" must be 4 to 32 letters, digits and -, and no reserved word
    username: "username" → 400 "username" must be 4 to 32 letters, digits and -, and no reserved word
    username: "undefined" → 400 "username" must be 4 to 32 letters, digits and -, and no reserved word
    username: "null" → 400 "username" must be 4 to 32 letters, digits and -, and no reserved word
    roles: [] → 400 "roles" must be an object
    roles: ["member"] → 400 "roles" must be an object
    roles: {"member":1} → 400 "roles.member" must be a boolean
    isMember: "true" → 400 "isMember" must be a boolean
    userType: 7 → 400 "userType" must be a string
    discordId: 799600467218923521 → 400 "discordId" must be a string
    discordId: "a" → 400 "discordId" must be a string of 17 to 20 digits without leading zeros
    "#);
}

#[tokio::test]
async fn with_names_and_contact_details_are_validated() {
    let email = format!("\"{}@example.com\"", "a".repeat(250));
    let invalid = [
        ("first_name", ""),
        ("first_name", "null"),
        ("first_name", "\"\""),
        ("first_name", "\" \""),
        ("first_name", "[]"),
        ("first_name", &long(101)),
        ("last_name", ""),
        ("last_name", "{}"),
        ("last_name", "\"\\u0009\""),
        ("email", "\"ada\""),
        ("email", "\"@example.com\""),
        ("email", "\"ada@\""),
        ("email", "\"ada @example.com\""),
        ("email", &email),
        ("email", "7"),
        ("phone", "\"+\""),
        ("phone", "\"++1\""),
        ("phone", "\" 1\""),
        ("phone", "\"1234567890123456\""),
        ("phone", "\"١\""),
        ("phone", "1234567890123456"),
        ("phone", "99999999999999999999999999"),
        ("phone", "-1"),
        ("phone", "1.5"),
        ("phone", "1e10"),
        ("phone", "true"),
        ("phone", "[]"),
    ];

    assert_snapshot!(errors(&invalid).await, @r#"
    first_name:  → 400 "first_name" is required
    first_name: null → 400 "first_name" is required
    first_name: "" → 400 "first_name" is not allowed to be empty
    first_name: " " → 400 "first_name" is not allowed to be empty
    first_name: [] → 400 "first_name" must be a string
    first_name: "äääääääääääääääääääääääääääääääääääääää… → 400 "first_name" must be 1 to 100 characters
    last_name:  → 400 "last_name" is required
    last_name: {} → 400 "last_name" must be a string
    last_name: "\u0009" → 400 "last_name" is not allowed to be empty
    email: "ada" → 400 "email" must be an e-mail address
    email: "@example.com" → 400 "email" must be an e-mail address
    email: "ada@" → 400 "email" must be an e-mail address
    email: "ada @example.com" → 400 "email" must be an e-mail address
    email: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa… → 400 "email" must be an e-mail address
    email: 7 → 400 "email" must be a string
    phone: "+" → 400 "phone" must be a telephone number of 4 to 15 digits that does not begin with 0
    phone: "++1" → 400 "phone" must be a telephone number of 4 to 15 digits that does not begin with 0
    phone: " 1" → 400 "phone" must be a telephone number of 4 to 15 digits that does not begin with 0
    phone: "1234567890123456" → 400 "phone" must be a telephone number of 4 to 15 digits that does not begin with 0
    phone: "١" → 400 "phone" must be a telephone number of 4 to 15 digits that does not begin with 0
    phone: 1234567890123456 → 400 "phone" must be a telephone number of 4 to 15 digits that does not begin with 0
    phone: 99999999999999999999999999 → 400 "phone" must be a telephone number of 4 to 15 digits that does not begin with 0
    phone: -1 → 400 "phone" must be a telephone number of 4 to 15 digits that does not begin with 0
    phone: 1.5 → 400 "phone" must be a telephone number of 4 to 15 digits that does not begin with 0
    phone: 1e10 → 400 "phone" must be a telephone number of 4 to 15 digits that does not begin with 0
    phone: true → 400 "phone" must be a telephone number of 4 to 15 digits that does not begin with 0
    phone: [] → 400 "phone" must be a telephone number of 4 to 15 digits that does not begin with 0
    "#);
}

#[tokio::test]
async fn with_free_text_are_validated() {
    let invalid = [
        ("yoe", "\"3\""),
        ("yoe", "-1"),
        ("yoe", "-0.1"),
        ("yoe", "1e300"),
        ("yoe", "1e999"),
        ("company", "7"),
        ("company", &long(501)),
        ("designation", &long(501)),
        ("img", "{}"),
        ("website", "[\"a\"]"),
        ("github_id", "\"\""),
        ("github_id", "1815"),
        ("github_id", &long(101)),
        ("github_user_id", "\"\""),
        ("github_display_name", "false"),
        ("twitter_id", "7"),
        ("instagram_id", &long(501)),
    ];

    assert_snapshot!(errors(&invalid).await, @r#"
    yoe: "3" → 400 "yoe" must be a number from 0 to 100
    yoe: -1 → 400 "yoe" must be a number from 0 to 100
    yoe: -0.1 → 400 "yoe" must be a number from 0 to 100
    yoe: 1e300 → 400 "yoe" must be a number from 0 to 100
    yoe: 1e999 → 400 "yoe" must be a number from 0 to 100
    company: 7 → 400 "company" must be a string
    company: "äääääääääääääääääääääääääääääääääääääää… → 400 "company" must be 1 to 500 characters
    designation: "äääääääääääääääääääääääääääääääääääääää… → 400 "designation" must be 1 to 500 characters
    img: {} → 400 "img" must be a string
    website: ["a"] → 400 "website" must be a string
    github_id: "" → 400 "github_id" is not allowed to be empty
    github_id: 1815 → 400 "github_id" must be a string
    github_id: "äääääääääääääääääääääääääääääääääääääää… → 400 "github_id" must be 1 to 64 letters, digits, - and _
    github_user_id: "" → 400 "github_user_id" is not allowed to be empty
    github_display_name: false → 400 "github_display_name" must be a string
    twitter_id: 7 → 400 "twitter_id" must be a string
    instagram_id: "äääääääääääääääääääääääääääääääääääääää… → 400 "instagram_id" must be 1 to 500 characters
    "#);
}

/// Values exactly at the limits are valid.
#[tokio::test]
async fn are_accepted_at_the_limits() {
    let (app, root) = with_superuser().await;
    let drafts = [
        json!({ "first_name": "ä".repeat(100), "last_name": "\u{1F600}", "username": "a".repeat(32) }),
        json!({ "first_name": "A", "last_name": "L", "username": "1-2-" }),
        json!({ "first_name": "A", "last_name": "L", "company": "ä".repeat(500), "img": "a.b", "website": "HTTP://a" }),
        json!({ "first_name": "A", "last_name": "L", "github_id": "_".repeat(64), "github_user_id": "9".repeat(20) }),
        json!({ "first_name": "A", "last_name": "L", "email": "a@b", "phone": 1000, "yoe": 0.5 }),
        json!({ "first_name": "A", "last_name": "L", "id": "_".repeat(64), "discordId": "9".repeat(20) }),
        json!({ "first_name": "A", "last_name": "L", "roles": {}, "isMember": true, "userType": "u" }),
    ];

    for draft in drafts {
        let created = app.post("/users").bearer(&root).json(&draft).send().await.expect(200).json();
        for (field, value) in draft.as_object().unwrap() {
            if !["email", "phone", "roles"].contains(&field.as_str()) {
                assert_eq!(created[field], *value);
            }
        }
    }
}

#[tokio::test]
async fn with_role_names_are_validated() {
    let long = format!("{{\"{}\": true}}", "r".repeat(65));
    let invalid = [("roles", r#"{"": true}"#), ("roles", r#"{"super user": true}"#), ("roles", &long)];
    assert_snapshot!(errors(&invalid).await, @r#"
    roles: {"": true} → 400 "roles." is not allowed to be empty
    roles: {"super user": true} → 400 "roles.super user" must be 1 to 64 letters, digits, - and _
    roles: {"rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr… → 400 "roles.rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr" must be 1 to 64 letters, digits, - and _
    "#);
}
