//! Records DynamoDB's responses, and plays them back without a DynamoDB.

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http_body_util::BodyExt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// A connection that records the body of every response.
#[derive(Debug, Clone)]
pub struct Recorder {
    client: SharedHttpClient,
    responses: Arc<Mutex<Vec<String>>>,
}

impl Default for Recorder {
    fn default() -> Self {
        Self { client: aws_smithy_http_client::Builder::new().build_http(), responses: Arc::default() }
    }
}

impl Recorder {
    /// Returns the responses since the last call.
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.responses.lock().expect("nothing panics while it records"))
    }
}

impl HttpClient for Recorder {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let connector = self.client.http_connector(settings, components);
        SharedHttpConnector::new(Recording { connector, responses: self.responses.clone() })
    }
}

#[derive(Debug)]
struct Recording {
    connector: SharedHttpConnector,
    responses: Arc<Mutex<Vec<String>>>,
}

impl HttpConnector for Recording {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (answer, responses) = (self.connector.call(request), self.responses.clone());
        HttpConnectorFuture::new(async move {
            let response = answer.await?;
            let status = response.status();
            let body = response.into_body().collect().await.expect("the engine sends whole responses").to_bytes();
            let text = String::from_utf8(body.to_vec()).expect("responses are JSON");
            responses.lock().expect("nothing panics while it records").push(text);
            Ok(HttpResponse::new(status, SdkBody::from(body)))
        })
    }
}

/// A connection that answers with recorded responses at once. After the last one, it starts again at `again`.
#[derive(Debug, Clone)]
pub struct Player {
    responses: Arc<[Bytes]>,
    again: usize,
    next: Arc<AtomicUsize>,
}

impl Player {
    pub fn new(responses: &[String], again: usize) -> Self {
        let responses = responses.iter().map(|response| Bytes::from(response.clone())).collect();
        Self { responses, again, next: Arc::default() }
    }
}

impl HttpClient for Player {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Player {
    fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
        let next = self.next.load(Ordering::Relaxed);
        let following = if next + 1 == self.responses.len() { self.again } else { next + 1 };
        self.next.store(following, Ordering::Relaxed);
        let body = SdkBody::from(self.responses[next].clone());
        let status = 200.try_into().expect("a valid status");
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status, body)))
    }
}
