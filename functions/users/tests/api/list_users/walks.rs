//! Reading the list from end to end while it changes.

use super::with_members;
use crate::pages::{page, walk};
use crate::people::named;
use serde_json::json;
use std::collections::BTreeMap;
use testing::TestApp;

async fn archive(app: &TestApp, root: &str, id: &str) {
    let path = format!("/users/{id}/temporary/data");
    let _archived = app.patch(&path).bearer(root).json(&json!({ "archived": true })).send().await.expect(200);
}

/// After each page somebody new signs up and somebody is put away: behind the reader, just where the reader is, and ahead.
#[tokio::test]
async fn visits_whoever_stays_exactly_once_while_others_come_and_go() {
    let stay: Vec<String> = (0..12).map(|number| format!("Stay-{number:02}-x")).collect();
    let leave: Vec<String> = (0..12).map(|number| format!("stay-{number:02}-leaves")).collect();
    let usernames: Vec<&str> = stay.iter().chain(&leave).map(String::as_str).collect();
    for direction in ["next", "prev"] {
        for size in [1, 2, 5] {
            let (app, root) = with_members(&usernames).await;
            let mut visits: BTreeMap<String, usize> = BTreeMap::new();
            let mut leaving = leave.iter().map(|username| super::backward(username)).collect::<Vec<_>>();
            let mut step = 0;
            named(&app, &root, "end", "zzzz").await;
            let mut at = if direction == "next" {
                format!("/users?size={size}")
            } else {
                format!("/users?prev=end&size={size}")
            };
            while !at.is_empty() {
                let read = page(&app, &root, &at).await;
                for user in &read.users {
                    *visits.entry(user["username"].as_str().expect("all have one").to_owned()).or_default() += 1;
                }
                at = if direction == "next" { read.next.clone() } else { read.prev.clone() };
                // Whoever the link names, if that one may leave; else anybody.
                let cursor = leaving.iter().position(|id| at.contains(&format!("={id}&")));
                if !leaving.is_empty() {
                    let leaves = leaving.remove(cursor.unwrap_or(step * 7 % leaving.len()));
                    archive(&app, &root, &leaves).await;
                }
                if step < 12 {
                    let number = step * 5 % 12;
                    named(&app, &root, &format!("new-{step}"), &format!("sTay-{number:02}-new")).await;
                }
                step += 1;
            }
            for username in &stay {
                assert_eq!(visits.get(username), Some(&1), "{username} by {direction}, {size} a page");
            }
            assert!(visits.values().all(|visits| *visits == 1), "{visits:?} by {direction}, {size} a page");
        }
    }
}

#[tokio::test]
async fn goes_on_from_a_member_who_was_archived() {
    let (app, root) = with_members(&["aaaa", "bbbb", "cccc", "dddd"]).await;
    let first = page(&app, &root, "/users?size=2").await;
    archive(&app, &root, "bbbb").await;

    let second = page(&app, &root, &first.next).await;
    assert_eq!(second.ids(), ["cccc", "dddd"]);
    assert_eq!(second.prev, "/users?prev=cccc&size=2");
    assert_eq!(page(&app, &root, &second.prev).await.ids(), ["aaaa"]);

    archive(&app, &root, "cccc").await;
    assert_eq!(page(&app, &root, &second.prev).await.ids(), ["aaaa"]);
    assert_eq!(page(&app, &root, "/users?next=cccc&size=2").await.ids(), ["dddd"]);
}

#[tokio::test]
async fn ends_where_everybody_beyond_was_archived() {
    let (app, root) = with_members(&["aaaa", "bbbb", "cccc"]).await;
    let first = page(&app, &root, "/users?size=2").await;
    archive(&app, &root, "cccc").await;

    let beyond = page(&app, &root, &first.next).await;
    assert_eq!((beyond.users.len(), &*beyond.next), (0, ""));
    for id in ["aaaa", "bbbb"] {
        archive(&app, &root, id).await;
    }
    assert!(walk(&app, &root, "/users?size=2").await[0].users.is_empty());
}
