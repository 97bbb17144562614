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

/// Starts the API with members who have these usernames, in listing order, and whose ids are their usernames backward.
/// Returns it with the superuser's session.
async fn with_members(usernames: &[&str]) -> (TestApp, String) {
    let (app, root) = with_superuser().await;
    // Sign up in reverse order.
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
async fn returns_an_empty_list_without_members() {
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

/// Restricted members can read but not change anything, and reading does not require a read of the caller's record.
#[tokio::test]
async fn is_open_to_anyone_with_a_session() {
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
async fn ignores_case_and_sorts_prefixes_first() {
    let sorted = ["Adam", "adam-B", "ADAM-b-", "aDAM0", "adama", "BOBB", "bobby", "Zoe1"];
    let (app, root) = with_members(&sorted).await;

    assert_eq!(page(&app, &root, "/users").await.ids(), sorted.map(backward));
    for size in 1..=8 {
        let pages = walk(&app, &root, &format!("/users?size={size}")).await;
        let walked: Vec<_> = pages.iter().flat_map(Page::ids).collect();
        assert_eq!(walked, sorted.map(backward), "{size} per page");
        assert_eq!(pages.len(), 8_usize.div_ceil(size));
    }
}

#[tokio::test]
async fn finds_usernames_by_prefix_in_any_case() {
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

/// Index keys contain more than the username, such as `adam#mada`.
#[tokio::test]
async fn finds_no_member_by_an_impossible_prefix() {
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
    assert!(app.wire.take_operations().is_empty(), "an impossible prefix should not be looked up");
}

#[tokio::test]
async fn repeats_the_encoded_search_in_links() {
    let (app, root) = with_members(&["adam", "adam-B", "adam-C", "adama"]).await;

    let first = page(&app, &root, "/users?search=ADAM%2d&size=1").await;
    assert_eq!((first.ids(), &*first.prev), (vec![backward("adam-B")], ""));
    assert_eq!(first.next, "/users?next=B-mada&size=1&search=ADAM-");

    let last = page(&app, &root, &first.next).await;
    assert_eq!((last.ids(), &*last.next), (vec![backward("adam-C")], ""));
    assert_eq!(last.prev, "/users?prev=C-mada&size=1&search=ADAM-");
    assert_eq!(page(&app, &root, &last.prev).await, first);
}

#[tokio::test]
async fn omits_archived_members_and_those_without_a_username() {
    let (app, root) = with_members(&["adam", "bobby", "carol"]).await;
    app.member("nameless", &["member"]).await;
    let archive = json!({ "archived": true });
    let _archived = app.patch("/users/ybbob/temporary/data").bearer(&root).json(&archive).send().await.expect(200);
    assert_eq!(page(&app, &root, "/users").await.ids(), ["mada", "lorac"]);

    let own = app.session("nameless");
    let name = json!({ "username": "Adam-2" });
    let _chosen = app.patch("/users/self").bearer(&own).json(&name).send().await.expect(204);
    let back = json!({ "in_discord": true });
    let _rejoined = app.patch("/users/ybbob/discord").bearer(&root).json(&back).send().await.expect(200);
    assert_eq!(page(&app, &root, "/users").await.ids(), ["mada", "nameless", "ybbob", "lorac"]);
}

#[tokio::test]
async fn shows_100_members_per_page_by_default() {
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
async fn returns_empty_pages_beyond_the_end() {
    let (app, root) = with_members(&["adam", "bobby"]).await;

    for number in ["2", "3", "1000000", "4294967296", "18446744073709551615", "18446744073709551616"] {
        let beyond = page(&app, &root, &format!("/users?size=1&page={number}")).await;
        assert_eq!((beyond.users.len(), &*beyond.next), (0, ""), "{number}");
        assert_eq!(page(&app, &root, &beyond.prev).await.ids(), ["ybbob"], "{number}");
    }
    let after_the_last = page(&app, &root, "/users?next=ybbob").await;
    assert_eq!((after_the_last.users.len(), &*after_the_last.next), (0, ""));
    let before_the_first = page(&app, &root, "/users?prev=mada").await;
    assert_eq!((before_the_first.users.len(), &*before_the_first.prev), (0, ""));
}

/// If the page size grows on the way back, the first page is not full.
#[tokio::test]
async fn pages_back_with_a_different_size() {
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
async fn accepts_a_cursor_outside_the_search() {
    let (app, root) = with_members(&["aaaa", "bbb1", "bbb2", "cccc"]).await;

    let after = page(&app, &root, "/users?search=bbb&next=aaaa").await;
    assert_eq!((after.ids(), &*after.next, &*after.prev), (vec!["1bbb".to_owned(), "2bbb".to_owned()], "", ""));
    assert!(page(&app, &root, "/users?search=bbb&next=cccc").await.users.is_empty());
    let before = page(&app, &root, "/users?search=bbb&prev=cccc&size=1").await;
    assert_eq!((before.ids(), &*before.next), (vec!["2bbb".to_owned()], ""));
    assert!(page(&app, &root, "/users?search=bbb&prev=aaaa").await.users.is_empty());
}

#[tokio::test]
async fn returns_the_callers_own_record() {
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
async fn returns_one_member_by_id_or_discord_account() {
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

    for query in
        ["id=a-d_a", "id=", "id=%C3%A4", "id=a%23", "discordId=1", "discordId=", "discordId=x", "discordId=ada"]
    {
        let unknown = app.get(&format!("/users?{query}")).bearer(&root).send().await;
        assert_eq!(unknown.status, 404, "{query}");
        assert_eq!(
            unknown.json(),
            json!({ "statusCode": 404, "error": "Not Found", "message": "User doesn't exist" }),
            "{query}"
        );
    }
}
