//! `GET /`

use insta::{allow_duplicates, assert_snapshot};
use testing::Fault;

#[tokio::test]
async fn answers_without_a_key_and_without_a_table() {
    let app = crate::start().await;
    app.wire.disturb_all(Fault::CutBefore);

    for key in ["", "wrong"] {
        let root = app.get("/").key(key).send().await;

        allow_duplicates! {
            assert_snapshot!(root.shown(), @r#"
            200 {
              "ok": true
            }
            "#);
        }
    }
    assert!(app.wire.take_operations().is_empty());
}
