//! DynamoDB and the network failing under the routes that write.
//!
//! A 2xx means that it happened, once. A 503 means that nothing did. A 500 is left for what cannot be known, and for
//! what repeating would not help; also then it happened at most once.

mod in_doubt;
mod lasting;
mod once;
mod write;
