//! Limits that several crates share.

/// Maximum size of a response body, as it stands in a Lambda function's response: a JSON string with its quotes
/// escaped. Lambda limits that response to 6 MB (*Lambda quotas*, invocation payload); this leaves 16 kB of it for the
/// headers.
pub const MAX_ANSWER_BYTES: usize = 6 * 1024 * 1024 - 16 * 1024;
