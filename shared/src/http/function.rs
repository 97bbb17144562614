//! Serves routes as a Lambda function.

use axum::Router;
use lambda_http::request::LambdaRequest;
use lambda_http::{Adapter, Error, LambdaEvent, lambda_runtime};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use tower::ServiceExt;

/// Characters that a query must not contain unescaped (RFC 3986, section 3.4), but that some clients send.
const NOT_IN_A_QUERY: &AsciiSet =
    &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'\\').add(b'^').add(b'`').add(b'{').add(b'|').add(b'}');

/// Serves the routes until the process is stopped.
///
/// # Errors
/// Returns an error if Lambda's Runtime API cannot be reached.
pub async fn run(router: Router) -> Result<(), Error> {
    lambda_runtime::run(Adapter::from(router).map_request(with_sound_query)).await
}

/// Escapes characters that a query must not contain. API Gateway passes the query on unchanged, and no request can be
/// created from a malformed one.
fn with_sound_query(mut event: LambdaEvent<LambdaRequest>) -> LambdaEvent<LambdaRequest> {
    if let LambdaRequest::ApiGatewayV2(request) = &mut event.payload
        && let Some(query) = &mut request.raw_query_string
    {
        *query = utf8_percent_encode(query, NOT_IN_A_QUERY).to_string();
    }
    event
}
