//! Reads the list from end to end while it changes.

use super::{backward, with_members};
use crate::pages::{Page, page, walk, walk_back};
use crate::people::named;
use serde_json::json;
use std::collections::BTreeMap;
use std::iter::repeat_n;
use std::time::Duration;
use testing::{Fault, TestApp};

async fn archive(app: &TestApp, root: &str, id: &str) {
    let path = format!("/users/{id}/temporary/data");
    let _archived = app.patch(&path).bearer(root).json(&json!({ "archived": true })).send().await.expect(200);
}

/// After each page one member signs up and one is archived, behind the reader's position, at it and ahead of it.
#[tokio::test]
async fn visit_each_remaining_member_once_while_others_come_and_go() {
    for listing in ["/users?", "/users?search=STAY&", "/users/search?verified=false&"] {
        for (direction, size) in [("next", 1), ("next", 3), ("prev", 1), ("prev", 3)] {
            let case = format!("{listing} by {direction}, {size} per page");
            let visits = visits_amid_changes(listing, direction, size).await;
            let staying = (0..STAYING).map(|number| (format!("Stay-{number:02}-x"), 1));
            for (username, expected) in staying {
                assert_eq!(visits.get(&username), Some(&expected), "{username} of {case}");
            }
            assert!(visits.values().all(|visits| *visits == 1), "{visits:?} of {case}");
        }
    }
}

const STAYING: usize = 8;

/// Reads the list from one end to the other and counts how often each username occurs.
async fn visits_amid_changes(listing: &str, direction: &str, size: usize) -> BTreeMap<String, usize> {
    let stay: Vec<String> = (0..STAYING).map(|number| format!("Stay-{number:02}-x")).collect();
    let mut leaving: Vec<String> = (0..STAYING).map(|number| format!("stay-{number:02}-leaves")).collect();
    let usernames: Vec<&str> = stay.iter().chain(&leaving).map(String::as_str).collect();
    let (app, root) = with_members(&usernames).await;
    named(&app, &root, "end", "zzzz").await;

    let mut visits = BTreeMap::new();
    let from = if direction == "next" { "" } else { "prev=end&" };
    let mut path = format!("{listing}{from}size={size}");
    for step in 0.. {
        let read = page(&app, &root, &path).await;
        for user in &read.users {
            let username = user["username"].as_str().expect("the member should have a username").to_owned();
            *visits.entry(username).or_default() += 1;
        }
        path = if direction == "next" { read.next } else { read.prev };
        if path.is_empty() {
            break;
        }
        // The member that the link names, if that member may leave, or else another one.
        let named_by_link = leaving.iter().position(|username| path.contains(&format!("={}&", backward(username))));
        if !leaving.is_empty() {
            let leaves = leaving.remove(named_by_link.unwrap_or(step * 7 % leaving.len()));
            archive(&app, &root, &backward(&leaves)).await;
        }
        if step < STAYING {
            let username = format!("sTay-{:02}-new", step * 3 % STAYING);
            named(&app, &root, &format!("new-{step}"), &username).await;
        }
    }
    visits
}

#[tokio::test]
async fn continue_from_an_archived_member() {
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

/// The index is read before the member is archived, and the member after.
#[tokio::test]
async fn omit_a_member_who_is_archived_while_the_page_is_read() {
    for listing in ["/users", "/users?prev=cccc", "/users/search?verified=false"] {
        let (app, root) = with_members(&["aaaa", "bbbb", "cccc"]).await;
        let reading = page(&app, &root, listing).await.ids();
        let operations = app.wire.take_operations();
        assert!(reading.contains(&"bbbb".to_owned()));
        let before_the_members = operations.len() - 1;
        assert_eq!(operations[before_the_members], "BatchGetItem");

        let held_back = Fault::Delay(Duration::from_secs(1));
        app.wire.disturb(repeat_n(Fault::None, before_the_members).chain([held_back]));
        let archiving = async {
            let mut sent = 0;
            while sent < operations.len() {
                tokio::time::sleep(Duration::from_millis(1)).await;
                sent += app.wire.take_operations().len();
            }
            archive(&app, &root, "bbbb").await;
        };
        let (read, ()) = tokio::join!(page(&app, &root, listing), archiving);

        let others: Vec<_> = reading.into_iter().filter(|id| id != "bbbb").collect();
        assert_eq!(read.ids(), others, "{listing}");
    }
}

#[tokio::test]
async fn end_where_all_remaining_members_were_archived() {
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

/// Beyond either end is an empty page, whose link leads back to the page at that end.
#[tokio::test]
async fn lead_back_from_an_empty_page() {
    let usernames = ["aaaa", "bbb1", "bbb2", "bbb3", "cccc"];
    let (app, root) = with_members(&usernames).await;
    let ids = |pages: Vec<Page>| pages.iter().flat_map(Page::ids).collect::<Vec<_>>();
    for (listing, listed) in [
        ("/users?", &usernames[..]),
        ("/users?search=BBB&", &usernames[1..4]),
        ("/users/search?verified=false&", &usernames[..]),
    ] {
        let listed: Vec<_> = listed.iter().map(|username| backward(username)).collect();
        for size in 1..=listed.len() + 1 {
            for beyond in
                [format!("next={}", backward("cccc")), format!("page={}", listed.len()), format!("page={}", usize::MAX)]
            {
                let beyond = page(&app, &root, &format!("{listing}{beyond}&size={size}")).await;
                assert_eq!((beyond.users.len(), &*beyond.next), (0, ""), "{listing} {size}");
                let last = page(&app, &root, &beyond.prev).await;
                assert_eq!((last.users.len(), &*last.next), (size.min(listed.len()), ""), "{listing} {size}");
                assert_eq!(ids(walk_back(&app, &root, &beyond).await), listed, "{listing} {size}");
            }
            let before = page(&app, &root, &format!("{listing}prev={}&size={size}", backward("aaaa"))).await;
            assert_eq!((before.users.len(), &*before.prev), (0, ""), "{listing} {size}");
            assert_eq!(ids(walk(&app, &root, &before.next).await), listed, "{listing} {size}");
        }
    }
    for nobody in ["/users?search=zzz&page=3", "/users?search=zzz", "/users/search?role=MEMBER&page=3"] {
        let nobody = page(&app, &root, nobody).await;
        assert_eq!((nobody.users.len(), &*nobody.next, &*nobody.prev), (0, "", ""));
    }
}
