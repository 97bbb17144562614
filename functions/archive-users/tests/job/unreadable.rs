//! Members and index entries that cannot be read do not stop the job.

use crate::guild::Guild;
use crate::scene::{is_archived, record, run, sign_up, with_members_off_discord};
use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::json;
use std::collections::HashMap;
use std::time::Duration;
use testing::{Item, Stored, TestApp};

/// Makes items unreadable, in the users table.
async fn spoil(app: &TestApp, attribute: &str, is_spoilt: impl Fn(&str) -> bool) -> usize {
    let stored = Stored::of(app);
    let items = stored.items().await;
    let spoilt = items.iter().filter(|(name, _)| is_spoilt(name)).map(|(_, item)| {
        let nonsense = (attribute.to_owned(), AttributeValue::M(HashMap::new()));
        item.clone().into_iter().chain([nonsense]).collect()
    });
    let spoilt: Vec<Item> = spoilt.collect();
    let users = app.tables().users.as_str();
    stored.write(spoilt.iter().map(|item| (users, item, Some(item)))).await;
    spoilt.len()
}

#[tokio::test]
async fn members_are_not_archived_and_the_others_are() {
    let app = with_members_off_discord(3).await;
    assert_eq!(spoil(&app, "first_name", |name| name == "MEMBER#off-1 MEMBER").await, 1);
    assert_eq!(run(&app).await, (2, 2, 0));
    assert!(is_archived(&app, "off-0").await && is_archived(&app, "off-2").await);
}

#[tokio::test]
async fn entries_of_the_roster_are_left_out() {
    let app = with_members_off_discord(3).await;
    let is_entry = |name: &str| name.starts_with("FACET#not-in-discord ") && name.ends_with("#off-1");
    assert_eq!(spoil(&app, "joinedAt", is_entry).await, 1);
    assert_eq!(run(&app).await, (2, 2, 0));
}

/// Two members left the server, one of whom cannot be read: the other one is archived.
#[tokio::test]
async fn members_do_not_stop_the_synchronization_with_discord() {
    for (item, attribute) in [("MEMBER#on-0 MEMBER", "first_name"), ("FACET#linked on-0", "joinedAt")] {
        let app = with_members_off_discord(0).await;
        sign_up(&app, "on", 2, &["in_discord"]).await;
        app.member("root", &["super_user", "in_discord"]).await;
        for (id, discord) in [("on-0", "799600467218923521"), ("on-1", "799600467218923522")] {
            record(&app, id, &json!({ "discordId": discord })).await;
        }
        app.clock.advance(Duration::from_hours(24 * 8));
        assert_eq!(spoil(&app, attribute, |name| name == item).await, 1);
        let guild = Guild::of(&[799_600_467_218_923_599]).await;
        let app = guild.known_to(&app, Duration::from_secs(10));

        let (found, archived, failed) = run(&app).await;

        assert_eq!((found, archived, failed), (1, 1, 0), "{item}");
        assert!(is_archived(&app, "on-1").await);
    }
}
