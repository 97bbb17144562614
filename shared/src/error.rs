//! What can go wrong: one type for each of the API's two contracts, and one for the storage below them.
//!
//! [`FlyersError`] is what the routes of game servers answer, [`MembersError`] what the routes of people
//! answer. `shared::http` turns either into a response, in one place.

/// The cause of a failure, for the log.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// An error with what caused it, and what caused that: a log line shows of an error only its own words.
#[must_use]
pub fn with_causes(error: &(dyn std::error::Error + 'static)) -> String {
    let words: Vec<_> = std::iter::successors(Some(error), |&error| error.source()).map(ToString::to_string).collect();
    words.join(": ")
}

/// Why storage did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Throttled, in conflict or out of reach until the time was up. Nothing was written.
    #[error("DynamoDB was busy until the time was up")]
    Busy(#[source] Cause),
    /// A write was sent and its outcome could not be learned in time: it may have taken effect.
    #[error("the outcome of a write is not known")]
    OutcomeUnknown(#[source] Cause),
    /// DynamoDB refused the request, or holds something that cannot be read.
    #[error("DynamoDB failed")]
    Failed(#[source] Cause),
}

/// An error of the flyers' API: its text is the `error` of the answer.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say it")]
pub enum FlyersError {
    /// The request is not what the route takes; says which part.
    #[error("{0}")]
    BadRequest(String),
    #[error("Missing x-api-key header")]
    MissingApiKey,
    #[error("Invalid API key")]
    InvalidApiKey,
    #[error("Missing productId in body")]
    MissingProductId,
    #[error("Provide a list of userIds in the request body")]
    MissingUserIds,
    #[error("Insufficient miles")]
    InsufficientMiles,
    #[error("User not found")]
    UserNotFound,
    #[error("Product not found")]
    ProductNotFound,
    #[error("Brand not found")]
    BrandNotFound,
    #[error("Codeshare airline not found")]
    CodeshareAirlineNotFound,
    #[error("Flight not found")]
    FlightNotFound,
    #[error("Transaction not found")]
    TransactionNotFound,
    /// No such route; holds the path.
    #[error("Not Found")]
    NoSuchRoute(String),
    #[error("Brand already exists")]
    BrandExists,
    #[error("Flight has ended")]
    FlightEnded,
    #[error("Passenger already boarded")]
    AlreadyBoarded,
    #[error("Already refunded")]
    AlreadyRefunded,
    #[error("Only purchases can be refunded")]
    NotAPurchase,
    #[error("Idempotency-Key was used with another body")]
    IdempotencyKeyReused,
    #[error("Request body is larger than {limit} bytes")]
    BodyTooLarge { limit: usize },
    #[error("The answer would be larger than 6 MB; ask for less at a time")]
    AnswerTooLarge,
    /// Could not be done in the time there was; nothing was changed.
    #[error("Please retry")]
    PleaseRetry(#[source] Cause),
    /// Anything unexpected; the cause goes to the log.
    #[error("Internal Server Error")]
    Internal(#[source] Cause),
}

impl From<StoreError> for FlyersError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Busy(cause) => Self::PleaseRetry(cause),
            error => Self::Internal(error.into()),
        }
    }
}

/// How a route of the members' API says that something unexpected went wrong: each has its own way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// 500 `An internal server error occurred`
    Internal,
    /// 503 `Something went wrong please contact admin`
    Unavailable,
    /// 503 `Something went wrong, please contact admin`
    SearchUnavailable,
    /// 400 `Failed to get user badges.`
    Badges,
}

impl Failure {
    /// The message.
    #[must_use]
    pub fn message(self) -> &'static str {
        match self {
            Self::Internal => "An internal server error occurred",
            Self::Unavailable => "Something went wrong please contact admin",
            Self::SearchUnavailable => "Something went wrong, please contact admin",
            Self::Badges => "Failed to get user badges.",
        }
    }
}

/// An error of the members' API: its text is the `message` of the answer.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say it")]
pub enum MembersError {
    #[error("{0}")]
    BadRequest(String),
    /// The body of a change of roles is something else.
    #[error("Invalid role")]
    InvalidRole,
    #[error("Unauthenticated User")]
    Unauthenticated,
    #[error("You are not authorized for this action.")]
    NotAuthorized,
    #[error("You are restricted from performing this action")]
    Restricted,
    #[error("Cannot update username again")]
    UsernameIsSet,
    /// What was asked for is not there; says what.
    #[error("{0}")]
    NotFound(&'static str),
    /// It is taken; says what.
    #[error("{0}")]
    Conflict(&'static str),
    #[error("role already exist!")]
    RoleExists,
    #[error("Request body is larger than {limit} bytes")]
    BodyTooLarge { limit: usize },
    #[error("The answer would be larger than 6 MB; ask for less at a time")]
    AnswerTooLarge,
    #[error("Content-Type must be application/json")]
    UnsupportedMediaType,
    /// GitHub cannot be asked.
    #[error("{message}")]
    GithubUnavailable {
        message: &'static str,
        /// After so many seconds it can, if it said.
        retry_after: Option<u64>,
    },
    /// Anything unexpected; the cause goes to the log.
    #[error("{}", .0.message())]
    Failed(Failure, #[source] Cause),
}

impl From<StoreError> for MembersError {
    fn from(error: StoreError) -> Self {
        let failure = if matches!(error, StoreError::Busy(_)) { Failure::Unavailable } else { Failure::Internal };
        Self::Failed(failure, error.into())
    }
}
