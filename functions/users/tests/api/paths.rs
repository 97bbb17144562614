//! Paths and methods that are not member routes.

use crate::bad_input::in_one_line;
use crate::people::with_superuser;
use crate::routes::all;
use http::Method;
use insta::{allow_duplicates, assert_snapshot};

#[tokio::test]
async fn are_not_found_if_there_is_no_such_route() {
    let (app, root) = with_superuser().await;
    let none = [
        (Method::GET, "/users/"),
        (Method::DELETE, "/users"),
        (Method::PUT, "/users/self"),
        (Method::DELETE, "/users/self"),
        (Method::POST, "/users/grace"),
        (Method::GET, "/users/userId/grace/x"),
        (Method::PATCH, "/users/userId/grace"),
        (Method::GET, "/users/grace/temporary/data"),
        (Method::GET, "/users/grace/temporary"),
        (Method::GET, "/users/grace/discord"),
        (Method::POST, "/users/status/self"),
        (Method::PUT, "/users/grace/skills"),
        (Method::GET, "/users/grace/skills/rust"),
        (Method::GET, "/users/grace/badges/ace"),
        (Method::PATCH, "/badges"),
        (Method::GET, "/badges/ace"),
        (Method::DELETE, "/badges/ace"),
    ];

    for (method, path) in none {
        let refused = app.call(method.clone(), path).bearer(&root).send().await;
        assert_eq!(in_one_line(&refused), "404 Not Found", "{method} {path}");
    }
    assert!(app.wire.take_operations().is_empty(), "nothing should be read");
}

#[tokio::test]
async fn must_be_valid_utf_8() {
    let (app, root) = with_superuser().await;

    for route in all().into_iter().filter(|route| route.path.contains("grace") || route.path.contains("Hopper")) {
        for invalid in ["%FF", "%C3%28", "gr%ffce"] {
            let path = route.path.replace("grace", invalid).replace("Hopper", invalid);
            let call = app.call(route.method.clone(), &path).bearer(&root);
            let call = if route.body.is_null() { call } else { call.json(&route.body) };
            let refused = call.send().await;
            allow_duplicates! {
                assert_snapshot!(in_one_line(&refused), @"400 Path must be percent-encoded UTF-8");
            }
        }
    }
}
