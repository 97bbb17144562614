//! Errors of the store.

/// The cause of a failure, for the log.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Returns an error's message followed by those of its causes, outermost first, separated by `: `. The message of an
/// error never includes those of its causes.
#[must_use]
pub fn with_causes(error: &(dyn std::error::Error + 'static)) -> String {
    let messages: Vec<_> =
        std::iter::successors(Some(error), |&error| error.source()).map(ToString::to_string).collect();
    messages.join(": ")
}

/// Why a read or a write failed.
///
/// Requests that are throttled, conflict with other transactions or get no response are retried until the deadline of
/// the current [`Invocation`](crate::Invocation). `Busy` and `OutcomeUnknown` are what remains after that. A read never
/// fails with `OutcomeUnknown`.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Until the deadline, DynamoDB throttled the request, reported conflicts or could not be reached. The request
    /// wrote nothing.
    #[error("DynamoDB was busy until the deadline")]
    Busy(#[source] Cause),
    /// A write may have taken effect: an attempt of it got no response, and no later attempt showed its outcome.
    #[error("the outcome of a write is unknown")]
    OutcomeUnknown(#[source] Cause),
    /// DynamoDB rejected the request, or items contradict each other.
    #[error("DynamoDB failed")]
    Failed(#[source] Cause),
    /// An item does not have the form that it should be stored in.
    #[error("the item {key} cannot be read")]
    Unreadable {
        /// Partition key and sort key of the item, separated by a space.
        key: String,
        /// What is wrong with it.
        #[source]
        cause: Cause,
    },
}

impl StoreError {
    /// Returns this error as `OutcomeUnknown`, for a write of which an earlier attempt is in doubt: that attempt may
    /// have taken effect, whatever went wrong later.
    #[must_use]
    pub fn in_doubt(self) -> Self {
        match self {
            Self::OutcomeUnknown(_) => self,
            error => Self::OutcomeUnknown(error.into()),
        }
    }
}

/// A cursor is damaged or belongs to another listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor of this listing")]
pub struct CursorError;

/// Why a page could not be read.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// The cursor is damaged or belongs to another listing.
    #[error(transparent)]
    Cursor(#[from] CursorError),
    /// The read failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
