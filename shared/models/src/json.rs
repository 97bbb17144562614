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
    /// A field has the wrong type or value. The path is empty if the value as a whole has.
    #[error("{}{reason}", quoted(path))]
    Field {
        /// The path of the field, such as `roles.member`.
        path: String,
        /// What was expected, and what was found instead.
        reason: String,
    },
}

fn quoted(path: &str) -> String {
    if path.is_empty() { String::new() } else { format!("\"{path}\": ") }
}

/// Parses JSON into a type.
///
/// # Errors
/// `Field` with the path of the first field that does not fit and what is expected there; `Malformed` if the input is
/// not JSON.
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
            let reason = reason.rsplit_once(" at line ").map_or(&*reason, |(reason, _)| reason).replace('`', "\"");
            JsonError::Field {
                path: if path == "." { String::new() } else { shorten(&path) },
                reason: shorten(&reason),
            }
        }
    })?;
    deserializer.end().map_err(|error| malformed(format!("Body must be valid JSON: {error}")))?;
    Ok(value)
}

fn shorten(message: &str) -> String {
    if message.chars().count() <= MAX_MESSAGE_CHARS {
        return message.to_owned();
    }
    message.chars().take(MAX_MESSAGE_CHARS).chain(['…']).collect()
}
