//! Parsing JSON into types, with errors that name the field.

use serde::Deserialize;

/// Maximum length of an error message, in characters, including whatever it quotes from the input.
const MAX_MESSAGE_CHARS: usize = 200;

/// Reason why JSON could not be parsed into a type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// The input is not valid JSON. The message says where.
    #[error("{0}")]
    Malformed(String),
    /// A field has the wrong type or value, is missing or is unknown.
    #[error("\"{path}\" {reason}")]
    Field {
        /// The path of the field, such as `roles.member`; `body` if the value as a whole is of the wrong type.
        path: String,
        /// What the field must be. It completes the sentence that begins with the name of the field.
        reason: String,
    },
}

/// Parses JSON into a type.
///
/// # Errors
/// `Field` with the path of the first field that does not fit and what it must be; `Malformed` if the input is not JSON.
pub fn parse_json<'de, T: Deserialize<'de>>(json: &'de [u8]) -> Result<T, JsonError> {
    let malformed = |message: String| JsonError::Malformed(shorten(&message));
    let text = std::str::from_utf8(json).map_err(|_| malformed("Body must be UTF-8".to_owned()))?;
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        let reason = error.inner();
        if reason.is_syntax() || reason.is_eof() {
            malformed(format!("Body must be valid JSON: {reason}"))
        } else {
            let reason = reason.to_string();
            // serde_json appends a position, which adds nothing once the field is named.
            let reason = reason.rsplit_once(" at line ").map_or(&*reason, |(reason, _)| reason);
            field_error(path, reason)
        }
    })?;
    deserializer.end().map_err(|error| malformed(format!("Body must be valid JSON: {error}")))?;
    Ok(value)
}

/// Puts serde's reason into words that do not mention the types of this program.
fn field_error(path: String, reason: &str) -> JsonError {
    let is_whole = path == ".";
    let within = |name: &str| if is_whole { name.to_owned() } else { format!("{path}.{name}") };
    let whole = |path: String| if is_whole { "body".to_owned() } else { path };
    let quoted = |rest: &str| within(rest.split('`').next().unwrap_or_default());
    let (path, reason) = if let Some(rest) = reason.strip_prefix("missing field `") {
        (quoted(rest), "is required".to_owned())
    } else if let Some(rest) = reason.strip_prefix("duplicate field `") {
        (quoted(rest), "must be given once".to_owned())
    } else if let Some(rest) = reason.strip_prefix("unknown field `") {
        let path = if is_whole { quoted(rest) } else { path };
        (path, "is not allowed".to_owned())
    } else if reason.starts_with("invalid type: null,") {
        // `null` gives no value.
        (whole(path), "is required".to_owned())
    } else if let Some((_, expected)) = reason.rsplit_once("expected ") {
        (whole(path), format!("must be {}", kind(expected).replace('`', "\"")))
    } else {
        (whole(path), reason.replace('`', "\""))
    };
    JsonError::Field { path: shorten(&path), reason: shorten(&reason) }
}

/// Returns the name in JSON of what serde expected.
fn kind(expected: &str) -> &str {
    match expected {
        "i8" | "i16" | "i32" | "i64" | "u8" | "u16" | "u32" | "u64" | "usize" | "isize" => "an integer",
        "f32" | "f64" => "a number",
        "a map" => "an object",
        "a sequence" => "an array",
        "a borrowed string" | "a character" => "a string",
        other if other.starts_with("struct ") => "an object",
        other if other.starts_with("tuple ") => "an array",
        other => other,
    }
}

fn shorten(message: &str) -> String {
    if message.chars().count() <= MAX_MESSAGE_CHARS {
        return message.to_owned();
    }
    message.chars().take(MAX_MESSAGE_CHARS).chain(['…']).collect()
}
