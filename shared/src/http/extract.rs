//! Extractors: a handler's signature says what its route needs.

use crate::App;
use crate::auth::{ApiCaller, authenticate, authorize_superuser};
use crate::error::{FlyersError, MembersError};
use crate::invocation::Invocation;
use crate::ledger::IdempotencyKey;
use crate::models::MemberId;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::response::IntoResponse;
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::DeserializeOwned;
use std::marker::PhantomData;

/// No body may be larger, as neither may that of the original systems.
pub const MAX_BODY_BYTES: usize = 100 * 1024;

/// No message about bad input is longer, whatever of the input it quotes.
const MAX_MESSAGE_CHARS: usize = 200;

/// What is wrong with a request before any rule has seen it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BadInput {
    /// It is not what the route takes; says which part.
    Malformed(String),
    /// The body is larger than [`MAX_BODY_BYTES`].
    TooLarge,
    /// The body is said to be something else than JSON.
    NotJson,
}

impl From<BadInput> for FlyersError {
    fn from(input: BadInput) -> Self {
        match input {
            BadInput::Malformed(message) => Self::BadRequest(message),
            BadInput::TooLarge => Self::BodyTooLarge { limit: MAX_BODY_BYTES },
            BadInput::NotJson => Self::BadRequest("Content-Type must be application/json".to_owned()),
        }
    }
}

impl From<BadInput> for MembersError {
    fn from(input: BadInput) -> Self {
        match input {
            BadInput::Malformed(message) => Self::BadRequest(message),
            BadInput::TooLarge => Self::BodyTooLarge { limit: MAX_BODY_BYTES },
            BadInput::NotJson => Self::UnsupportedMediaType,
        }
    }
}

/// Which contract an extractor answers for.
pub trait Contract: From<BadInput> + IntoResponse {
    /// Whether a body must be declared to be JSON. It must where the caller is known by a cookie, so that no
    /// other site's form can send one; game servers' clients have never had to.
    const MUST_DECLARE_JSON: bool;
}

impl Contract for FlyersError {
    const MUST_DECLARE_JSON: bool = false;
}

impl Contract for MembersError {
    const MUST_DECLARE_JSON: bool = true;
}

/// The airline that calls, by its API key: no request if the key was seen within the last minute, else one.
#[derive(Debug)]
pub struct Caller(pub ApiCaller);

impl FromRequestParts<App> for Caller {
    type Rejection = FlyersError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let key = parts.headers.get("x-api-key").map(http::HeaderValue::as_bytes);
        let caller = authenticate(app, key).await?;
        Invocation::current().set_caller(caller.airline_id.as_str());
        Ok(Self(caller))
    }
}

/// The member that calls, who is a superuser: one request.
#[derive(Debug)]
pub struct Superuser(pub MemberId);

impl FromRequestParts<App> for Superuser {
    type Rejection = MembersError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let member = authorize_superuser(app, &parts.method, &parts.headers).await?;
        Invocation::current().set_caller(member.as_str());
        Ok(Self(member))
    }
}

/// The `Idempotency-Key` of a request, if it has one.
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
        let key = key.to_str().map_err(|_| bad("expected 1 to 255 visible ASCII characters"))?;
        key.parse().map(|key| Self(Some(key))).map_err(bad)
    }
}

/// The parameters in the path, decoded. Only text that is not UTF-8 is refused here: what names nothing is for
/// the route to say.
pub struct Params<T, E>(pub T, PhantomData<E>);

impl<T, E> FromRequestParts<App> for Params<T, E>
where
    T: DeserializeOwned + Send,
    E: Contract,
{
    type Rejection = E;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        match Path::from_request_parts(parts, app).await {
            Ok(Path(params)) => Ok(Self(params, PhantomData)),
            Err(_) => Err(BadInput::Malformed("Path must be percent-encoded UTF-8".to_owned()).into()),
        }
    }
}

/// The body, as it came.
#[derive(Debug)]
pub struct RawBody(pub Bytes);

impl FromRequest<App> for RawBody {
    type Rejection = FlyersError;

    async fn from_request(request: Request, _: &App) -> Result<Self, Self::Rejection> {
        Ok(Self(read(request).await?))
    }
}

/// The body, as a JSON object. No body at all is an empty one.
pub struct Body<T, E>(pub T, PhantomData<E>);

impl<T, E> FromRequest<App> for Body<T, E>
where
    T: DeserializeOwned,
    E: Contract,
{
    type Rejection = E;

    async fn from_request(request: Request, _: &App) -> Result<Self, Self::Rejection> {
        let is_json = declares_json(request.headers());
        let bytes = read(request).await?;
        if E::MUST_DECLARE_JSON && !bytes.is_empty() && !is_json {
            return Err(BadInput::NotJson.into());
        }
        let bytes: &[u8] = if bytes.trim_ascii().is_empty() { b"{}" } else { &bytes };
        // serde would fill a struct from an array, too.
        if bytes.trim_ascii_start().first() == Some(&b'{') {
            Ok(Self(parse_json(bytes)?, PhantomData))
        } else if let Err(error) = parse_json::<serde::de::IgnoredAny>(bytes) {
            Err(error.into())
        } else {
            Err(BadInput::Malformed("Body must be a JSON object".to_owned()).into())
        }
    }
}

async fn read(request: Request) -> Result<Bytes, BadInput> {
    match Limited::new(request.into_body(), MAX_BODY_BYTES).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(BadInput::TooLarge),
        Err(_) => Err(BadInput::Malformed("Body could not be read".to_owned())),
    }
}

/// Parses JSON into a type; says which field is wrong if it doesn't fit.
///
/// # Errors
/// `Malformed`, with the path of the field and what is expected there.
pub fn parse_json<T: DeserializeOwned>(json: &[u8]) -> Result<T, BadInput> {
    let malformed = |message: String| BadInput::Malformed(shorten(&message));
    let text = std::str::from_utf8(json).map_err(|_| malformed("Body must be UTF-8".to_owned()))?;
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        let reason = error.inner();
        if reason.is_syntax() || reason.is_eof() {
            malformed(format!("Body must be valid JSON: {reason}"))
        } else {
            let reason = reason.to_string();
            // The position is of use in a text that somebody typed, not in one field of it.
            let reason = reason.split(" at line ").next().unwrap_or_default().replace('`', "\"");
            malformed(if path == "." { reason } else { format!("\"{path}\": {reason}") })
        }
    })?;
    deserializer.end().map_err(|error| malformed(format!("Body must be valid JSON: {error}")))?;
    Ok(value)
}

fn shorten(message: &str) -> String {
    if message.chars().count() <= MAX_MESSAGE_CHARS {
        return message.to_owned();
    }
    message.chars().take(MAX_MESSAGE_CHARS).chain(['…']).collect()
}

/// Whether a request declares its body to be JSON (RFC 8259, section 11): `application/json`, with any
/// parameters.
fn declares_json(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"))
}
