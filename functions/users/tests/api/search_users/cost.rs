//! How many DynamoDB requests a search takes.

use super::{change, put_skill};
use crate::crowd;
use crate::pages::{Page, page, walk};
use crate::people::{named, with_superuser};
use http::Method;
use serde_json::json;
use std::collections::BTreeMap;
use testing::TestApp;

/// Reads a search's first page, asserts the number of matches and returns how often each DynamoDB operation was used.
async fn cost(app: &TestApp, session: &str, query: &str, matches: usize) -> Vec<(String, usize)> {
    app.wire.reset();
    let found = page(app, session, &format!("/users/search?{query}")).await;
    assert_eq!(found.count, Some(matches as u64), "{query}");
    assert_eq!(found.users.len(), matches.min(100), "{query}");
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for operation in app.wire.take_operations() {
        *counts.entry(operation).or_default() += 1;
    }
    counts.into_iter().collect()
}

fn queries_and_batches(queries: usize, batches: usize) -> Vec<(String, usize)> {
    let counts = [("BatchGetItem".to_owned(), batches), ("Query".to_owned(), queries)];
    counts.into_iter().filter(|(_, count)| *count > 0).collect()
}

/// A caller who repeats a value, in either of its spellings, pays and gets the same.
#[tokio::test]
async fn does_not_grow_with_repeated_values() {
    let (app, root) = with_superuser().await;
    named(&app, &root, "ada", "ada-l").await;
    let once = cost(&app, &root, "verified=false&role=MEMBER", 0).await;

    let repeated = "&role=MEMBER&role=member".repeat(300);
    assert_eq!(cost(&app, &root, &format!("verified=false{repeated}"), 0).await, once);

    let distinct = |count: usize| {
        let values: Vec<String> = (0..count).map(|level| format!("levelValue={level}")).collect();
        app.get(&format!("/users/search?{}", values.join("&"))).bearer(&root).send()
    };
    let _found = distinct(20).await.expect(200);
    assert_eq!(distinct(21).await.expect(400).json()["message"], "At most 20 filter values are allowed");
}

/// All members of the crowd are alike: full members on Discord who have been onboarding for long and have one skill.
#[tokio::test(flavor = "multi_thread")]
async fn depends_on_the_most_selective_filter() {
    const MEMBERS: usize = 2_400;
    let (app, root) = with_superuser().await;
    crowd::sign_up_alike(&app, MEMBERS).await;
    named(&app, &root, "rare", "rare-1").await;
    put_skill(&app, &root, "rare", "cobol", ("l-1", "Junior", 1)).await;
    named(&app, &root, "gone", "gone").await;
    change(&app, &root, Method::PATCH, "/users/gone/temporary/data", &json!({ "archived": true })).await;

    let cases = [
        // The page's part of the facet, the count of the rest, and the page.
        ("role=MEMBER", MEMBERS, queries_and_batches(2, 1)),
        ("role=MEMBER&search=PILOT-010", 100, queries_and_batches(1, 1)),
        // Entries that do not all count have to be read.
        ("tagId=rust&size=100", MEMBERS, queries_and_batches(3, 1)),
        ("time=399d", MEMBERS, queries_and_batches(3, 1)),
        ("tagId=cobol", 1, queries_and_batches(1, 1)),
        ("verified=true", 0, queries_and_batches(1, 0)),
        // A first block per facet, and the rest of the only one that has more.
        ("state=ACTIVE&state=OOO&state=ONBOARDING", MEMBERS, queries_and_batches(4, 1)),
        // A few entries of the facets that nearly all members have, and the only candidate.
        ("tagId=cobol&verified=false", 1, queries_and_batches(3, 1)),
        ("tagId=cobol&levelId=l-1", 1, queries_and_batches(2, 1)),
        ("tagId=cobol&role=MEMBER&verified=false&state=ONBOARDING", 0, queries_and_batches(7, 0)),
        // There are no candidates, so no member is read.
        ("verified=true&role=MEMBER", 0, queries_and_batches(2, 0)),
        // All facets are read to their ends in two steps.
        ("role=MEMBER&time=399d", MEMBERS, queries_and_batches(4, 1)),
        ("role=MEMBER&time=399d&state=ONBOARDING31DAYS&verified=false", MEMBERS, queries_and_batches(8, 1)),
        ("tagId=rust&role=MEMBER", MEMBERS, queries_and_batches(4, 1)),
        // Only one facet of skills is read on.
        ("tagId=rust&levelName=Junior", MEMBERS, queries_and_batches(3, 1)),
        // Archived members have separate facets.
        ("role=ARCHIVED", 1, queries_and_batches(1, 1)),
        ("role=ARCHIVED&verified=false", 1, queries_and_batches(1, 1)),
        ("role=ARCHIVED&tagId=rust", 0, queries_and_batches(1, 0)),
        ("role=ARCHIVED&role=MEMBER", MEMBERS + 1, queries_and_batches(3, 1)),
    ];
    for (query, matches, expected) in cases {
        assert_eq!(cost(&app, &root, query, matches).await, expected, "{query}");
    }

    for cursor in ["next=id-01499", "prev=id-01500"] {
        let _page = page(&app, &root, &format!("/users/search?role=MEMBER&{cursor}")).await;
        assert_eq!(app.wire.take_operations(), ["GetItem", "Query", "BatchGetItem", "Query"], "{cursor}");
    }
}

/// The first read of a facet returns up to 256 entries, and later reads continue from there.
#[tokio::test(flavor = "multi_thread")]
async fn is_saved_without_skipping_or_repeating_members() {
    for members in [256, 257] {
        let (app, root) = with_superuser().await;
        crowd::sign_up_alike(&app, members).await;
        let expected: Vec<_> = (0..members).map(|number| format!("id-{number:05}")).collect();
        for query in ["role=MEMBER&verified=false", "tagId=rust&role=INDISCORD", "levelId=l-1&levelValue=1", "time=9d"]
        {
            let pages = walk(&app, &root, &format!("/users/search?{query}")).await;
            let found: Vec<_> = pages.iter().flat_map(Page::ids).collect();
            assert_eq!(found, expected, "{query}");
            assert_eq!(pages[0].count, Some(members as u64), "{query}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn is_limited_to_the_candidates_if_another_filter_matches_many_more() {
    let (app, root) = with_superuser().await;
    crowd::sign_up_alike(&app, 6_000).await;
    for number in (40..6_000).step_by(500) {
        let status = format!("/users/status/id-{number:05}");
        change(&app, &root, Method::PATCH, &status, &json!({ "state": "ACTIVE" })).await;
    }

    // Two blocks of the role's facet show how many members it has between the candidates. Those beyond them are read
    // instead, and not again for the page.
    assert_eq!(cost(&app, &root, "state=ACTIVE&role=MEMBER", 12).await, queries_and_batches(3, 2));
    let page = page(&app, &root, "/users/search?state=ACTIVE&role=MEMBER&size=5&page=2").await;
    assert_eq!((page.ids(), page.count), (vec!["id-05040".to_owned(), "id-05540".to_owned()], Some(12)));
    assert_eq!(app.wire.take_operations(), ["Query", "Query", "Query", "BatchGetItem"]);
}
