//! `GET /users`

mod bad_input;
mod cost;
mod walks;

use crate::crowd;
use crate::pages::{Page, ids, page, walk};
use crate::people::{ada, named, sign_up, signed_up_ada, with_superuser};
use insta::assert_snapshot;
use serde_json::json;
use testing::TestApp;

/// Members who are listed by these usernames, in this order; each one's id is the username, backward. And the
/// superuser's session.
async fn with_members(usernames: &[&str]) -> (TestApp, String) {
    let (app, root) = with_superuser().await;
    // The last one first.
    for username in usernames.iter().rev() {
        named(&app, &root, &backward(username), username).await;
    }
    (app, root)
}

fn backward(username: &str) -> String {
    username.chars().rev().collect()
}

#[tokio::test]
async fn lists_members_by_username() {
    let (app, root) = with_superuser().await;
    let session = signed_up_ada(&app).await;
    named(&app, &root, "Z_9", "BOB-1").await;
    named(&app, &root, "0", "zoe-").await;
    app.wire.reset();

    let listed = app.get("/users?size=2").bearer(&session).send().await;

    assert_snapshot!(listed.shown(), @r#"
    200 {
      "message": "Users returned successfully!",
      "users": [
        {
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
        },
        {
          "id": "Z_9",
          "username": "BOB-1",
          "first_name": "Grace",
          "last_name": "Hopper",
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
      ],
      "links": {
        "next": "/users?next=Z_9&size=2",
        "prev": ""
      }
    }
    "#);
    assert_eq!(app.wire.take_operations(), ["Query", "BatchGetItem"]);
}

#[tokio::test]
async fn lists_nobody_where_nobody_is() {
    let app = crate::start().await;

    let listed = app.get("/users").bearer(&app.session("stranger")).send().await;

    assert_snapshot!(listed.shown(), @r#"
    200 {
      "message": "Users returned successfully!",
      "users": [],
      "links": {
        "next": "",
        "prev": ""
      }
    }
    "#);
    assert_eq!(app.wire.take_operations(), ["Query"]);
}

/// Only changing something is not for the restricted, and nobody's record is read to know who may look.
#[tokio::test]
async fn anybody_with_a_session_may_look() {
    let (app, _) = with_members(&["adam"]).await;
    app.member("restricted", &["restricted"]).await;

    for who in ["restricted", "stranger", "mada"] {
        let session = app.session(who);
        assert_eq!(page(&app, &session, "/users").await.ids(), ["mada"], "{who}");
        assert_eq!(app.wire.take_operations(), ["Query", "BatchGetItem"], "{who}");
        assert_eq!(page(&app, &session, "/users/search?verified=false").await.ids(), ["mada"], "{who}");
        assert_eq!(app.wire.take_operations(), ["Query", "BatchGetItem"], "{who}");
    }
}

#[tokio::test]
async fn sorts_without_regard_to_case_and_names_before_those_that_continue_them() {
    let sorted = ["Adam", "adam-B", "ADAM-b-", "aDAM0", "adama", "BOBB", "bobby", "Zoe1"];
    let (app, root) = with_members(&sorted).await;

    assert_eq!(page(&app, &root, "/users").await.ids(), sorted.map(backward));
    for size in 1..=8 {
        let pages = walk(&app, &root, &format!("/users?size={size}")).await;
        let walked: Vec<_> = pages.iter().flat_map(Page::ids).collect();
        assert_eq!(walked, sorted.map(backward), "{size} a page");
        assert_eq!(pages.len(), 8_usize.div_ceil(size));
    }
}

#[tokio::test]
async fn finds_usernames_by_how_they_begin_whatever_the_case() {
    let (app, root) = with_members(&["Adam", "adam-B", "adama", "BOBB", "bobby"]).await;
    let cases: [(&str, &[&str]); 10] = [
        ("a", &["Adam", "adam-B", "adama"]),
        ("ADAM", &["Adam", "adam-B", "adama"]),
        ("adam-", &["adam-B"]),
        ("adam-b", &["adam-B"]),
        ("adamA", &["adama"]),
        ("adam-b-", &[]),
        ("bob", &["BOBB", "bobby"]),
        ("damadam", &[]),
        ("mada", &[]),
        ("zzzz", &[]),
    ];
    for (search, expected) in cases {
        let found = page(&app, &root, &format!("/users?search={search}")).await;
        let expected: Vec<_> = expected.iter().map(|username| backward(username)).collect();
        assert_eq!(found.ids(), expected, "{search}");
    }
}

/// Positions in the index hold more than usernames: `adam#mada`.
#[tokio::test]
async fn finds_nobody_by_what_usernames_cannot_begin_with() {
    let (app, root) = with_members(&["Adam"]).await;
    let overlong = "a".repeat(5_000);

    for search in [
        "%23",
        "adam%23",
        "adam%23mada",
        "%20adam",
        "adam%20",
        "a_",
        "%C3%A4",
        "%E2%84%AA",
        "%00",
        "%7F",
        "*",
        &overlong,
    ] {
        let found = page(&app, &root, &format!("/users?search={search}")).await;
        assert_eq!((found.users.len(), &*found.next, &*found.prev), (0, "", ""), "{search}");
    }
    assert!(app.wire.take_operations().is_empty(), "there is nothing to look for");
}

#[tokio::test]
async fn links_repeat_the_search_encoded() {
    let (app, root) = with_members(&["adam", "adam-B", "adam-C", "adama"]).await;

    let first = page(&app, &root, "/users?search=ADAM%2d&size=1").await;
    assert_eq!((first.ids(), &*first.prev), (vec![backward("adam-B")], ""));
    assert_eq!(first.next, "/users?next=B-mada&size=1&search=ADAM%2D");

    let last = page(&app, &root, &first.next).await;
    assert_eq!((last.ids(), &*last.next), (vec![backward("adam-C")], ""));
    assert_eq!(last.prev, "/users?prev=C-mada&size=1&search=ADAM%2D");
    assert_eq!(page(&app, &root, &last.prev).await, first);
}

#[tokio::test]
async fn leaves_out_the_archived_and_those_without_a_username() {
    let (app, root) = with_members(&["adam", "bobby", "carol"]).await;
    app.member("nameless", &["member"]).await;
    let archive = json!({ "archived": true });
    let _archived = app.patch("/users/ybbob/temporary/data").bearer(&root).json(&archive).send().await.expect(200);
    assert_eq!(page(&app, &root, "/users").await.ids(), ["mada", "lorac"]);

    let own = app.session("nameless");
    let name = json!({ "username": "Adam-2" });
    let _chosen = app.patch("/users/self").bearer(&own).json(&name).send().await.expect(204);
    let back = json!({ "in_discord": true });
    let _back = app.patch("/users/ybbob/discord").bearer(&root).json(&back).send().await.expect(200);
    assert_eq!(page(&app, &root, "/users").await.ids(), ["mada", "nameless", "ybbob", "lorac"]);
}

#[tokio::test]
async fn pages_are_of_a_hundred_by_default() {
    let (app, root) = with_superuser().await;
    crowd::sign_up(&app, 101).await;

    let first = page(&app, &root, "/users").await;
    assert_eq!(first.users.len(), 100);
    assert_eq!(first.next, "/users?next=id-00099&size=100");
    assert_eq!(page(&app, &root, "/users?page=0").await, first);
    let second = page(&app, &root, "/users?page=1").await;
    assert_eq!(second.ids(), ["id-00100"]);
    assert_eq!((&*second.next, &*second.prev), ("", "/users?prev=id-00100&size=100"));
    assert_eq!(page(&app, &root, &first.next).await, second);
}

#[tokio::test]
async fn pages_beyond_the_end_are_empty() {
    let (app, root) = with_members(&["adam", "bobby"]).await;

    for number in
        ["2", "3", "1000000", "4294967296", "18446744073709551615", "18446744073709551616", "000000000000000000009"]
    {
        let beyond = page(&app, &root, &format!("/users?size=1&page={number}")).await;
        assert_eq!((beyond.users.len(), &*beyond.next), (0, ""), "{number}");
    }
    let after_the_last = page(&app, &root, "/users?next=ybbob").await;
    assert_eq!((after_the_last.users.len(), &*after_the_last.next), (0, ""));
    let before_the_first = page(&app, &root, "/users?prev=mada").await;
    assert_eq!((before_the_first.users.len(), &*before_the_first.prev), (0, ""));
}

/// Whoever is shown more of them at a time on the way back has a beginning that is no full page.
#[tokio::test]
async fn goes_back_in_pages_of_another_size() {
    let (app, root) = with_members(&["aaaa", "bbbb", "cccc", "dddd", "eeee"]).await;

    let before = page(&app, &root, "/users?prev=eeee&size=3").await;
    assert_eq!(before.ids(), ["bbbb", "cccc", "dddd"]);
    assert_eq!((&*before.prev, &*before.next), ("/users?prev=bbbb&size=3", "/users?next=dddd&size=3"));
    let first = page(&app, &root, &before.prev).await;
    assert_eq!(first.ids(), ["aaaa"]);
    assert_eq!((&*first.prev, &*first.next), ("", "/users?next=aaaa&size=3"));
    assert_eq!(ids(&page(&app, &root, "/users?next=aaaa&size=3").await.users), ["bbbb", "cccc", "dddd"]);
}

#[tokio::test]
async fn a_cursor_may_be_outside_of_what_is_searched_for() {
    let (app, root) = with_members(&["aaaa", "bbb1", "bbb2", "cccc"]).await;

    let after = page(&app, &root, "/users?search=bbb&next=aaaa").await;
    assert_eq!((after.ids(), &*after.next, &*after.prev), (vec!["1bbb".to_owned(), "2bbb".to_owned()], "", ""));
    assert!(page(&app, &root, "/users?search=bbb&next=cccc").await.users.is_empty());
    let before = page(&app, &root, "/users?search=bbb&prev=cccc&size=1").await;
    assert_eq!((before.ids(), &*before.next), (vec!["2bbb".to_owned()], ""));
    assert!(page(&app, &root, "/users?search=bbb&prev=aaaa").await.users.is_empty());
}

#[tokio::test]
async fn answers_the_callers_own_record() {
    let app = crate::start().await;
    let session = signed_up_ada(&app).await;

    let own = app.get("/users?profile=true").bearer(&session).send().await;

    assert_snapshot!(own.shown(), @r#"
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
    assert_eq!(app.wire.take_operations(), ["GetItem"]);
    let stranger = app.get("/users?profile=true").bearer(&app.session("stranger")).send().await;
    assert_snapshot!(stranger.shown(), @r#"
    404 {
      "statusCode": 404,
      "error": "Not Found",
      "message": "User doesn't exist"
    }
    "#);
    let listed = app.get("/users?profile=false").bearer(&session).send().await.expect(200);
    assert_eq!(listed.json()["users"][0]["id"], "ada");
}

#[tokio::test]
async fn answers_one_member_by_id_or_discord_account() {
    let (app, root) = with_superuser().await;
    let mut draft = ada();
    draft["id"] = json!("A-d_a");
    draft["discordId"] = json!("799600467218923521");
    let _ada = sign_up(&app, &root, &draft).await.expect(200);
    let archive = json!({ "archived": true });
    let _archived = app.patch("/users/A-d_a/temporary/data").bearer(&root).json(&archive).send().await.expect(200);
    app.wire.reset();

    let by_id = app.get("/users?id=A-d_a").bearer(&root).send().await;
    assert_eq!(app.wire.take_operations(), ["GetItem"]);
    assert_snapshot!(by_id.shown(), @r#"
    200 {
      "message": "User returned successfully!",
      "user": {
        "id": "A-d_a",
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
        "discordId": "799600467218923521",
        "tokens": {},
        "badges": [],
        "roles": {
          "archived": true,
          "in_discord": false
        },
        "incompleteUserDetails": false,
        "created_at": 1710498600000,
        "updated_at": 1710498600000
      }
    }
    "#);
    let by_discord = app.get("/users?discordId=799600467218923521").bearer(&root).send().await;
    assert_eq!(app.wire.take_operations(), ["GetItem", "GetItem"]);
    assert_eq!(by_discord.shown(), by_id.shown());

    for nobody in
        ["id=a-d_a", "id=", "id=%C3%A4", "id=a%23", "discordId=1", "discordId=", "discordId=x", "discordId=ada"]
    {
        let unknown = app.get(&format!("/users?{nobody}")).bearer(&root).send().await;
        assert_eq!(unknown.status, 404, "{nobody}");
        assert_eq!(
            unknown.json(),
            json!({ "statusCode": 404, "error": "Not Found", "message": "User doesn't exist" }),
            "{nobody}"
        );
    }
}
