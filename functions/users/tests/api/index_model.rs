//! Random listings and searches of members in random states, compared with a model of the contract that is simple
//! enough to be obviously correct.

mod community;
mod question;

use crate::pages::{Page, page, walk, walk_back};
use crate::people::with_superuser;
use community::{Change, Community, changes};
use proptest::prelude::*;
use question::{Question, questions};
use serde_json::Value;
use testing::TestApp;

/// Reads the results of a question forward, backward and by page number, and compares them with the model's.
async fn check(
    app: &TestApp,
    session: &str,
    community: &Community,
    question: &Question,
    size: usize,
) -> Result<(), TestCaseError> {
    let expected = community.answer(question);
    let path = format!("{}size={size}{}", question.path(), question.rest());

    let forward = walk(app, session, &path).await;
    let found: Vec<Value> = forward.iter().flat_map(|page| page.users.iter().map(community::shown)).collect();
    prop_assert_eq!(&found, &expected, "{}", path);
    let sizes: Vec<usize> = forward.iter().map(|page| page.users.len()).collect();
    let full = expected.chunks(size).map(<[Value]>::len).collect::<Vec<_>>();
    prop_assert_eq!(sizes, if full.is_empty() { vec![0] } else { full }, "{}", path);
    for page in &forward {
        prop_assert_eq!(page.count, question.is_search().then_some(expected.len() as u64), "{}", path);
    }
    for (Page { next, .. }, Page { prev, .. }) in forward.iter().zip(&forward[1..]) {
        let rest = question.rest();
        prop_assert!(next.starts_with(&format!("{}next=", question.path())), "{}", next);
        prop_assert!(next.ends_with(&format!("&size={size}{rest}")), "{}", next);
        prop_assert!(prev.starts_with(&format!("{}prev=", question.path())), "{}", prev);
        prop_assert!(prev.ends_with(&format!("&size={size}{rest}")), "{}", prev);
    }
    prop_assert_eq!(&forward[0].prev, "");

    let last = forward.last().expect("there should be at least one page");
    prop_assert_eq!(&walk_back(app, session, last).await, &forward, "{} and back", path);
    for (number, expected) in forward.iter().enumerate() {
        let by_number = page(app, session, &format!("{path}&page={number}")).await;
        prop_assert_eq!(&by_number, expected, "{}, page {}", path, number);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn predicts_every_listing_and_search(
        usernames in community::usernames(),
        changes in changes(),
        questions in questions(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (app, root) = with_superuser().await;
            let mut community = Community::new(usernames);
            // The changes are made in two halves so that the index is also read in between.
            for changes in changes.chunks(changes.len().div_ceil(2)) {
                for change in changes {
                    let expected = community.apply(change);
                    let answer = community.send(&app, &root, change).await;
                    prop_assert_eq!(answer.status.as_u16(), expected, "{:?}: {}", change, answer.shown());
                }
                for (question, size) in &questions {
                    check(&app, &root, &community, question, *size).await?;
                }
            }
            Ok(())
        })?;
    }
}

/// Cases that the random changes rarely reach. This shows that the model itself is not vacuous.
#[test]
fn finds_the_members_who_match() {
    let mut community = Community::new(community::USERNAMES.map(str::to_owned).to_vec());
    let changes = [
        Change::SignUp { who: 0, named: true, member: true, in_discord: true },
        Change::SignUp { who: 1, named: true, member: false, in_discord: true },
        Change::Roles { who: 1, member: None, archived: Some(true) },
        Change::SignUp { who: 2, named: false, member: true, in_discord: true },
        Change::Discord { who: 0, linked: None, in_discord: None, joined_days_ago: Some(31) },
    ];
    for change in &changes {
        assert_eq!(community.apply(change), 200);
    }
    let found = |query: &'static str| community.answer(&Question::Search(question::pairs(query))).len();

    assert_eq!(found("role=INDISCORD"), 1);
    assert_eq!(found("role=ARCHIVED"), 1);
    assert_eq!(found("role=ARCHIVED&role=member"), 2);
    assert_eq!(found("time=30d"), 1);
    assert_eq!(found("time=31d"), 0);
    assert_eq!(found("verified=false&role=archived"), 1);
    assert_eq!(found("verified=true"), 0);
}
