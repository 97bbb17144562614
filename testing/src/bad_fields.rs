//! Sends bodies with one invalid field.

use crate::{Answer, Call};
use serde_json::Value;
use std::fmt::Write;

/// Sends the `good` body with each of the `bad` fields in turn. Returns one line for each: the field, its value, and
/// the response as formatted by `shown`. The bodies are those of [`body_with`].
pub async fn answers_to_bad_fields<'a>(
    request: impl Fn() -> Call<'a>,
    good: &Value,
    bad: &[(&str, &str)],
    shown: impl Fn(&Answer) -> String,
) -> String {
    let mut lines = String::new();
    for (field, value) in bad {
        let answer =
            request().header("content-type", "application/json").body(body_with(good, field, value)).send().await;
        writeln!(lines, "{field}: {} → {}", shortened(value), shown(&answer)).expect("a String takes anything");
    }
    lines
}

/// Returns the `good` body with a field whose value is the given JSON, which can be something that no serializer would
/// write. An empty value removes the field.
///
/// # Panics
/// Panics if the body is not an object.
#[must_use]
pub fn body_with(good: &Value, field: &str, value: &str) -> String {
    let fields = good.as_object().expect("a body is an object").iter();
    let others = fields.filter(|(name, _)| *name != field).map(|(name, value)| format!("\"{name}\":{value}"));
    let bad = Some(format!("\"{field}\":{value}")).filter(|_| !value.is_empty());
    format!("{{{}}}", others.chain(bad).collect::<Vec<_>>().join(","))
}

fn shortened(value: &str) -> String {
    let start: String = value.chars().take(40).collect();
    if start.len() < value.len() { format!("{start}…") } else { start }
}
