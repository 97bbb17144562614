//! What the API reference says of all routes alike.

use super::error::{FlyersErrorBody, MembersErrorBody};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{
    ComponentsBuilder, ContactBuilder, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, tag::TagBuilder,
};

/// What any route that takes an API key may answer.
#[derive(utoipa::IntoResponses)]
#[allow(dead_code, reason = "it exists to be described")]
pub enum ApiKeyFailures {
    /// No key, or one that is unknown, revoked or at its end.
    #[response(status = 401, example = json!({ "error": "Invalid API key" }))]
    Unauthorized(FlyersErrorBody),
    /// Something unexpected. A write may have taken effect.
    #[response(status = 500, example = json!({ "error": "Internal Server Error" }))]
    Internal(FlyersErrorBody),
    /// The tables were busy until the time was up. Nothing was changed; try again after `Retry-After` seconds.
    #[response(status = 503, example = json!({ "error": "Please retry" }))]
    PleaseRetry(FlyersErrorBody),
}

/// What any route of the flyers' that takes a body may answer.
#[derive(utoipa::IntoResponses)]
#[allow(dead_code, reason = "it exists to be described")]
pub enum FlyersBodyFailures {
    /// Body over 100 kB.
    #[response(status = 413, example = json!({ "error": "Request body is larger than 102400 bytes" }))]
    TooLarge(FlyersErrorBody),
}

/// What any route that takes a session may answer.
#[derive(utoipa::IntoResponses)]
#[allow(dead_code, reason = "it exists to be described")]
pub enum SessionFailures {
    /// No session, or one that is not good.
    #[response(status = 401, example = json!({ "statusCode": 401, "error": "Unauthorized", "message": "Unauthenticated User" }))]
    Unauthorized(MembersErrorBody),
    /// The member is restricted, or the username is set already.
    #[response(status = 403, example = json!({ "statusCode": 403, "error": "Forbidden", "message": "You are restricted from performing this action" }))]
    Forbidden(MembersErrorBody),
    /// Something unexpected. A write may have taken effect.
    #[response(status = 500, example = json!({ "statusCode": 500, "error": "Internal Server Error", "message": "An internal server error occurred" }))]
    Internal(MembersErrorBody),
    /// Something unexpected, or the tables were busy until the time was up.
    #[response(status = 503, example = json!({ "statusCode": 503, "error": "Service Unavailable", "message": "Something went wrong please contact admin" }))]
    Unavailable(MembersErrorBody),
}

/// What any route for superusers may answer.
#[derive(utoipa::IntoResponses)]
#[allow(dead_code, reason = "it exists to be described")]
pub enum SuperuserFailures {
    /// No session, one that is not good, or not a superuser's.
    #[response(status = 401, example = json!({ "statusCode": 401, "error": "Unauthorized", "message": "You are not authorized for this action." }))]
    Unauthorized(MembersErrorBody),
    /// The member is restricted.
    #[response(status = 403, example = json!({ "statusCode": 403, "error": "Forbidden", "message": "You are restricted from performing this action" }))]
    Restricted(MembersErrorBody),
    /// Something unexpected. A write may have taken effect.
    #[response(status = 500, example = json!({ "statusCode": 500, "error": "Internal Server Error", "message": "An internal server error occurred" }))]
    Internal(MembersErrorBody),
    /// The tables were busy until the time was up. Nothing was changed.
    #[response(status = 503, example = json!({ "statusCode": 503, "error": "Service Unavailable", "message": "Something went wrong please contact admin" }))]
    Unavailable(MembersErrorBody),
}

/// What any route that anybody may call may answer.
#[derive(utoipa::IntoResponses)]
#[allow(dead_code, reason = "it exists to be described")]
pub enum PublicFailures {
    /// Something unexpected.
    #[response(status = 503, example = json!({ "statusCode": 503, "error": "Service Unavailable", "message": "Something went wrong please contact admin" }))]
    Unavailable(MembersErrorBody),
}

/// What any route of the members' that takes a body may answer.
#[derive(utoipa::IntoResponses)]
#[allow(dead_code, reason = "it exists to be described")]
pub enum MembersBodyFailures {
    /// Body over 100 kB.
    #[response(status = 413, example = json!({ "statusCode": 413, "error": "Payload Too Large", "message": "Request body is larger than 102400 bytes" }))]
    TooLarge(MembersErrorBody),
    /// The body is not declared to be JSON.
    #[response(status = 415, example = json!({ "statusCode": 415, "error": "Unsupported Media Type", "message": "Content-Type must be application/json" }))]
    NotJson(MembersErrorBody),
}

/// The document without its routes.
#[must_use]
pub fn document() -> OpenApi {
    let tag = |name: &str, description: &str| TagBuilder::new().name(name).description(Some(description)).build();
    let session_cookie = ApiKeyValue::with_description(
        crate::config::DEFAULT_SESSION_COOKIE,
        "A member's session: a JWT signed with RS256, with the claims `userId`, `iat` and `exp`. A \
         page cannot set it for the API: where routes are tried in a browser, `sessionToken` is the way.",
    );
    let components = ComponentsBuilder::new()
        .security_scheme(
            "apiKey",
            SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description(
                "x-api-key",
                "An airline's API key. A revoked one is refused within a minute. The demo community's is \
                 `sky_demo-key-for-local-use-only`.",
            ))),
        )
        .security_scheme("sessionCookie", SecurityScheme::ApiKey(ApiKey::Cookie(session_cookie)))
        .security_scheme(
            "sessionToken",
            SecurityScheme::Http(
                HttpBuilder::new()
                    .scheme(HttpAuthScheme::Bearer)
                    .bearer_format("JWT")
                    .description(Some(
                        "The same session as a bearer token. For the demo community, `skysquad session --user-id \
                         demo-admin` prints its superuser's.",
                    ))
                    .build(),
            ),
        )
        .build();
    let info = InfoBuilder::new()
        .title("Skysquad")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "The backend of a virtual-airline community. Flyers are ROBLOX accounts: game servers of member airlines \
             board them on flights, credit miles and sell products for miles, with an API key. Members are people, \
             with a session.\n\nAll times are ISO 8601, UTC, with milliseconds and `Z`.",
        ))
        .contact(Some(ContactBuilder::new().name(Some("Skysquad")).build()))
        .license(Some(LicenseBuilder::new().name("MIT OR Apache-2.0").build()))
        .build();
    OpenApiBuilder::new()
        .info(info)
        .components(Some(components))
        .tags(Some([
            tag("Miles", "Flyers, their miles and what they buy for them."),
            tag("Flights", "Planning, flying and boarding."),
            tag("Airline", "The airline that calls, its products and brands."),
            tag("Members", "People, and what they are and have."),
            tag("Airlines", "Making airlines and their API keys; for superusers."),
            tag("System", "Whether it works."),
        ]))
        .build()
}
