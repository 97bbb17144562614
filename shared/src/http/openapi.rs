//! The parts of the OpenAPI document that are the same for all routes.

use super::error::{FlyersErrorBody, MembersErrorBody};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{
    ComponentsBuilder, ContactBuilder, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, tag::TagBuilder,
};

/// Errors of every route that takes an API key.
#[derive(utoipa::IntoResponses)]
#[allow(dead_code, reason = "it exists to be described")]
pub enum ApiKeyResponses {
    /// The API key is missing, unknown, revoked or expired.
    #[response(status = 401, example = json!({ "error": "Invalid API key" }))]
    Unauthorized(FlyersErrorBody),
    /// The request failed unexpectedly. A write may have taken effect.
    #[response(status = 500, example = json!({ "error": "Internal Server Error" }))]
    Internal(FlyersErrorBody),
    /// DynamoDB was busy until the request's deadline. Nothing was changed; try again after `Retry-After` seconds.
    #[response(status = 503, example = json!({ "error": "Please retry" }))]
    PleaseRetry(FlyersErrorBody),
}

/// Errors of every route for game servers that takes a body.
#[derive(utoipa::IntoResponses)]
#[allow(dead_code, reason = "it exists to be described")]
pub enum FlyersBodyResponses {
    /// The request body is larger than 100 kB.
    #[response(status = 413, example = json!({ "error": "Request body is larger than 102400 bytes" }))]
    TooLarge(FlyersErrorBody),
}

/// Errors of every route that takes a session.
#[derive(utoipa::IntoResponses)]
#[allow(dead_code, reason = "it exists to be described")]
pub enum SessionResponses {
    /// The session is missing, malformed, expired or wrongly signed.
    #[response(status = 401, example = json!({ "statusCode": 401, "error": "Unauthorized", "message": "Unauthenticated User" }))]
    Unauthorized(MembersErrorBody),
    /// The member is restricted, or the username has already been set.
    #[response(status = 403, example = json!({ "statusCode": 403, "error": "Forbidden", "message": "You are restricted from performing this action" }))]
    Forbidden(MembersErrorBody),
    /// The request failed unexpectedly. A write may have taken effect.
    #[response(status = 500, example = json!({ "statusCode": 500, "error": "Internal Server Error", "message": "An internal server error occurred" }))]
    Internal(MembersErrorBody),
    /// The request failed unexpectedly, or DynamoDB was busy until the deadline. A write may have taken effect.
    #[response(status = 503, example = json!({ "statusCode": 503, "error": "Service Unavailable", "message": "Something went wrong please contact admin" }))]
    Unavailable(MembersErrorBody),
}

/// Errors of every route for superusers.
#[derive(utoipa::IntoResponses)]
#[allow(dead_code, reason = "it exists to be described")]
pub enum SuperuserResponses {
    /// The session is missing, malformed, expired, wrongly signed or not a superuser's.
    #[response(status = 401, example = json!({ "statusCode": 401, "error": "Unauthorized", "message": "You are not authorized for this action." }))]
    Unauthorized(MembersErrorBody),
    /// The member is restricted from changing anything.
    #[response(status = 403, example = json!({ "statusCode": 403, "error": "Forbidden", "message": "You are restricted from performing this action" }))]
    Restricted(MembersErrorBody),
    /// The request failed unexpectedly. A write may have taken effect.
    #[response(status = 500, example = json!({ "statusCode": 500, "error": "Internal Server Error", "message": "An internal server error occurred" }))]
    Internal(MembersErrorBody),
    /// DynamoDB was busy until the request's deadline, and nothing was changed. On routes under `/users` and `/badges`
    /// also any unexpected failure, after which a write may have taken effect.
    #[response(status = 503, example = json!({ "statusCode": 503, "error": "Service Unavailable", "message": "Something went wrong please contact admin" }))]
    Unavailable(MembersErrorBody),
}

/// Errors of every route that needs neither an API key nor a session.
#[derive(utoipa::IntoResponses)]
#[allow(dead_code, reason = "it exists to be described")]
pub enum PublicResponses {
    /// The request failed unexpectedly, or DynamoDB was busy until the deadline.
    #[response(status = 503, example = json!({ "statusCode": 503, "error": "Service Unavailable", "message": "Something went wrong please contact admin" }))]
    Unavailable(MembersErrorBody),
}

/// Errors of every route for members that takes a body.
#[derive(utoipa::IntoResponses)]
#[allow(dead_code, reason = "it exists to be described")]
pub enum MembersBodyResponses {
    /// The request body is larger than 100 kB.
    #[response(status = 413, example = json!({ "statusCode": 413, "error": "Payload Too Large", "message": "Request body is larger than 102400 bytes" }))]
    TooLarge(MembersErrorBody),
    /// The `Content-Type` of the body is not `application/json`.
    #[response(status = 415, example = json!({ "statusCode": 415, "error": "Unsupported Media Type", "message": "Content-Type must be application/json" }))]
    NotJson(MembersErrorBody),
}

/// Returns the OpenAPI document without its routes.
#[must_use]
pub fn document() -> OpenApi {
    let tag = |name: &str, description: &str| TagBuilder::new().name(name).description(Some(description)).build();
    let session_cookie = ApiKeyValue::with_description(
        crate::auth::DEFAULT_SESSION_COOKIE,
        "Session of a member, which a log-in sets: a JWT signed with RS256, with the claims `userId`, `iat` and `exp`. A web page cannot \
         set this cookie for the API; to try routes in a browser, use `sessionToken` instead.",
    );
    let components = ComponentsBuilder::new()
        .security_scheme(
            "apiKey",
            SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description(
                "x-api-key",
                "API key of an airline. A revoked key is rejected within a minute. The key of the demo data is \
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
                        "The same session as a bearer token. For the demo data, `skysquad session --user-id \
                         demo-admin` prints a session of its superuser.",
                    ))
                    .build(),
            ),
        )
        .build();
    let info = InfoBuilder::new()
        .title("Skysquad")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "The backend of a community of virtual airlines. Flyers are ROBLOX accounts with a miles balance. Game \
             servers of member airlines board them on flights, credit miles and sell products for miles; they \
             authenticate with an API key. Members are people, who authenticate with a session.\n\nTimes are ISO 8601 \
             in UTC with milliseconds and `Z`, except where a field is documented to hold milliseconds since 1970.",
        ))
        .contact(Some(ContactBuilder::new().name(Some("Skysquad")).build()))
        .license(Some(LicenseBuilder::new().name("MIT OR Apache-2.0").build()))
        .build();
    OpenApiBuilder::new()
        .info(info)
        .components(Some(components))
        .tags(Some([
            tag("Miles", "Flyers, their miles and the products they buy with them."),
            tag("Flights", "Planning flights, reporting their progress and boarding passengers."),
            tag("Airline", "The calling airline with its products and brands."),
            tag("Members", "People in the community: their profiles, roles, statuses, skills and badges."),
            tag("Airlines", "Creating airlines and managing their API keys, for superusers."),
            tag("Log-in", "Logging in with GitHub and signing out, for browsers."),
            tag("System", "Health of the service and of its tables."),
        ]))
        .build()
}
