//! `GET /auth/signout`

use crate::scene::{Scene, cookies};
use insta::{allow_duplicates, assert_snapshot};

#[tokio::test]
async fn empties_the_cookie_with_the_same_attributes() {
    let scene = Scene::start().await;
    let session = scene.app.session("ada");
    for cookie in ["", &format!("rds-session={session}")] {
        let answer = scene.app.get("/auth/signout").header("cookie", cookie).send().await;
        allow_duplicates! {
            assert_snapshot!(answer.shown(), @r#"
            200 {
              "message": "Signout successful"
            }
            "#);
        }
        assert_eq!(
            cookies(&answer),
            ["rds-session=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax; Domain=community.example"]
        );
    }
}

#[tokio::test]
async fn is_unknown_where_nobody_can_log_in() {
    let scene = Scene::start().await;
    let app = scene.app.configured(|app| (app.login, app.signer) = (None, None));
    for path in ["/auth/signout", "/auth/github/login", "/auth/github/callback?code=x&state=x"] {
        let answer = app.get(path).header("host", "api.community.example").send().await;
        assert_eq!(
            answer.shown().replace(char::is_whitespace, ""),
            r#"404{"statusCode":404,"error":"NotFound","message":"NotFound"}"#
        );
    }
}
