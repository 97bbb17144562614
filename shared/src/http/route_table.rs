//! The routes that exist, for redirecting paths with a trailing slash.

use super::gateway::NOT_UNRESERVED;
use http::Method;
use percent_encoding::{percent_decode_str, utf8_percent_encode};
use utoipa::openapi::OpenApi;

/// Paths with the methods that they have.
#[derive(Debug, Clone, Default)]
pub(super) struct RouteTable(matchit::Router<Vec<Method>>);

impl RouteTable {
    /// Returns the table of a document's routes and of others, given as a line `METHOD /path/{parameter}` each.
    pub fn new(document: &OpenApi, others: &str) -> Self {
        let document = serde_json::to_value(document).expect("a document is JSON");
        let of_document = document["paths"].as_object().into_iter().flatten().flat_map(|(path, item)| {
            let methods = item.as_object().into_iter().flatten().map(|(method, _)| method.to_uppercase());
            methods.map(move |method| (method, path.clone()))
        });
        let others = others.lines().filter_map(|line| line.split_once(' '));
        let others = others.map(|(method, path)| (method.to_owned(), path.to_owned()));
        let mut routes = std::collections::BTreeMap::<String, Vec<Method>>::new();
        for (method, path) in of_document.chain(others) {
            routes.entry(path).or_default().push(method.parse().expect("routes have methods"));
        }
        let mut table = matchit::Router::new();
        for (path, methods) in routes {
            table.insert(path, methods).expect("routes do not conflict, or no router would serve them");
        }
        Self(table)
    }

    /// Returns the path without its trailing slash, encoded for a `Location` header, if that is a route with this method.
    pub fn without_trailing_slash(&self, method: &Method, path: &str) -> Option<String> {
        let path = path.strip_suffix('/').filter(|path| !path.is_empty())?;
        let found = self.0.at(path).ok()?;
        let segments = path.split('/').map(|segment| {
            let segment: Vec<u8> = percent_decode_str(segment).collect();
            let text = String::from_utf8(segment).ok()?;
            Some(utf8_percent_encode(&text, NOT_UNRESERVED).to_string())
        });
        let location = segments.collect::<Option<Vec<_>>>()?.join("/");
        found.value.contains(method).then_some(location)
    }
}
