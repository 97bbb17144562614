//! The HTTP edge: what goes in becomes types, what comes out becomes responses, and each request one log line.

pub mod cors;
mod edge;
mod error;
mod extract;
mod function;
mod listing;
pub mod openapi;
mod query;
mod settled;

pub use edge::{MAX_ANSWER_BYTES, router};
pub use error::{FlyersErrorBody, MembersErrorBody};
pub use extract::{
    BadInput, Caller, Editor, Idempotency, MAX_BODY_BYTES, RawBody, SignedIn, Superuser, flyers, members, parse_json,
};
pub use function::run;
pub use listing::Listing;
pub use query::QueryParams;
pub use settled::settled;
