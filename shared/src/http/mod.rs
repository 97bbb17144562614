//! The HTTP layer: parses requests, converts results to responses, and writes one log line per request.

mod contract;
pub mod cors;
mod error;
mod extract;
mod gateway;
mod idempotency;
mod middleware;
pub mod openapi;
mod page_query;
mod query;
mod route_table;

pub use contract::Contract;
pub use error::{Failure, FlyersError, FlyersErrorBody, MembersError, MembersErrorBody, OrFail};
pub use extract::{
    Caller, Idempotency, InputError, MAX_BODY_BYTES, OrInternal, PromptCaller, RawBody, SignedIn, Superuser,
    UnrestrictedSession, flyers, members,
};
pub use gateway::{answer, run};
pub use idempotency::answered;
pub use middleware::{router, router_knowing};
pub use page_query::PageQuery;
pub use query::QueryParams;
