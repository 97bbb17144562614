//! The descriptions in the OpenAPI document say something: each has a few words, and names the unit or the form of
//! values that have one.

use crate::documents::openapi;
use serde_json::{Map, Value};

/// Fewer words than that say no more than the name does.
const MIN_WORDS: usize = 4;

/// The endings of names, and the words of which one must be in the description, in lower case.
const WORDS: [(&[&str], &[&str]); 7] = [
    (&["miles", "Miles", "amount", "balanceAfter"], &["mile"]),
    (
        &["At", "Time", "_at", "from", "until"],
        &["iso 8601", "milliseconds since 1970", "date and time in the format of the united states"],
    ),
    (&["Seconds"], &["second"]),
    (&["Url", "URL", "Link", "url"], &["url"]),
    (&["Id", "Ids", "id", "_id"], &[" id", "user name", "username", "login"]),
    (&["yoe"], &["years"]),
    (&["Color"], &["#rrggbb"]),
];

/// Keys whose values are data.
const DATA: [&str; 5] = ["default", "enum", "example", "examples", "security"];

/// Keys whose values map names of the API to what the document says about them.
const NAMED: [&str; 8] =
    ["content", "headers", "parameters", "paths", "properties", "responses", "schemas", "securitySchemes"];

/// Calls a function with every object in the document and its path, except for those that are data.
fn walk(value: &Value, path: &str, visit: &mut impl FnMut(&str, &Map<String, Value>)) {
    match value {
        Value::Object(fields) => {
            visit(path, fields);
            for (name, value) in fields.iter().filter(|(name, _)| !DATA.contains(&name.as_str())) {
                let path = format!("{path}/{name}");
                match value {
                    // A property may be called `description` or `example`.
                    Value::Object(named) if NAMED.contains(&name.as_str()) => {
                        named.iter().for_each(|(name, value)| walk(value, &format!("{path}/{name}"), visit));
                    }
                    value => walk(value, &path, visit),
                }
            }
        }
        Value::Array(values) => {
            values.iter().enumerate().for_each(|(index, value)| walk(value, &format!("{path}/{index}"), visit));
        }
        _ => {}
    }
}

/// What the document says about a value: its own description, or that of the alternative to null.
fn description(described: &Value) -> Option<&str> {
    let alternatives = described["oneOf"].as_array().into_iter().flatten();
    [described].into_iter().chain(alternatives).find_map(|described| described["description"].as_str())
}

/// The description of the type to which a value's schema refers, if it does.
fn description_of_type<'a>(document: &'a Value, described: &'a Value) -> Option<&'a str> {
    let schema = described.get("schema").unwrap_or(described);
    let alternatives = schema["oneOf"].as_array().into_iter().flatten();
    let reference = [schema].into_iter().chain(alternatives).find_map(|schema| schema["$ref"].as_str())?;
    document.pointer(reference.trim_start_matches('#'))?["description"].as_str()
}

#[test]
fn have_a_few_words() {
    let mut short = Vec::new();
    walk(&openapi(), "", &mut |path, fields| {
        if let Some(text) = fields.get("description").and_then(Value::as_str)
            && text.split_whitespace().count() < MIN_WORDS
        {
            short.push(format!("{path}: {text}"));
        }
    });
    assert!(short.is_empty(), "{short:#?}");
}

#[test]
fn name_the_unit_or_the_form_of_every_property_and_parameter() {
    let document = openapi();
    let mut wrong = Vec::new();
    let mut check = |path: &str, name: &str, described: &Value| {
        let Some(text) = description(described) else {
            wrong.push(format!("{path}/{name} has no description"));
            return;
        };
        let of_type = description_of_type(&document, described).unwrap_or_default();
        let said = format!(" {text} {of_type}").to_lowercase();
        for (endings, words) in WORDS {
            let is_named = endings.iter().any(|ending| name.ends_with(ending));
            if is_named && !words.iter().any(|word| said.contains(word)) {
                wrong.push(format!("{path}/{name} says none of {words:?}: {text}"));
            }
        }
    };
    walk(&document, "", &mut |path, fields| {
        if let Some(properties) = fields.get("properties").and_then(Value::as_object) {
            properties.iter().for_each(|(name, described)| check(path, name, described));
        }
        for parameter in fields.get("parameters").and_then(Value::as_array).into_iter().flatten() {
            check(path, parameter["name"].as_str().expect("a parameter has a name"), parameter);
        }
    });
    assert!(wrong.is_empty(), "{wrong:#?}");
}
