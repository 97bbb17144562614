//! Error responses of the API: one type for each of its two formats.
//!
//! [`FlyersError`] is for the routes of game servers, [`MembersError`] for the routes of people. Errors of rules are
//! converted here, and nowhere else.

use crate::auth::{ApiKeyError, SessionError};
use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use rules::airlines::AirlineError;
use rules::flights::FlightError;
use rules::history::HistoryError;
use rules::ledger::LedgerError;
use rules::members::{ArchiveError, MemberError};
use serde::Serialize;
use std::error::Error;
use store::{Cause, StoreError, with_causes};

/// An error of the flyers' API. Its message is the `error` of the response.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the messages are self-explanatory")]
pub enum FlyersError {
    /// The request is not valid. The text names the part that is not.
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
    #[error("Flight not found")]
    FlightNotFound,
    #[error("Transaction not found")]
    TransactionNotFound,
    /// The path, which is given here, has no route.
    #[error("Not Found")]
    NoSuchRoute(String),
    #[error("Brand already exists")]
    BrandExists,
    #[error("Flight has ended")]
    FlightEnded,
    #[error("Flight has passengers")]
    HasPassengers,
    #[error("Passenger already boarded")]
    AlreadyBoarded,
    #[error("Already refunded")]
    AlreadyRefunded,
    #[error("Only purchases can be refunded")]
    NotAPurchase,
    #[error("Already reversed")]
    AlreadyReversed,
    #[error("Transaction cannot be reversed")]
    NotReversible,
    #[error("Price has changed")]
    PriceChanged,
    #[error("Flyer is being imported")]
    BeingImported,
    #[error("Idempotency-Key is required")]
    IdempotencyKeyRequired,
    #[error("Idempotency-Key was used with another body")]
    IdempotencyKeyReused,
    #[error("Content-Encoding must be gzip")]
    UnsupportedEncoding,
    #[error("Request body is larger than {limit} bytes")]
    BodyTooLarge { limit: usize },
    #[error("The answer would be larger than 6 MB; ask for less at a time")]
    AnswerTooLarge,
    /// DynamoDB was busy until the deadline. Nothing was changed.
    #[error("Please retry")]
    PleaseRetry(#[source] Cause),
    /// An unexpected error. The cause is logged.
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

impl From<ApiKeyError> for FlyersError {
    fn from(error: ApiKeyError) -> Self {
        match error {
            ApiKeyError::Missing => Self::MissingApiKey,
            ApiKeyError::Invalid => Self::InvalidApiKey,
            ApiKeyError::Store(error) => error.into(),
        }
    }
}

impl From<LedgerError> for FlyersError {
    fn from(error: LedgerError) -> Self {
        match error {
            LedgerError::UserNotFound => Self::UserNotFound,
            LedgerError::ProductNotFound => Self::ProductNotFound,
            LedgerError::FlightNotFound => Self::FlightNotFound,
            LedgerError::TransactionNotFound => Self::TransactionNotFound,
            LedgerError::InsufficientMiles => Self::InsufficientMiles,
            LedgerError::AlreadyBoarded => Self::AlreadyBoarded,
            LedgerError::FlightEnded => Self::FlightEnded,
            LedgerError::AlreadyRefunded => Self::AlreadyRefunded,
            LedgerError::NotAPurchase => Self::NotAPurchase,
            LedgerError::AlreadyReversed => Self::AlreadyReversed,
            LedgerError::NotReversible => Self::NotReversible,
            LedgerError::PriceChanged => Self::PriceChanged,
            LedgerError::IdempotencyKeyReused(_) => Self::IdempotencyKeyReused,
            LedgerError::BeingImported => Self::BeingImported,
            error @ (LedgerError::NameRequired(_) | LedgerError::BalanceOutOfRange(_) | LedgerError::Cursor(_)) => {
                Self::BadRequest(error.to_string())
            }
            LedgerError::Store(error) => error.into(),
        }
    }
}

impl From<FlightError> for FlyersError {
    fn from(error: FlightError) -> Self {
        match error {
            FlightError::NotFound => Self::FlightNotFound,
            FlightError::Ended => Self::FlightEnded,
            FlightError::BrandNotFound => Self::BrandNotFound,
            FlightError::HasPassengers => Self::HasPassengers,
            error @ (FlightError::Codeshare(_)
            | FlightError::Started
            | FlightError::NothingToChange
            | FlightError::Cursor(_)) => Self::BadRequest(error.to_string()),
            FlightError::Store(error) => error.into(),
        }
    }
}

impl From<HistoryError> for FlyersError {
    fn from(error: HistoryError) -> Self {
        match error {
            HistoryError::NoIds => Self::MissingUserIds,
            error @ HistoryError::TooManyIds => Self::BadRequest(error.to_string()),
            HistoryError::TooLarge => Self::AnswerTooLarge,
            HistoryError::Store(error) => error.into(),
        }
    }
}

impl From<AirlineError> for FlyersError {
    fn from(error: AirlineError) -> Self {
        match error {
            AirlineError::ProductNotFound => Self::ProductNotFound,
            AirlineError::BrandExists => Self::BrandExists,
            error @ AirlineError::NothingToChange => Self::BadRequest(error.to_string()),
            AirlineError::Store(error) => error.into(),
            // Only routes that manage airlines have these errors, and they use the members' format.
            error @ (AirlineError::NotFound
            | AirlineError::AlreadyExists
            | AirlineError::KeyNotFound
            | AirlineError::TooManyKeys) => Self::Internal(error.into()),
        }
    }
}

/// How a route of the members' API reports an unexpected error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// 500 `An internal server error occurred`.
    Internal,
    /// 503 `Something went wrong please contact admin`.
    Unavailable,
    /// 503 `Something went wrong, please contact admin`.
    SearchUnavailable,
    /// 400 `Failed to get user badges.`.
    Badges,
}

impl Failure {
    /// Returns the message of the response.
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

/// Determines the response to unexpected errors.
pub trait OrFail<T> {
    /// Converts the error of a result. If it is unexpected, reports it as `failure`.
    ///
    /// # Errors
    /// The converted error of the result.
    fn or_fail(self, failure: Failure) -> Result<T, MembersError>;
}

impl<T, E: Into<MembersError>> OrFail<T> for Result<T, E> {
    fn or_fail(self, failure: Failure) -> Result<T, MembersError> {
        self.map_err(|error| match error.into() {
            MembersError::Failed(_, cause) => MembersError::Failed(failure, cause),
            error => error,
        })
    }
}

/// An error of the members' API. Its message is the `message` of the response.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the messages are self-explanatory")]
pub enum MembersError {
    #[error("{0}")]
    BadRequest(String),
    /// The body of a role change has an unexpected form.
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
    /// Something that the request refers to does not exist. The text names it.
    #[error("{0}")]
    NotFound(&'static str),
    /// The request conflicts with existing data. The text names the conflict.
    #[error("{0}")]
    Conflict(&'static str),
    #[error("role already exist!")]
    RoleExists,
    #[error("Content-Encoding must be gzip")]
    UnsupportedEncoding,
    #[error("Request body is larger than {limit} bytes")]
    BodyTooLarge { limit: usize },
    #[error("The answer would be larger than 6 MB; ask for less at a time")]
    AnswerTooLarge,
    #[error("Content-Type must be application/json")]
    UnsupportedMediaType,
    /// GitHub could not be searched.
    #[error("{message}")]
    GithubUnavailable {
        message: &'static str,
        /// Number of seconds after which to retry, if GitHub rate-limited the request.
        retry_after: Option<u64>,
    },
    /// An unexpected error. The cause is logged.
    #[error("{}", .0.message())]
    Failed(Failure, #[source] Cause),
}

impl From<StoreError> for MembersError {
    fn from(error: StoreError) -> Self {
        let failure = if matches!(error, StoreError::Busy(_)) { Failure::Unavailable } else { Failure::Internal };
        Self::Failed(failure, error.into())
    }
}

impl From<SessionError> for MembersError {
    fn from(error: SessionError) -> Self {
        match error {
            SessionError::Unauthenticated => Self::Unauthenticated,
            SessionError::NotAuthorized => Self::NotAuthorized,
            SessionError::Restricted => Self::Restricted,
            SessionError::Store(error) => error.into(),
        }
    }
}

impl From<MemberError> for MembersError {
    fn from(error: MemberError) -> Self {
        match error {
            MemberError::NotFound => Self::NotFound("User not found"),
            MemberError::BadgeNotFound => Self::NotFound("Badge not found"),
            MemberError::SkillNotFound => Self::NotFound("Skill not found"),
            MemberError::Taken => Self::Conflict("User already exists"),
            MemberError::UsernameTaken => Self::Conflict("Username already exists"),
            MemberError::TooManySkills => Self::Conflict("User has too many skills"),
            MemberError::UsernameIsSet => Self::UsernameIsSet,
            MemberError::RoleExists => Self::RoleExists,
            MemberError::Invalid(message) => Self::BadRequest(message),
            MemberError::GithubUnavailable { message, retry_after } => Self::GithubUnavailable { message, retry_after },
            MemberError::Store(error) => error.into(),
        }
    }
}

impl From<ArchiveError> for MembersError {
    fn from(error: ArchiveError) -> Self {
        Self::Failed(Failure::Internal, error.into())
    }
}

impl From<AirlineError> for MembersError {
    fn from(error: AirlineError) -> Self {
        match error {
            AirlineError::NotFound => Self::NotFound("Airline not found"),
            AirlineError::KeyNotFound => Self::NotFound("Key not found"),
            AirlineError::AlreadyExists => Self::Conflict("Airline already exists"),
            AirlineError::TooManyKeys => Self::Conflict("Too many keys, revoke some first"),
            AirlineError::Store(error) => error.into(),
            // Only routes of game servers have these errors, and they use the flyers' format.
            error @ (AirlineError::ProductNotFound | AirlineError::BrandExists | AirlineError::NothingToChange) => {
                Self::Failed(Failure::Internal, error.into())
            }
        }
    }
}

/// Body of an error response of the flyers' API.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct FlyersErrorBody {
    /// Message that explains the error.
    #[schema(example = "Invalid API key")]
    pub error: String,
    /// Path of the request, present only if it has no route.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub path: Option<String>,
}

/// Body of an error response of the members' API.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MembersErrorBody {
    /// HTTP status code of the response.
    #[schema(example = 401)]
    pub status_code: u16,
    /// Short name of the error, which for most errors is the reason phrase of the status code.
    #[schema(example = "Unauthorized")]
    pub error: &'static str,
    /// Message that explains the error.
    #[schema(example = "Unauthenticated User")]
    pub message: String,
}

fn log(status: StatusCode, cause: Option<&(dyn Error + Send + Sync + 'static)>) {
    if let Some(cause) = cause {
        tracing::error!(status = status.as_u16(), error = with_causes(cause), "a request failed");
    }
}

impl FlyersError {
    fn status(&self) -> StatusCode {
        match self {
            Self::BadRequest(_)
            | Self::MissingProductId
            | Self::MissingUserIds
            | Self::InsufficientMiles
            | Self::IdempotencyKeyRequired
            | Self::NotAPurchase
            | Self::NotReversible => StatusCode::BAD_REQUEST,
            Self::MissingApiKey | Self::InvalidApiKey => StatusCode::UNAUTHORIZED,
            Self::UserNotFound
            | Self::ProductNotFound
            | Self::BrandNotFound
            | Self::FlightNotFound
            | Self::TransactionNotFound
            | Self::NoSuchRoute(_) => StatusCode::NOT_FOUND,
            Self::BeingImported
            | Self::BrandExists
            | Self::FlightEnded
            | Self::HasPassengers
            | Self::AlreadyBoarded
            | Self::AlreadyRefunded
            | Self::AlreadyReversed
            | Self::PriceChanged => StatusCode::CONFLICT,
            Self::BodyTooLarge { .. } | Self::AnswerTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedEncoding => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::IdempotencyKeyReused => StatusCode::UNPROCESSABLE_ENTITY,
            Self::PleaseRetry(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl IntoResponse for FlyersError {
    fn into_response(self) -> Response {
        let status = self.status();
        if let Self::PleaseRetry(cause) | Self::Internal(cause) = &self {
            log(status, Some(cause.as_ref()));
        }
        let error = self.to_string();
        let retry = matches!(self, Self::PleaseRetry(_));
        let path = if let Self::NoSuchRoute(path) = self { Some(path) } else { None };
        let mut response = (status, Json(FlyersErrorBody { error, path })).into_response();
        if retry {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

impl MembersError {
    fn status(&self) -> StatusCode {
        match self {
            Self::BadRequest(_) | Self::InvalidRole | Self::Failed(Failure::Badges, _) => StatusCode::BAD_REQUEST,
            Self::Unauthenticated | Self::NotAuthorized => StatusCode::UNAUTHORIZED,
            Self::Restricted | Self::UsernameIsSet => StatusCode::FORBIDDEN,
            Self::NotFound(_) => StatusCode::NOT_FOUND,
            Self::Conflict(_) | Self::RoleExists => StatusCode::CONFLICT,
            Self::BodyTooLarge { .. } | Self::AnswerTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType | Self::UnsupportedEncoding => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::GithubUnavailable { .. } | Self::Failed(Failure::Unavailable | Failure::SearchUnavailable, _) => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::Failed(Failure::Internal, _) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Returns the `error` of the response: the reason phrase of the status, except for two errors that clients know by
    /// another one.
    fn reason(&self) -> &'static str {
        match self {
            Self::RoleExists => "Not Found",
            Self::InvalidRole => "Invalid Request",
            _ => self.status().canonical_reason().expect("every status here has a reason phrase"),
        }
    }
}

impl IntoResponse for MembersError {
    fn into_response(self) -> Response {
        let status = self.status();
        if let Self::Failed(_, cause) = &self {
            log(status, Some(cause.as_ref()));
        }
        let body = MembersErrorBody { status_code: status.as_u16(), error: self.reason(), message: self.to_string() };
        let mut response = (status, Json(body)).into_response();
        if let Self::GithubUnavailable { retry_after: Some(seconds), .. } = self {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}
