//! `GET /health`

use insta::assert_snapshot;
use testing::Fault;

#[tokio::test]
async fn responds_without_a_key_and_without_tables() {
    let app = crate::start().await;
    app.wire.disturb_all(Fault::CutBefore);

    let health = app.get("/health").send().await;

    assert_snapshot!(health.shown(), @r#"
    200 {
      "ok": true
    }
    "#);
    assert!(app.wire.take_operations().is_empty());
}

#[tokio::test]
async fn ignores_the_key() {
    let app = crate::start().await;

    let health = app.get("/health").key("wrong").send().await;

    assert_eq!(health.status, 200);
    assert!(app.wire.take_operations().is_empty());
}
