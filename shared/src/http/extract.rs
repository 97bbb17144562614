//! Extractors: the signature of a handler shows what its route needs.

use super::error::{Failure, FlyersError, MembersError, OrFail};
use crate::App;
use crate::auth::{ActiveSession, ApiCaller, Session, SessionError};
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, Method, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use models::{JsonError, MemberId, parse_json};
use rules::airlines::STATUS_TIMEOUT;
use rules::ledger::IdempotencyKey;
use serde::de::DeserializeOwned;
use std::io::Read;
use std::time::{Duration, Instant};
use store::Invocation;

/// Maximum size of a request body, in bytes. The original systems have the same limit.
pub const MAX_BODY_BYTES: usize = 100 * 1024;

/// Why a request was rejected before it reached a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InputError {
    /// The body is not the JSON that the route expects.
    Json(JsonError),
    /// Another part of the request is not valid. The text names it.
    Invalid(&'static str),
    /// The body is larger than [`MAX_BODY_BYTES`].
    TooLarge,
    /// The `Content-Type` of the body is not `application/json`.
    NotJson,
    /// The body is compressed in another way than with gzip.
    UnsupportedEncoding,
}

impl From<JsonError> for InputError {
    fn from(error: JsonError) -> Self {
        Self::Json(error)
    }
}

impl From<JsonError> for FlyersError {
    fn from(error: JsonError) -> Self {
        Self::BadRequest(error.to_string())
    }
}

impl From<JsonError> for MembersError {
    fn from(error: JsonError) -> Self {
        Self::BadRequest(error.to_string())
    }
}

impl From<InputError> for FlyersError {
    fn from(error: InputError) -> Self {
        match error {
            InputError::Json(error) => error.into(),
            InputError::Invalid(message) => Self::BadRequest(message.to_owned()),
            InputError::TooLarge => Self::BodyTooLarge { limit: MAX_BODY_BYTES },
            InputError::NotJson => Self::BadRequest("Content-Type must be application/json".to_owned()),
            InputError::UnsupportedEncoding => Self::UnsupportedEncoding,
        }
    }
}

impl From<InputError> for MembersError {
    fn from(error: InputError) -> Self {
        match error {
            InputError::Json(error) => error.into(),
            InputError::Invalid(message) => Self::BadRequest(message.to_owned()),
            InputError::TooLarge => Self::BodyTooLarge { limit: MAX_BODY_BYTES },
            InputError::NotJson => Self::UnsupportedMediaType,
            InputError::UnsupportedEncoding => Self::UnsupportedEncoding,
        }
    }
}

/// The calling airline, identified by its API key. No request if the key was read within the last minute, otherwise
/// one.
#[derive(Debug)]
pub struct Caller(pub ApiCaller);

impl FromRequestParts<App> for Caller {
    type Rejection = FlyersError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let key = parts.headers.get("x-api-key").map(http::HeaderValue::as_bytes);
        let caller = app.keys.identify(&app.context, key).await?;
        Invocation::current().set_caller(caller.airline_id.as_str());
        Ok(Self(caller))
    }
}

/// The airline that calls, and the time that is left of [`STATUS_TIMEOUT`] after it was identified. If it could not be
/// identified in that time, nobody can tell who asks, and the response is 503.
#[derive(Debug)]
pub struct PromptCaller(pub ApiCaller, pub Duration);

impl FromRequestParts<App> for PromptCaller {
    type Rejection = FlyersError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let started = Instant::now();
        let identified = tokio::time::timeout(STATUS_TIMEOUT, Caller::from_request_parts(parts, app)).await;
        let Caller(caller) = identified.map_err(|elapsed| FlyersError::PleaseRetry(elapsed.into()))??;
        Ok(Self(caller, STATUS_TIMEOUT.saturating_sub(started.elapsed())))
    }
}

/// The calling member, who is a superuser. One request.
#[derive(Debug)]
pub struct Superuser(pub MemberId);

impl FromRequestParts<App> for Superuser {
    type Rejection = MembersError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let active = app.sessions.identify(&app.context, &parts.method, &parts.headers).await?;
        if !active.is_super_user() {
            return Err(SessionError::NotAuthorized.into());
        }
        Invocation::current().set_caller(active.session.id.as_str());
        Ok(Self(active.session.id))
    }
}

/// Another extractor, whose unexpected errors result in the response 500 `An internal server error occurred`.
#[derive(Debug)]
pub struct OrInternal<E>(pub E);

impl<E: FromRequestParts<App, Rejection = MembersError>> FromRequestParts<App> for OrInternal<E> {
    type Rejection = MembersError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        E::from_request_parts(parts, app).await.map(Self).or_fail(Failure::Internal)
    }
}

/// The session of the caller, who does not have to be a member. No request.
#[derive(Debug)]
pub struct SignedIn(pub Session);

impl FromRequestParts<App> for SignedIn {
    type Rejection = MembersError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let session = app.sessions.verify(&parts.headers, app.context.now()).ok_or(SessionError::Unauthenticated)?;
        Invocation::current().set_caller(session.id.as_str());
        Ok(Self(session))
    }
}

/// The session of a caller who wants to change something. The caller does not have to be a member, but must not be
/// restricted. One request. Unexpected errors result in the response 503 `Something went wrong please contact admin`.
#[derive(Debug)]
pub struct UnrestrictedSession(pub ActiveSession);

impl FromRequestParts<App> for UnrestrictedSession {
    type Rejection = MembersError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let identified = app.sessions.identify(&app.context, &parts.method, &parts.headers).await;
        let active = identified.or_fail(Failure::Unavailable)?;
        Invocation::current().set_caller(active.session.id.as_str());
        Ok(Self(active))
    }
}

/// The `Idempotency-Key` header of a request, if it has one.
#[derive(Debug)]
pub struct Idempotency(pub Option<IdempotencyKey>);

impl FromRequestParts<App> for Idempotency {
    type Rejection = FlyersError;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Self::Rejection> {
        let mut keys = parts.headers.get_all("idempotency-key").iter();
        let Some(key) = keys.next() else {
            return Ok(Self(None));
        };
        let bad = |reason| FlyersError::BadRequest(format!("Idempotency-Key: {reason}"));
        if keys.next().is_some() {
            return Err(bad("given more than once"));
        }
        let key = key.to_str().unwrap_or_default();
        key.parse().map(|key| Self(Some(key))).map_err(bad)
    }
}

/// The unparsed body.
#[derive(Debug)]
pub struct RawBody(pub Bytes);

impl FromRequest<App> for RawBody {
    type Rejection = FlyersError;

    async fn from_request(request: Request, _: &App) -> Result<Self, Self::Rejection> {
        Ok(Self(read(request).await?))
    }
}

/// Defines the extractors that reject requests with the given error type.
macro_rules! extractors {
    ($error:ty, must_declare_json: $must_declare_json:literal) => {
        /// The decoded path parameters. Rejects only text that is not UTF-8. The route decides on ids that are
        /// malformed.
        #[derive(Debug)]
        pub struct Params<T>(pub T);

        impl<T: DeserializeOwned + Send> FromRequestParts<App> for Params<T> {
            type Rejection = $error;

            async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
                Ok(Self(path_params(parts, app).await?))
            }
        }

        /// The body, which must be a JSON object. A missing body is an empty object.
        #[derive(Debug)]
        pub struct Body<T>(pub T);

        impl<T: DeserializeOwned> FromRequest<App> for Body<T> {
            type Rejection = $error;

            async fn from_request(request: Request, _: &App) -> Result<Self, Self::Rejection> {
                Ok(Self(json_object(request, $must_declare_json).await?))
            }
        }
    };
}

/// Extractors of the flyers' routes, where `Content-Type` is not checked: the clients of game servers have never had to
/// send it.
pub mod flyers {
    use super::{
        App, DeserializeOwned, FlyersError, FromRequest, FromRequestParts, Parts, Request, json_object, path_params,
    };
    extractors!(FlyersError, must_declare_json: false);
}

/// Extractors of the members' routes, where the `Content-Type` of a body must be `application/json`. Callers may be
/// identified by a cookie, and a form on another site cannot send this type.
pub mod members {
    use super::{
        App, DeserializeOwned, FromRequest, FromRequestParts, MembersError, Parts, Request, json_object, path_params,
    };
    extractors!(MembersError, must_declare_json: true);

    /// The unparsed body, whose `Content-Type` is `application/json`.
    #[derive(Debug)]
    pub struct JsonBody(pub super::Bytes);

    impl FromRequest<App> for JsonBody {
        type Rejection = MembersError;

        async fn from_request(request: Request, _: &App) -> Result<Self, Self::Rejection> {
            Ok(Self(super::read_declared(request, true).await?))
        }
    }
}

async fn path_params<T: DeserializeOwned + Send>(parts: &mut Parts, app: &App) -> Result<T, InputError> {
    let params = Path::from_request_parts(parts, app).await;
    params.map(|Path(params)| params).map_err(|_| InputError::Invalid("Path must be percent-encoded UTF-8"))
}

async fn json_object<T: DeserializeOwned>(request: Request, must_declare_json: bool) -> Result<T, InputError> {
    let bytes = read_declared(request, must_declare_json).await?;
    let bytes: &[u8] = if bytes.trim_ascii().is_empty() { b"{}" } else { &bytes };
    // serde would also accept an array for a struct.
    if bytes.trim_ascii_start().first() == Some(&b'{') {
        return Ok(parse_json(bytes)?);
    }
    parse_json::<serde::de::IgnoredAny>(bytes)?;
    Err(InputError::Invalid("Body must be a JSON object"))
}

async fn read_declared(request: Request, must_declare_json: bool) -> Result<Bytes, InputError> {
    let is_declared = declares_json(request.headers());
    // No form can send these methods to another site. Others must be declared even without a body.
    let is_formless = matches!(*request.method(), Method::PUT | Method::DELETE);
    let is_undeclared = !request.headers().contains_key(header::CONTENT_TYPE);
    let bytes = read(request).await?;
    let may_be_undeclared = is_formless && (is_undeclared || bytes.is_empty());
    if must_declare_json && !is_declared && !may_be_undeclared {
        return Err(InputError::NotJson);
    }
    Ok(bytes)
}

/// Reads a body and, if it is compressed with gzip, decompresses it.
async fn read(request: Request) -> Result<Bytes, InputError> {
    let encoding = request.headers().get(header::CONTENT_ENCODING).cloned();
    let body = match Limited::new(request.into_body(), MAX_BODY_BYTES).collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) if error.is::<LengthLimitError>() => return Err(InputError::TooLarge),
        Err(_) => return Err(InputError::Invalid("Body could not be read")),
    };
    match encoding.as_ref().map(|encoding| encoding.as_bytes().to_ascii_lowercase()).as_deref() {
        None | Some(b"identity") => Ok(body),
        Some(b"gzip" | b"x-gzip") if body.starts_with(&GZIP_MAGIC) => decompressed(&body),
        // API Gateway hands over a body that it takes for text undamaged only if it is text, whatever the header says.
        Some(b"gzip" | b"x-gzip") if parse_json::<serde::de::IgnoredAny>(&body).is_ok() => Ok(body),
        Some(_) => Err(InputError::UnsupportedEncoding),
    }
}

/// The first bytes of everything that is compressed with gzip (RFC 1952, section 2.3.1).
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

fn decompressed(body: &[u8]) -> Result<Bytes, InputError> {
    let mut bytes = Vec::new();
    let limit = MAX_BODY_BYTES as u64 + 1;
    let read = flate2::read::MultiGzDecoder::new(body).take(limit).read_to_end(&mut bytes);
    match read {
        Ok(length) if length > MAX_BODY_BYTES => Err(InputError::TooLarge),
        Ok(_) => Ok(bytes.into()),
        Err(_) => Err(InputError::Invalid("Body could not be decompressed")),
    }
}

/// Returns whether the `Content-Type` is `application/json`, with any parameters (RFC 8259, section 11).
fn declares_json(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"))
}
