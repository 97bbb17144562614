//! The built binary, as Lambda runs it.

use testing::demo_event;
use testing::lambda::Environment;

testing::route_function_tests!(env!("CARGO_BIN_EXE_users"), "users", users::routes);

/// API Gateway passes it on as it came.
#[tokio::test]
async fn takes_a_query_that_is_none() {
    let app = crate::with_demo().await;
    let mut function = FUNCTION.start(&Environment::of(&app)).await;
    for (query, found) in [("search=am", 1), ("search=%61m&size=1", 1), ("search=a m", 0), ("search=<\"|{é}>", 0)] {
        let mut event = demo_event("list-users");
        event["rawQueryString"] = query.into();
        let listed = function.request(&event).await.expect(200).json();
        assert_eq!(listed["users"].as_array().map(Vec::len), Some(found), "{query}: {listed}");
    }
}

#[tokio::test]
async fn logs_nothing_private_of_who_reads_their_own_record() {
    let app = crate::with_demo().await;
    let mut function = FUNCTION.start(&Environment::of(&app)).await;
    let mut event = demo_event("get-self");
    event["rawQueryString"] = "private=true".into();
    let own = function.request(&event).await.expect(200).json();
    let ended = function.end().await;
    let [email, phone] = [own["email"].as_str().expect("an address").to_owned(), own["phone"].to_string()];
    assert!(!ended.stdout.contains(&email) && !ended.stdout.contains(&phone), "{}", ended.stdout);
}
