//! Errors as responses.

use crate::error::{Failure, FlyersError, MembersError, with_causes};
use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use std::error::Error;

/// The body of every error of the flyers' API.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct FlyersErrorBody {
    /// What went wrong.
    #[schema(example = "Invalid API key")]
    pub error: String,
    /// The path that is not served; on that error only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub path: Option<String>,
}

/// The body of every error of the members' API.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MembersErrorBody {
    /// The HTTP status.
    #[schema(example = 401)]
    pub status_code: u16,
    /// Its reason phrase.
    #[schema(example = "Unauthorized")]
    pub error: &'static str,
    /// What went wrong.
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
            | Self::NotAPurchase => StatusCode::BAD_REQUEST,
            Self::MissingApiKey | Self::InvalidApiKey => StatusCode::UNAUTHORIZED,
            Self::UserNotFound
            | Self::ProductNotFound
            | Self::BrandNotFound
            | Self::CodeshareAirlineNotFound
            | Self::FlightNotFound
            | Self::TransactionNotFound
            | Self::NoSuchRoute(_) => StatusCode::NOT_FOUND,
            Self::BrandExists | Self::FlightEnded | Self::AlreadyBoarded | Self::AlreadyRefunded => {
                StatusCode::CONFLICT
            }
            Self::BodyTooLarge { .. } | Self::AnswerTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
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
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::GithubUnavailable { .. } | Self::Failed(Failure::Unavailable | Failure::SearchUnavailable, _) => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::Failed(Failure::Internal, _) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The `error` of the answer: the status's reason phrase, but for two that clients know otherwise.
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
