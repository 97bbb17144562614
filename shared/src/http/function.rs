//! Routes as a Lambda function.

use axum::Router;
use lambda_http::request::LambdaRequest;
use lambda_http::{Adapter, Error, LambdaEvent, lambda_runtime};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use tower::ServiceExt;

/// What no query may have in it as it is (RFC 3986, section 3.4), and some clients send all the same.
const NOT_IN_A_QUERY: &AsciiSet =
    &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'\\').add(b'^').add(b'`').add(b'{').add(b'|').add(b'}');

/// Serves these routes until the process is told to stop.
///
/// # Errors
/// When Lambda's Runtime API cannot be talked to.
pub async fn run(router: Router) -> Result<(), Error> {
    lambda_runtime::run(Adapter::from(router).map_request(with_sound_query)).await
}

/// API Gateway passes a query on as it came, and of one that is none no request can be made.
fn with_sound_query(mut event: LambdaEvent<LambdaRequest>) -> LambdaEvent<LambdaRequest> {
    if let LambdaRequest::ApiGatewayV2(request) = &mut event.payload
        && let Some(query) = &mut request.raw_query_string
    {
        *query = utf8_percent_encode(query, NOT_IN_A_QUERY).to_string();
    }
    event
}
