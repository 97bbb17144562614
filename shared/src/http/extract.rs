//! Extractors: a handler's signature says what its route needs.

use crate::App;
use crate::auth::{Active, ApiCaller, Session, activate, authenticate, authorize_superuser};
use crate::error::{Failure, FlyersError, MembersError};
use crate::invocation::Invocation;
use crate::ledger::IdempotencyKey;
use crate::members::OrFail;
use crate::models::MemberId;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// No body may be larger, as neither may that of the original systems.
pub const MAX_BODY_BYTES: usize = 100 * 1024;

/// No message about bad input is longer, whatever of the input it quotes.
const MAX_MESSAGE_CHARS: usize = 200;

/// What is wrong with a request before any rule has seen it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BadInput {
    /// It is not what the route takes; says which part.
    Malformed(String),
    /// One field is not what it must be: its path, and why. Empty, if the object itself is meant.
    Field(String, String),
    /// The body is larger than [`MAX_BODY_BYTES`].
    TooLarge,
    /// The body is said to be something else than JSON.
    NotJson,
}

impl From<BadInput> for FlyersError {
    fn from(input: BadInput) -> Self {
        match input {
            BadInput::Malformed(message) => Self::BadRequest(message),
            BadInput::Field(field, reason) if field.is_empty() => Self::BadRequest(reason),
            BadInput::Field(field, reason) => Self::BadRequest(format!("\"{field}\": {reason}")),
            BadInput::TooLarge => Self::BodyTooLarge { limit: MAX_BODY_BYTES },
            BadInput::NotJson => Self::BadRequest("Content-Type must be application/json".to_owned()),
        }
    }
}

impl From<BadInput> for MembersError {
    fn from(input: BadInput) -> Self {
        match input {
            BadInput::Malformed(message) => Self::BadRequest(message),
            BadInput::Field(field, reason) => Self::BadRequest(match reason.split_once('"') {
                Some(("unknown field ", rest)) => format!("\"{}\" is not allowed", named(rest)),
                Some(("missing field ", rest)) => format!("\"{}\" is required", named(rest)),
                _ if field.is_empty() => reason,
                _ => format!("\"{field}\" {reason}"),
            }),
            BadInput::TooLarge => Self::BodyTooLarge { limit: MAX_BODY_BYTES },
            BadInput::NotJson => Self::UnsupportedMediaType,
        }
    }
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

/// The session of whoever calls, who need not be a member: no request.
#[derive(Debug)]
pub struct SignedIn(pub Session);

impl FromRequestParts<App> for SignedIn {
    type Rejection = MembersError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let session = app.sessions.verify(&parts.headers, app.now())?;
        Invocation::current().set_caller(session.id.as_str());
        Ok(Self(session))
    }
}

/// Whoever calls to change something, who need not be a member but must not be restricted: one request.
#[derive(Debug)]
pub struct Editor(pub Active);

impl FromRequestParts<App> for Editor {
    type Rejection = MembersError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        // All routes that take it say so when something goes wrong.
        let active = activate(app, &parts.method, &parts.headers).await.or_fail(Failure::Unavailable)?;
        Invocation::current().set_caller(active.session.id.as_str());
        Ok(Self(active))
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

/// The body, as it came.
#[derive(Debug)]
pub struct RawBody(pub Bytes);

impl FromRequest<App> for RawBody {
    type Rejection = FlyersError;

    async fn from_request(request: Request, _: &App) -> Result<Self, Self::Rejection> {
        Ok(Self(read(request).await?))
    }
}

/// Defines the extractors that answer in the way of one contract.
macro_rules! extractors {
    ($error:ty, must_declare_json: $must_declare_json:literal) => {
        /// The parameters in the path, decoded. Only text that is not UTF-8 is refused here: what names nothing is
        /// for the route to say.
        #[derive(Debug)]
        pub struct Params<T>(pub T);

        impl<T: DeserializeOwned + Send> FromRequestParts<App> for Params<T> {
            type Rejection = $error;

            async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
                Ok(Self(path_params(parts, app).await?))
            }
        }

        /// The body, as a JSON object. No body at all is an empty one.
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

/// Extractors of the flyers' routes. Game servers' clients have never had to declare their JSON.
pub mod flyers {
    use super::{
        App, DeserializeOwned, FlyersError, FromRequest, FromRequestParts, Parts, Request, json_object, path_params,
    };
    extractors!(FlyersError, must_declare_json: false);
}

/// Extractors of the members' routes. A body must be declared to be JSON there, because the caller may be known by
/// a cookie: so no other site's form can send one.
pub mod members {
    use super::{
        App, DeserializeOwned, FromRequest, FromRequestParts, MembersError, Parts, Request, json_object, path_params,
    };
    extractors!(MembersError, must_declare_json: true);

    /// The body, as it came, but declared to be JSON.
    #[derive(Debug)]
    pub struct JsonBody(pub super::Bytes);

    impl FromRequest<App> for JsonBody {
        type Rejection = MembersError;

        async fn from_request(request: Request, _: &App) -> Result<Self, Self::Rejection> {
            Ok(Self(super::read_declared(request, true).await?))
        }
    }
}

async fn path_params<T: DeserializeOwned + Send>(parts: &mut Parts, app: &App) -> Result<T, BadInput> {
    let params = Path::from_request_parts(parts, app).await;
    params.map(|Path(params)| params).map_err(|_| BadInput::Malformed("Path must be percent-encoded UTF-8".to_owned()))
}

async fn json_object<T: DeserializeOwned>(request: Request, must_declare_json: bool) -> Result<T, BadInput> {
    let bytes = read_declared(request, must_declare_json).await?;
    let bytes: &[u8] = if bytes.trim_ascii().is_empty() { b"{}" } else { &bytes };
    // serde would fill a struct from an array, too.
    if bytes.trim_ascii_start().first() == Some(&b'{') {
        return parse_json(bytes);
    }
    parse_json::<serde::de::IgnoredAny>(bytes)?;
    Err(BadInput::Malformed("Body must be a JSON object".to_owned()))
}

async fn read_declared(request: Request, must_declare_json: bool) -> Result<Bytes, BadInput> {
    let is_declared = declares_json(request.headers());
    let bytes = read(request).await?;
    if must_declare_json && !bytes.is_empty() && !is_declared {
        return Err(BadInput::NotJson);
    }
    Ok(bytes)
}

async fn read(request: Request) -> Result<Bytes, BadInput> {
    match Limited::new(request.into_body(), MAX_BODY_BYTES).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(BadInput::TooLarge),
        Err(_) => Err(BadInput::Malformed("Body could not be read".to_owned())),
    }
}

/// The name that a message about a field begins with, in quotes.
fn named(rest: &str) -> &str {
    rest.split('"').next().unwrap_or_default()
}

/// Parses JSON into a type; says which field is wrong if it doesn't fit.
///
/// # Errors
/// `Field`, with the path of the field and what is expected there; `Malformed` for what is no JSON.
pub fn parse_json<'de, T: Deserialize<'de>>(json: &'de [u8]) -> Result<T, BadInput> {
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
            let reason = reason.rsplit_once(" at line ").map_or(&*reason, |(reason, _)| reason).replace('`', "\"");
            BadInput::Field(if path == "." { String::new() } else { shorten(&path) }, shorten(&reason))
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
