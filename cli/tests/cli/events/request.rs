//! Requests in the form in which API Gateway passes them to a function (*API Gateway Developer Guide*, "Create AWS
//! Lambda proxy integrations for HTTP APIs", payload format version 2.0).

use crate::documents::Operation;
use serde::Serialize;
use serde_json::Value;
use shared::models::Timestamp;
use std::collections::BTreeMap;
use testing::DEMO_KEY;

const API_ID: &str = "k3x9v2m7q4";
const DOMAIN: &str = "k3x9v2m7q4.execute-api.us-east-1.amazonaws.com";
const ACCOUNT: &str = "123456789012";
const SOURCE_IP: &str = "203.0.113.24";
const GAME_SERVER: &str = "Roblox/Linux";
const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:124.0) Gecko/20100101 Firefox/124.0";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    version: &'static str,
    route_key: String,
    raw_path: String,
    raw_query_string: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cookies: Vec<String>,
    headers: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    query_string_parameters: BTreeMap<String, String>,
    request_context: RequestContext,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    path_parameters: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    is_base64_encoded: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RequestContext {
    account_id: &'static str,
    api_id: &'static str,
    domain_name: &'static str,
    domain_prefix: &'static str,
    http: Http,
    request_id: String,
    route_key: String,
    stage: &'static str,
    time: String,
    time_epoch: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Http {
    method: String,
    path: String,
    protocol: &'static str,
    source_ip: &'static str,
    user_agent: &'static str,
}

/// What distinguishes one request from another.
#[derive(Default)]
struct Parts {
    method: String,
    path: String,
    path_parameters: BTreeMap<String, String>,
    /// Names and values in the order of the API reference, which may repeat a name.
    query: Vec<(String, String)>,
    headers: BTreeMap<String, String>,
    cookies: Vec<String>,
    body: Option<String>,
}

/// The request that the examples in the API reference make up.
pub fn of_operation(document: &Value, operation: &Operation) -> Event {
    let mut parts =
        Parts { method: operation.method.clone(), path: operation.path.clone(), ..authenticated(document, operation) };
    for parameter in operation.described["parameters"].as_array().into_iter().flatten() {
        let name = parameter["name"].as_str().expect("a parameter has a name").to_owned();
        let Some(value) = filled_in(document, parameter) else {
            assert_ne!(parameter["required"], true, "{}: {name} has no example", operation.route_key());
            continue;
        };
        let values = value.as_array().map_or_else(|| vec![value], |values| values.iter().collect());
        let mut values = values.into_iter().map(text);
        match parameter["in"].as_str() {
            Some("path") => {
                let value = values.next().expect("a value");
                parts.path = parts.path.replace(&format!("{{{name}}}"), &value);
                parts.path_parameters.insert(name, value);
            }
            Some("query") => parts.query.extend(values.map(|value| (name.clone(), value))),
            Some("header") => parts.headers.extend(values.map(|value| (name.to_lowercase(), value))),
            place => panic!("{}: {name} is in {place:?}", operation.route_key()),
        }
    }
    let body = &operation.described["requestBody"]["content"]["application/json"];
    if !body.is_null() {
        let example = filled_in(document, body).unwrap_or_else(|| panic!("{}: no example", operation.route_key()));
        parts.body = Some(example.to_string());
    }
    request(&operation.event(), operation.route_key(), parts)
}

/// A request to a path that no route has.
pub fn of_unknown_path(event: &str) -> Event {
    let parts = Parts { method: "GET".to_owned(), path: "/no/such/route".to_owned(), ..Parts::default() };
    request(event, "$default".to_owned(), parts)
}

/// A parameter's or a body's value, as Swagger UI fills it in: the example given there, or that of its type.
fn filled_in<'a>(document: &'a Value, described: &'a Value) -> Option<&'a Value> {
    let schema = &described["schema"];
    let schema = match schema["$ref"].as_str() {
        Some(reference) => document.pointer(reference.trim_start_matches('#')).expect("a reference leads somewhere"),
        None => schema,
    };
    [&described["example"], &schema["example"]].into_iter().find(|example| !example.is_null())
}

/// A value as text in a path, a query or a header.
fn text(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let is_plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte));
    assert!(is_plain, "{text} would have to be percent-encoded in a URL");
    text
}

/// The credentials of the first kind that an operation accepts: the demo airline's API key, or a place for a session.
fn authenticated(document: &Value, operation: &Operation) -> Parts {
    let mut parts = Parts::default();
    for scheme in operation.described["security"][0].as_object().into_iter().flat_map(|schemes| schemes.keys()) {
        let scheme = &document["components"]["securitySchemes"][scheme];
        let name = scheme["name"].as_str().expect("a header or a cookie has a name");
        match scheme["in"].as_str() {
            Some("header") => drop(parts.headers.insert(name.to_owned(), DEMO_KEY.to_owned())),
            Some("cookie") => parts.cookies.push(format!("{name}=SESSION")),
            place => panic!("{}: credentials in {place:?}", operation.route_key()),
        }
    }
    parts
}

fn request(event: &str, route_key: String, parts: Parts) -> Event {
    let time: Timestamp = testing::START.parse().expect("a valid instant");
    let user_agent = if parts.headers.contains_key("x-api-key") { GAME_SERVER } else { BROWSER };
    let seconds = time.as_millisecond() / 1000;
    let mut headers = parts.headers;
    if parts.body.is_some() {
        headers.insert("content-type".to_owned(), "application/json".to_owned());
    }
    for (name, value) in [
        ("accept", "*/*"),
        ("accept-encoding", "gzip, deflate"),
        ("content-length", &parts.body.as_ref().map_or(0, String::len).to_string()),
        ("host", DOMAIN),
        ("user-agent", user_agent),
        ("x-amzn-trace-id", &format!("Root=1-{seconds:08x}-{}", hexadecimal(event, 24))),
        ("x-forwarded-for", SOURCE_IP),
        ("x-forwarded-port", "443"),
        ("x-forwarded-proto", "https"),
    ] {
        headers.insert(name.to_owned(), value.to_owned());
    }
    let query: Vec<_> = parts.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let mut query_string_parameters: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in parts.query {
        // API Gateway joins the values of a repeated parameter.
        let values = query_string_parameters.entry(name).or_default();
        *values = if values.is_empty() { value } else { format!("{values},{value}") };
    }
    Event {
        version: "2.0",
        route_key: route_key.clone(),
        raw_path: parts.path.clone(),
        raw_query_string: query.join("&"),
        cookies: parts.cookies,
        headers,
        query_string_parameters,
        request_context: RequestContext {
            account_id: ACCOUNT,
            api_id: API_ID,
            domain_name: DOMAIN,
            domain_prefix: API_ID,
            http: Http {
                method: parts.method,
                path: parts.path,
                protocol: "HTTP/1.1",
                source_ip: SOURCE_IP,
                user_agent,
            },
            request_id: format!("{}=", hexadecimal(&format!("request {event}"), 15)),
            route_key,
            stage: "$default",
            time: time.formatted("%d/%b/%Y:%H:%M:%S +0000"),
            time_epoch: time.as_millisecond(),
        },
        path_parameters: parts.path_parameters,
        body: parts.body,
        is_base64_encoded: false,
    }
}

/// Digits that look random but depend only on the text (64-bit FNV-1a hashes).
pub fn hexadecimal(text: &str, length: usize) -> String {
    let hash = |text: String| {
        let start = 0xcbf2_9ce4_8422_2325_u64;
        text.bytes().fold(start, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
    };
    let hashes = (0..length.div_ceil(16)).map(|part| hash(format!("{part} {text}")));
    let mut digits = hashes.fold(String::new(), |digits, hash| digits + &format!("{hash:016x}"));
    digits.truncate(length);
    digits
}
