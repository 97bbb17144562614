//! Serves routes as a Lambda function behind an API Gateway HTTP API (*API Gateway Developer Guide*, "Create AWS Lambda
//! proxy integrations for HTTP APIs", payload format 2.0).
//!
//! The gateway hands over a *decoded* path. Here it is encoded again, so that a path segment is exactly the text that the
//! client encoded, and nothing in it is cut off, resolved or decoded twice. Every event becomes a request: if a part of it
//! cannot be part of one, it is answered with 400 and logged, and the invocation does not fail.

use super::contract::Malformed;
use axum::Router;
use data_encoding::BASE64;
use http::header::COOKIE;
use http::request::Parts;
use http::uri::PathAndQuery;
use http::{HeaderName, HeaderValue, Method, Request, Uri};
use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use lambda_http::request::LambdaRequest;
use lambda_http::{Adapter, Error, LambdaEvent, lambda_runtime};
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde_json::Value;
use std::convert::Infallible;
use tower::ServiceExt;

/// Everything but the unreserved characters (RFC 3986, section 2.3).
pub(super) const NOT_UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Characters that a query must not contain unescaped (RFC 3986, section 3.4), but that some clients send.
const NOT_IN_A_QUERY: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// Serves the routes until the process is stopped.
///
/// # Errors
/// Returns an error if Lambda's Runtime API cannot be reached.
pub async fn run(router: Router) -> Result<(), Error> {
    lambda_runtime::run(lambda_runtime::service_fn(move |event| answer(router.clone(), event))).await
}

/// Answers an event. `lambda_http` decodes the body, adds the context of the invocation, and encodes the response.
///
/// # Errors
/// None: every event is answered.
pub async fn answer(
    router: Router,
    LambdaEvent { payload, context }: LambdaEvent<Value>,
) -> Result<impl Serialize, Infallible> {
    let (head, event) = request(&payload);
    let service = tower::service_fn(move |request: lambda_http::Request| {
        let (given, body) = request.into_parts();
        let mut head = head.clone();
        head.extensions.extend(given.extensions);
        router.clone().oneshot(Request::from_parts(head, body))
    });
    Adapter::from(service).oneshot(LambdaEvent::new(LambdaRequest::ApiGatewayV2(event), context)).await
}

/// Returns the request that an event stands for: its head, and an event that holds the body alone.
fn request(event: &Value) -> (Parts, ApiGatewayV2httpRequest) {
    let (mut head, ()) = Request::new(()).into_parts();
    let mut body = ApiGatewayV2httpRequest::default();
    if let Err(problem) = read(event, &mut head, &mut body) {
        head.extensions.insert(Malformed(problem));
    }
    (head, body)
}

/// Reads an event part by part, until one cannot be part of a request.
fn read(event: &Value, head: &mut Parts, body: &mut ApiGatewayV2httpRequest) -> Result<(), &'static str> {
    let method = event["requestContext"]["http"]["method"].as_str().and_then(|method| method.parse::<Method>().ok());
    head.method = method.ok_or("Method must be an HTTP method")?;
    head.uri = uri(event).ok_or("Path and query must not be longer than 64 kB")?;
    for (name, value) in event["headers"].as_object().into_iter().flatten() {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| "Header names must be tokens")?;
        head.headers.insert(name, header(value.as_str().unwrap_or_default())?);
    }
    if let Some(cookies) = event["cookies"].as_array() {
        let cookies: Vec<&str> = cookies.iter().filter_map(Value::as_str).collect();
        head.headers.insert(COOKIE, header(&cookies.join("; "))?);
    }
    let text = event["body"].as_str();
    let is_base64 = event["isBase64Encoded"].as_bool().unwrap_or_default();
    if is_base64 && text.is_some_and(|text| BASE64.decode(text.as_bytes()).is_err()) {
        return Err("Body could not be read");
    }
    body.body = text.map(str::to_owned);
    body.is_base64_encoded = is_base64;
    Ok(())
}

fn header(value: &str) -> Result<HeaderValue, &'static str> {
    HeaderValue::from_bytes(value.as_bytes()).map_err(|_| "Headers must not contain control characters")
}

/// Returns the path and query of an event, encoded.
fn uri(event: &Value) -> Option<Uri> {
    let mut uri = path(event);
    if let Some(query) = event["rawQueryString"].as_str().filter(|query| !query.is_empty()) {
        uri.push('?');
        uri.extend(utf8_percent_encode(query, NOT_IN_A_QUERY));
    }
    uri.parse::<PathAndQuery>().ok().map(Uri::from)
}

/// Returns the path of an event, encoded. Which `/` separate segments and which are part of one can only be told from the
/// route that the gateway matched and its parameters; a path without a route may be taken apart anywhere.
fn path(event: &Value) -> String {
    let route = event["routeKey"].as_str().and_then(|key| key.split_once(' '));
    let matched = route.and_then(|(_, path)| {
        let segments = path.split('/').map(|segment| {
            match segment.strip_prefix('{').and_then(|segment| segment.strip_suffix('}')) {
                Some(name) => event["pathParameters"][name].as_str().map(encoded),
                None => Some(segment.to_owned()),
            }
        });
        segments.collect::<Option<Vec<_>>>()
    });
    let segments = matched.unwrap_or_else(|| {
        let path = event["rawPath"].as_str().unwrap_or_default();
        path.split('/').map(encoded).collect()
    });
    let path = segments.join("/");
    if path.starts_with('/') { path } else { format!("/{path}") }
}

fn encoded(segment: &str) -> String {
    utf8_percent_encode(segment, NOT_UNRESERVED).to_string()
}
