//! `GET /auth/github/login` and `GET /auth/github/callback`

use crate::cookies::{LOGIN_COOKIE, login_cookie, session_cookie};
use axum::extract::State;
use axum::response::{AppendHeaders, IntoResponse, Response};
use http::header::{HOST, LOCATION, SET_COOKIE};
use http::uri::Authority;
use http::{HeaderMap, HeaderValue, StatusCode};
use shared::auth::{SESSION_TIME, SessionClaims, Signer, cookies, session_token};
use shared::http::{MembersError, MembersErrorBody, QueryParams};
use shared::login::{LoginConfig, LoginError, LoginSecret, Target, Verifier, account, admit, authorize_url};
use shared::outside::ServiceError;
use shared::store::{Cause, with_causes};
use shared::{App, Invocation};
use std::net::IpAddr;

const NOT_CONFIGURED: MembersError = MembersError::NotFound("Not Found");

/// Value of `sourceUtm` with which the mobile app asks.
const MOBILE_APP: &str = "rds-mobile-app";

/// Log in with GitHub
///
/// Leads the browser to GitHub, where the person grants access to their e-mail address, and from there to
/// `/auth/github/callback`.
#[utoipa::path(
    get,
    path = "/auth/github/login",
    tag = "Log-in",
    extensions(("x-dynamodb-requests" = json!("0"))),
    params(
        ("redirectURL" = Option<String>, Query, nullable = false,
            description = "URL of the page to which the log-in leads: of an allowed origin, or of the UI's host or a sub-domain of \
                it. The UI when absent or any other."),
        ("sourceUtm" = Option<String>, Query, nullable = false,
            description = "`rds-mobile-app` for the mobile app, whose own address then gets the session as the parameter \
                `token`."),
    ),
    responses(
        (status = 302, description = "Leads to GitHub's page for granting access."),
        (status = 400, description = "A parameter is given twice, or the `Host` is not one.", body = MembersErrorBody,
            example = json!({ "statusCode": 400, "error": "Bad Request", "message": "\"redirectURL\" must be given once" })),
        (status = 404, description = "Nobody can log in to this deployment.", body = MembersErrorBody,
            example = json!({ "statusCode": 404, "error": "Not Found", "message": "Not Found" })),
    )
)]
pub(crate) async fn github_login(
    State(app): State<App>,
    headers: HeaderMap,
    mut query: QueryParams,
) -> Result<Response, MembersError> {
    let login = app.login.as_deref().ok_or(NOT_CONFIGURED)?;
    let is_mobile = query.one("sourceUtm")?.as_deref() == Some(MOBILE_APP);
    let target = login.targets.choose(query.one("redirectURL")?.as_deref(), is_mobile);
    let redirect_uri = redirect_uri(&headers)?;
    Ok(match secret(&app, login).await {
        Ok(secret) => {
            let pending = secret.begin(&app.context, &target);
            let location = authorize_url(login, &redirect_uri, &pending);
            found(&location, [login_cookie(Some(&pending.cookie))])
        }
        Err(error) => failed(login, &error),
    })
}

/// Complete a log-in
///
/// GitHub leads the browser here. Finds the member with the GitHub account's number, or creates one, and sets the session
/// cookie. Whoever still has to sign up is led to the UI's sign-up page. A log-in that fails leads to the UI with the parameter
/// `error`: `state` if it was not begun in this browser within the last 10 minutes, `access_denied` if the person declined,
/// `github` if GitHub is unavailable or refuses the code, `unavailable` if this service fails.
#[utoipa::path(
    get,
    path = "/auth/github/callback",
    tag = "Log-in",
    extensions(("x-dynamodb-requests" = json!("0 if GitHub or the state refuses it, otherwise 2, or 3 to 5 if it changes something, plus as many per conflicting change"))),
    params(
        ("code" = Option<String>, Query, nullable = false, example = "3584d83530557fdd1f46",
            description = "Code that GitHub gives."),
        ("state" = Option<String>, Query, nullable = false, example = "of-another-browser",
            description = "State that `/auth/github/login` gave to GitHub."),
        ("error" = Option<String>, Query, nullable = false, description = "Why GitHub gives no code."),
    ),
    responses(
        (status = 302, description = "To the page that was asked for, the sign-up page, or the UI with `error`."),
        (status = 400, description = "A parameter is given twice, or the `Host` is not one.", body = MembersErrorBody,
            example = json!({ "statusCode": 400, "error": "Bad Request", "message": "\"code\" must be given once" })),
        (status = 404, description = "Nobody can log in to this deployment.", body = MembersErrorBody,
            example = json!({ "statusCode": 404, "error": "Not Found", "message": "Not Found" })),
    )
)]
pub(crate) async fn github_callback(
    State(app): State<App>,
    headers: HeaderMap,
    mut query: QueryParams,
) -> Result<Response, MembersError> {
    let (Some(login), Some(signer)) = (app.login.as_deref(), app.signer.as_deref()) else {
        return Err(NOT_CONFIGURED);
    };
    let answer = Callback {
        code: query.one("code")?,
        state: query.one("state")?.unwrap_or_default(),
        error: query.one("error")?,
        redirect_uri: redirect_uri(&headers)?,
    };
    Ok(match complete(&app, login, signer, &headers, answer).await {
        Ok((location, token)) => found(&location, [login_cookie(None), session_cookie(&app, Some(&token))]),
        Err(error) => failed(login, &error),
    })
}

/// What the browser brings from GitHub.
struct Callback {
    code: Option<String>,
    state: String,
    error: Option<String>,
    redirect_uri: String,
}

/// Returns where the browser goes next, and the session.
async fn complete(
    app: &App,
    login: &LoginConfig,
    signer: &dyn Signer,
    headers: &HeaderMap,
    answer: Callback,
) -> Result<(String, String), LoginError> {
    let (target, verifier) = begun(app, login, headers, &answer.state).await?;
    let code = match answer.error.as_deref() {
        None => answer.code.filter(|code| !code.is_empty()),
        Some("access_denied") => return Err(LoginError::Denied),
        Some(_) => None,
    };
    let code = code.ok_or_else(|| ServiceError::BadAnswer("there is no code".to_owned()))?;
    let (context, uri) = (&app.context, &answer.redirect_uri);
    let account = account(context, &app.outside, login, &code, uri, verifier.as_ref()).await?;
    let member = admit(context, &account).await?;
    Invocation::current().set_caller(member.id.as_str());
    let claims = SessionClaims {
        member: member.id,
        github_id: member.github_id,
        github_user_id: member.github_user_id,
        issued_at: context.now(),
        ttl: SESSION_TIME,
    };
    let signing = tokio::time::timeout(Invocation::current().remaining(), session_token(signer, &claims));
    let token = signing.await.map_err(Cause::from).flatten().map_err(LoginError::Unavailable)?;
    let location = login.targets.destination(target, member.incomplete_user_details, &token);
    Ok((location.into(), token))
}

/// Returns the target of the log-in that was begun in this browser, and its secret if it has one.
async fn begun(
    app: &App,
    login: &LoginConfig,
    headers: &HeaderMap,
    state: &str,
) -> Result<(Target, Option<Verifier>), LoginError> {
    let secret = secret(app, login).await?;
    let now = app.context.now();
    if let Some((target, verifier)) =
        cookies(headers, LOGIN_COOKIE).find_map(|cookie| secret.complete(state, cookie, now))
    {
        return Ok((target, Some(verifier)));
    }
    let plain = login.targets.page(state).filter(|_| login.accepts_plain_state);
    plain.map(|target| (target, None)).ok_or(LoginError::State)
}

async fn secret(app: &App, login: &LoginConfig) -> Result<LoginSecret, LoginError> {
    let secret = app.outside.secrets.read(&login.client_secret, app.context.now()).await;
    Ok(LoginSecret::of(&secret.map_err(|error| LoginError::Unavailable(error.into()))?))
}

/// Returns the address of the callback at the host that was asked.
fn redirect_uri(headers: &HeaderMap) -> Result<String, MembersError> {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let host: Option<Authority> = host.and_then(|host| host.parse().ok());
    let host = host.filter(|host| !host.as_str().contains('@'));
    let host = host.ok_or_else(|| MembersError::BadRequest("\"Host\" must be a host".to_owned()))?;
    let name = host.host().trim_matches(['[', ']']);
    let is_local = name == "localhost" || name.parse().is_ok_and(|address: IpAddr| address.is_loopback());
    let scheme = if is_local { "http" } else { "https" };
    Ok(format!("{scheme}://{host}/auth/github/callback"))
}

fn failed(login: &LoginConfig, error: &LoginError) -> Response {
    match error {
        LoginError::State | LoginError::Denied => {}
        LoginError::Github(_) => tracing::warn!(error = with_causes(error), "a log-in failed at GitHub"),
        LoginError::Unavailable(_) => tracing::error!(error = with_causes(error), "a log-in failed"),
    }
    found(login.targets.failure(error.code()).as_str(), [login_cookie(None)])
}

/// Returns a redirect that sets cookies.
fn found<const N: usize>(location: &str, cookies: [HeaderValue; N]) -> Response {
    let cookies = AppendHeaders(cookies.map(|cookie| (SET_COOKIE, cookie)));
    (StatusCode::FOUND, [(LOCATION, location)], cookies).into_response()
}
