//! Bodies that are good but for one field.

use serde_json::Value;
use std::fmt::Write;
use testing::{Answer, Call};

/// What is answered to each of them, a line each: the field, its value, the answer. The value is JSON as it stands
/// in the body, so that it may be what no serializer would write; an empty one leaves the field out.
pub async fn answers<'a>(request: impl Fn() -> Call<'a>, good: &Value, bad: &[(&str, &str)]) -> String {
    let mut lines = String::new();
    for (field, value) in bad {
        let answer = request().header("content-type", "application/json").body(body(good, field, value)).send().await;
        writeln!(lines, "{field}: {} → {}", shortened(value), in_one_line(&answer)).expect("a String takes anything");
    }
    lines
}

fn body(good: &Value, field: &str, value: &str) -> String {
    let fields = good.as_object().expect("a body is an object").iter();
    let others = fields.filter(|(name, _)| *name != field).map(|(name, value)| format!("\"{name}\":{value}"));
    let bad = Some(format!("\"{field}\":{value}")).filter(|_| !value.is_empty());
    format!("{{{}}}", others.chain(bad).collect::<Vec<_>>().join(","))
}

/// Status and message; the rest of the body is what belongs to the status.
pub fn in_one_line(answer: &Answer) -> String {
    let body = answer.json();
    let (code, reason, message) = (&body["statusCode"], &body["error"], &body["message"]);
    assert_eq!(*code, answer.status.as_u16(), "{body}");
    assert_eq!(reason.as_str(), answer.status.canonical_reason(), "{body}");
    assert_eq!(body.as_object().map(serde_json::Map::len), Some(3), "{body}");
    format!("{} {}", answer.status.as_u16(), message.as_str().expect("a message is a text"))
}

fn shortened(value: &str) -> String {
    let start: String = value.chars().take(40).collect();
    if start.len() < value.len() { format!("{start}…") } else { start }
}
