//! The HTTP edge: what goes in becomes types, what comes out becomes responses, and each request one log line.

mod edge;
mod error;
mod extract;
mod listing;

pub use edge::{MAX_ANSWER_BYTES, router};
pub use error::{FlyersErrorBody, MembersErrorBody};
pub use extract::{BadInput, Caller, Idempotency, MAX_BODY_BYTES, RawBody, Superuser, parse_json};
pub use listing::Listing;

/// Extractors of the flyers' routes.
pub mod flyers {
    use crate::error::FlyersError;

    /// The body, as JSON.
    pub type Body<T> = super::extract::Body<T, FlyersError>;
    /// The parameters in the path.
    pub type Params<T> = super::extract::Params<T, FlyersError>;
}

/// Extractors of the members' routes.
pub mod members {
    use crate::error::MembersError;

    /// The body, as JSON.
    pub type Body<T> = super::extract::Body<T, MembersError>;
    /// The parameters in the path.
    pub type Params<T> = super::extract::Params<T, MembersError>;
}
