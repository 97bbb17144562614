//! Bodies that are good but for one field.

use crate::{Answer, Call};
use serde_json::Value;
use std::fmt::Write;

/// What is answered to each of them, a line each: the field, its value, the answer as `shown`. The value is JSON as it
/// stands in the body, so that it may be what no serializer would write; an empty one leaves the field out.
pub async fn answers_to_bad_fields<'a>(
    request: impl Fn() -> Call<'a>,
    good: &Value,
    bad: &[(&str, &str)],
    shown: impl Fn(&Answer) -> String,
) -> String {
    let mut lines = String::new();
    for (field, value) in bad {
        let answer = request().header("content-type", "application/json").body(body(good, field, value)).send().await;
        writeln!(lines, "{field}: {} → {}", shortened(value), shown(&answer)).expect("a String takes anything");
    }
    lines
}

fn body(good: &Value, field: &str, value: &str) -> String {
    let fields = good.as_object().expect("a body is an object").iter();
    let others = fields.filter(|(name, _)| *name != field).map(|(name, value)| format!("\"{name}\":{value}"));
    let bad = Some(format!("\"{field}\":{value}")).filter(|_| !value.is_empty());
    format!("{{{}}}", others.chain(bad).collect::<Vec<_>>().join(","))
}

fn shortened(value: &str) -> String {
    let start: String = value.chars().take(40).collect();
    if start.len() < value.len() { format!("{start}…") } else { start }
}
