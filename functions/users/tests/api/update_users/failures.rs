//! `PATCH /users` while DynamoDB fails.

use super::{act, archive, with_people, with_root};
use crate::crowd::sign_up;
use crate::people::seen;
use insta::assert_snapshot;
use serde_json::json;
use std::time::{Duration, Instant};
use testing::Fault;

const LASTING: Fault = Fault::Error(400, "ValidationException");

#[tokio::test]
async fn are_counted_and_left_to_the_next_request() {
    let (app, root) = with_people().await;
    app.wire.disturb([Fault::None, Fault::None, Fault::None, LASTING]);

    // Members are archived in order of sign-up, latest first if there is a grace period. Here Ada comes first.
    assert_snapshot!(archive(&app, &root).await.shown(), @r#"
    200 {
      "message": "Successfully updated users archived role to true if in_discord role is false",
      "data": {
        "totalUsers": 2,
        "totalUsersArchived": 1,
        "totalOperationsFailed": 1,
        "updatedUserDetails": [
          {
            "id": "bob",
            "firstName": "Bob",
            "lastName": "Taylor"
          }
        ],
        "failedUserDetails": [
          {
            "id": "ada",
            "firstName": "Ada",
            "lastName": "Lovelace"
          }
        ]
      }
    }
    "#);

    assert_eq!(seen(&app, "ada").await["roles"]["archived"], false);
    assert_eq!(seen(&app, "bob").await["roles"]["archived"], true);
    let again = archive(&app, &root).await.expect(200).json();
    assert_eq!(
        again["data"]["updatedUserDetails"],
        json!([{ "id": "ada", "firstName": "Ada", "lastName": "Lovelace" }])
    );
}

#[tokio::test]
async fn are_500_if_every_member_fails() {
    let (app, root) = with_people().await;
    app.wire.disturb([Fault::None, Fault::None, Fault::None, LASTING, LASTING]);

    assert_snapshot!(archive(&app, &root).await.shown(), @r#"
    500 {
      "statusCode": 500,
      "error": "Internal Server Error",
      "message": "An internal server error occurred"
    }
    "#);

    let again = archive(&app, &root).await.expect(200).json();
    assert_eq!(again["data"]["totalUsersArchived"], 2);
}

#[tokio::test]
async fn change_nothing_if_members_cannot_be_read() {
    let (app, root) = with_people().await;
    for action in ["archiveUsers", "nonVerifiedDiscordUsers"] {
        // The caller, the index and the members.
        for position in 0..3 {
            app.wire.disturb(vec![Fault::None; position].into_iter().chain([LASTING]));

            let failed = act(&app, &root, "", &json!({ "action": action })).await.expect(500);

            assert_eq!(
                failed.json(),
                json!({
                    "statusCode": 500, "error": "Internal Server Error", "message": "An internal server error occurred",
                }),
                "{action}, request {position}"
            );
            assert_eq!(seen(&app, "bob").await["roles"]["archived"], false);
        }
    }
}

/// The members of a thousand are archived before the next thousand is read.
#[tokio::test]
async fn leave_the_members_who_could_not_be_read_to_the_next_request() {
    let (app, root) = with_root().await;
    sign_up(&app, 1001).await;
    let app = app.another_instance(Duration::from_mins(1));
    app.wire.reset();
    // The caller, the first thousand, the count of the others, ten reads and a thousand writes.
    app.wire.disturb(vec![Fault::None; 1 + 2 + 10 + 1000].into_iter().chain([LASTING]));

    let done = archive(&app, &root).await.expect(200).json();

    let counts = ["totalUsers", "totalUsersArchived", "totalOperationsFailed"].map(|name| &done["data"][name]);
    assert_eq!(counts, [&json!(1001), &json!(1000), &json!(1)]);
    assert_eq!(done["data"]["failedUserDetails"], json!([]));
    let rest = archive(&app, &root).await.expect(200).json();
    assert_eq!(rest["data"]["totalUsersArchived"], 1);
}

#[tokio::test]
async fn are_500_if_the_deadline_passes_before_the_start() {
    let (app, root) = with_people().await;
    let app = app.another_instance(Duration::from_millis(300));
    app.wire.disturb([Fault::None]);
    app.wire.disturb_all(Fault::Error(400, "ThrottlingException"));

    let failed = archive(&app, &root).await;

    assert_eq!(failed.expect(500).json()["message"], "An internal server error occurred");
}

/// The response lists the members archived before the deadline and counts the rest as failed.
#[tokio::test(flavor = "multi_thread")]
async fn include_the_members_left_at_the_deadline() {
    let (app, root) = with_root().await;
    for number in 0..100 {
        app.member(&format!("off-{number}"), &[]).await;
    }
    app.wire.disturb_all(Fault::Delay(Duration::from_millis(200)));
    let hurried = app.another_instance(Duration::from_millis(1500));

    let began = Instant::now();
    let done = archive(&hurried, &root).await.expect(200).json();

    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    app.wire.all_arrived().await;
    app.wire.reset();
    let counts = |name: &str| done["data"][name].as_u64().expect("the count should be a number");
    let (archived, left) = (counts("totalUsersArchived"), counts("totalOperationsFailed"));
    assert_eq!((counts("totalUsers"), archived + left), (100, 100));
    assert!((1..100).contains(&archived), "{archived} were archived");
    assert_eq!(done["data"]["failedUserDetails"].as_array().map(Vec::len), usize::try_from(left).ok());

    let rest = archive(&app, &root).await.expect(200).json();
    assert_eq!(rest["data"]["totalUsersArchived"], left);
}
