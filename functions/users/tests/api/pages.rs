//! Reading listings of members, a page after another.

use serde_json::Value;
use testing::TestApp;

/// A page, as it was answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    pub users: Vec<Value>,
    /// The links; empty at an end.
    pub next: String,
    pub prev: String,
    /// How many are found in all, where the listing says so.
    pub count: Option<u64>,
}

impl Page {
    /// The ids of who is on it.
    pub fn ids(&self) -> Vec<String> {
        ids(&self.users)
    }
}

/// Those members' ids.
pub fn ids(users: &[Value]) -> Vec<String> {
    users.iter().map(|user| user["id"].as_str().expect("members have ids").to_owned()).collect()
}

/// Reads a page.
pub async fn page(app: &TestApp, session: &str, path: &str) -> Page {
    let answer = app.get(path).bearer(session).send().await.expect(200).json();
    let link = |name: &str| answer["links"][name].as_str().expect("a link is a text").to_owned();
    Page {
        users: answer["users"].as_array().expect("a list").clone(),
        next: link("next"),
        prev: link("prev"),
        count: answer["count"].as_u64(),
    }
}

/// Reads a listing to its end.
pub async fn walk(app: &TestApp, session: &str, path: &str) -> Vec<Page> {
    let mut pages = vec![page(app, session, path).await];
    while let Some(next) = pages.last().map(|page| page.next.clone()).filter(|next| !next.is_empty()) {
        pages.push(page(app, session, &next).await);
        assert!(pages.len() < 10_000, "{path} has no end");
    }
    pages
}

/// Reads a listing from a page back to its beginning.
pub async fn walk_back(app: &TestApp, session: &str, from: &Page) -> Vec<Page> {
    let mut pages = vec![from.clone()];
    while let Some(prev) = pages.last().map(|page| page.prev.clone()).filter(|prev| !prev.is_empty()) {
        pages.push(page(app, session, &prev).await);
        assert!(pages.len() < 10_000, "{prev} has no beginning");
    }
    pages.reverse();
    pages
}
