//! Reads listings of members page by page.

use serde_json::Value;
use testing::TestApp;

/// A page of a listing.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    pub users: Vec<Value>,
    /// Links to the neighboring pages, empty at either end.
    pub next: String,
    pub prev: String,
    /// Total number of results, if the listing returns it.
    pub count: Option<u64>,
}

impl Page {
    /// Reads the response to a listing.
    pub fn of(answer: &Value) -> Self {
        let link = |name: &str| answer["links"][name].as_str().expect("the link should be a string").to_owned();
        Self {
            users: answer["users"].as_array().expect("`users` should be an array").clone(),
            next: link("next"),
            prev: link("prev"),
            count: answer["count"].as_u64(),
        }
    }

    /// Returns the ids of the members on the page.
    pub fn ids(&self) -> Vec<String> {
        ids(&self.users)
    }
}

/// Returns the members' ids.
pub fn ids(users: &[Value]) -> Vec<String> {
    users.iter().map(|user| user["id"].as_str().expect("the member should have an id").to_owned()).collect()
}

/// Reads a page.
pub async fn page(app: &TestApp, session: &str, path: &str) -> Page {
    Page::of(&app.get(path).bearer(session).send().await.expect(200).json())
}

/// Reads a listing from a path to its end.
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
