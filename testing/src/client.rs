//! Sends requests to the API.

use crate::TestApp;
use axum::body::Body;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;

/// A request that is being built.
#[must_use]
pub struct Call<'a> {
    app: &'a TestApp,
    request: http::request::Builder,
    body: Vec<u8>,
}

/// A response.
#[derive(Debug)]
pub struct Answer {
    /// HTTP status code.
    pub status: StatusCode,
    /// HTTP headers.
    pub headers: HeaderMap,
    /// Body as received.
    pub bytes: Vec<u8>,
}

impl TestApp {
    /// Starts building a request. The path is sent unchanged.
    pub fn call(&self, method: Method, path: &str) -> Call<'_> {
        Call { app: self, request: Request::builder().method(method).uri(path), body: Vec::new() }
    }

    /// Starts building a GET request.
    pub fn get(&self, path: &str) -> Call<'_> {
        self.call(Method::GET, path)
    }

    /// Starts building a POST request.
    pub fn post(&self, path: &str) -> Call<'_> {
        self.call(Method::POST, path)
    }

    /// Starts building a PATCH request.
    pub fn patch(&self, path: &str) -> Call<'_> {
        self.call(Method::PATCH, path)
    }

    /// Starts building a DELETE request.
    pub fn delete(&self, path: &str) -> Call<'_> {
        self.call(Method::DELETE, path)
    }
}

impl Call<'_> {
    /// Adds an API key.
    pub fn key(self, key: &str) -> Self {
        self.header("x-api-key", key)
    }

    /// Adds a session token as a bearer token.
    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// Adds a header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.request = self.request.header(name, value);
        self
    }

    /// Adds a header whose value may be any bytes that HTTP allows.
    pub fn header_bytes(mut self, name: &str, value: &[u8]) -> Self {
        self.request = self.request.header(name, value);
        self
    }

    /// Sets a JSON body and the matching content type.
    pub fn json(self, body: &Value) -> Self {
        self.header("content-type", "application/json").body(body.to_string())
    }

    /// Sets a body without a content type.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Sends the request and returns the response.
    pub async fn send(self) -> Answer {
        let request = self.request.body(Body::from(self.body)).expect("a request that HTTP allows");
        let response = self.app.router.clone().oneshot(request).await.expect("routers always answer");
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.expect("the body is in memory").to_bytes().to_vec();
        Answer { status: parts.status, headers: parts.headers, bytes }
    }
}

impl Answer {
    /// Returns the body as JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&self.bytes)))
    }

    /// Returns the status and the body as indented JSON, with the fields in the order in which they were sent.
    #[must_use]
    pub fn shown(&self) -> String {
        let status = self.status.as_u16();
        if self.bytes.is_empty() {
            return status.to_string();
        }
        let mut shown = Vec::new();
        let mut reader = serde_json::Deserializer::from_slice(&self.bytes);
        let mut writer = serde_json::Serializer::pretty(&mut shown);
        serde_transcode::transcode(&mut reader, &mut writer).expect("the body is JSON");
        format!("{status} {}", String::from_utf8(shown).expect("JSON is UTF-8"))
    }

    /// Returns whether the response is one that the example of a route should have: a success, or a redirect, which is all
    /// that some routes of a log-in ever answer.
    #[must_use]
    pub fn is_as_documented(&self) -> bool {
        self.status.is_success() || self.status == StatusCode::FOUND
    }

    /// Returns the value of a header, or `None` if it is missing.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().expect("our headers are ASCII"))
    }

    /// Returns the response if it has the given status. Otherwise, panics and shows the body.
    #[must_use]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", String::from_utf8_lossy(&self.bytes));
        self
    }
}
