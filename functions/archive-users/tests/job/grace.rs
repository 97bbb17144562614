//! Which members are archived and which are still in their grace period.

use crate::scene::{DAY, archived, is_archived, member, run, sign_up, with_members_off_discord};
use std::time::Duration;

const MILLISECOND: Duration = Duration::from_millis(1);

#[tokio::test]
async fn ends_a_week_after_sign_up() {
    let app = crate::start().await;
    sign_up(&app, "off", 1, &[]).await;

    app.clock.advance((7 * DAY).saturating_sub(MILLISECOND));
    assert_eq!(run(&app).await, (0, 0, 0));
    app.clock.advance(MILLISECOND);
    assert_eq!(run(&app).await, (1, 1, 0));

    assert!(is_archived(&app, "off-0").await);
}

#[tokio::test]
async fn lasts_as_long_as_configured() {
    for days in [0, 1, 30] {
        let app = crate::start().await.configured(|app| app.archiving.grace_days = days);
        app.clock.advance(DAY);
        sign_up(&app, "off", 1, &[]).await;

        if days > 0 {
            app.clock.advance((days * DAY).saturating_sub(MILLISECOND));
            assert_eq!(run(&app).await, (0, 0, 0), "{days} days");
            app.clock.advance(MILLISECOND);
        }
        assert_eq!(run(&app).await, (1, 1, 0), "{days} days");
    }
}

/// An instance's clock may be behind another instance's or that of the system from which members were imported.
#[tokio::test]
async fn of_zero_ignores_a_sign_up_time_in_the_future() {
    let app = crate::start().await.configured(|app| app.archiving.grace_days = 0);
    sign_up(&app, "off", 1, &[]).await;
    app.clock.set("2024-03-15T10:29:59.000Z");

    assert_eq!(run(&app).await, (1, 1, 0));
}

#[tokio::test]
async fn applies_only_to_members_who_are_not_on_discord() {
    let app = with_members_off_discord(3).await;
    sign_up(&app, "on", 3, &["in_discord"]).await;
    sign_up(&app, "away", 3, &["archived"]).await;
    sign_up(&app, "both", 3, &["in_discord", "archived"]).await;
    app.clock.advance(8 * DAY);
    let (on, away) = (member(&app, "on-1").await, member(&app, "away-1").await);

    assert_eq!(run(&app).await, (3, 3, 0));

    assert_eq!(archived(&app, "off", 3).await, 3);
    assert_eq!(archived(&app, "on", 3).await, 0);
    assert_eq!(member(&app, "on-1").await, on);
    assert_eq!(member(&app, "away-1").await, away);
}

#[tokio::test]
async fn leaves_no_members_for_a_second_run() {
    let app = with_members_off_discord(3).await;

    assert_eq!(run(&app).await, (3, 3, 0));
    assert_eq!(run(&app).await, (0, 0, 0));
}
