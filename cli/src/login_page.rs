//! The log-in page of `serve`, on which a developer chooses whom to log in as. It stands in for GitHub unless
//! `GITHUB_CLIENT_ID` is set.

use axum::Form;
use axum::extract::{FromRequest, Query, Request, State};
use axum::http::header::{HOST, LOCATION, ORIGIN, SET_COOKIE};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use login::session_cookie;
use serde::Deserialize;
use shared::auth::{SESSION_TIME, SessionClaims, Signer, session_token};
use shared::login::Targets;
use shared::members::{Cursor, MemberSearch, PageRequest, list, member};
use shared::models::PublicMember;
use shared::{App, Invocation};

/// Path to which the page sends the choice.
const CHOICE: &str = "/auth/local";

/// Answers the log-in page and the choice on it, and leaves all other requests to the routes.
pub async fn answer(State(app): State<App>, request: Request, next: Next) -> Response {
    let (Some(signer), None) = (app.signer.clone(), &app.login) else { return next.run(request).await };
    let invocation = Invocation::lasting(app.request_timeout);
    match (request.method(), request.uri().path()) {
        (&Method::GET, "/auth/github/login") => invocation.run(page(&app, request)).await,
        (&Method::POST, CHOICE) => invocation.run(log_in(&app, &*signer, request)).await,
        _ => next.run(request).await,
    }
}

#[derive(Default, Deserialize)]
struct Asked {
    #[serde(default, rename = "redirectURL")]
    redirect_url: String,
}

#[derive(Deserialize)]
struct Choice {
    #[serde(rename = "userId")]
    user_id: String,
    #[serde(flatten)]
    asked: Asked,
}

async fn page(app: &App, request: Request) -> Response {
    let Query(asked) = Query::<Asked>::try_from_uri(request.uri()).unwrap_or_default();
    let Ok(listed) =
        list(&app.context, &MemberSearch::default(), &PageRequest { cursor: Cursor::Page(0), size: 100 }).await
    else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let buttons: String = listed.members.iter().map(button).collect();
    let target = escaped(&asked.redirect_url);
    Html(format!(
        r#"<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Log in to Skysquad</title>
<style>
  body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 32rem; margin: 3rem auto; padding: 0 1rem }}
  button {{ display: block; width: 100%; margin: .5rem 0; padding: .75rem 1rem; font: inherit; text-align: left; cursor: pointer }}
  small {{ color: #555 }}
</style>
<h1>Log in</h1>
<p>This server runs on your machine and stands in for GitHub. Whom do you want to be?</p>
<form method="post" action="{CHOICE}">
<input type="hidden" name="redirectURL" value="{target}">
{buttons}</form>
</html>
"#
    ))
    .into_response()
}

fn button(member: &PublicMember) -> String {
    let names = member.first_name.iter().chain(&member.last_name).map(|name| escaped(&name.to_string()));
    let username = member.username.iter().map(|name| escaped(name.as_str())).collect::<String>();
    let names = names.collect::<Vec<_>>().join(" ");
    format!("<button name=\"userId\" value=\"{}\">{names} <small>{username}</small></button>\n", member.id)
}

/// Escapes a text for HTML.
fn escaped(text: &str) -> String {
    let character = |c| match c {
        '&' => "&amp;".to_owned(),
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        '"' => "&quot;".to_owned(),
        c => String::from(c),
    };
    text.chars().map(character).collect()
}

async fn log_in(app: &App, signer: &dyn Signer, request: Request) -> Response {
    let Some(own) = own_origin(request.headers()) else { return StatusCode::BAD_REQUEST.into_response() };
    // Other pages must not log a visitor in.
    if request.headers().get(ORIGIN).is_some_and(|origin| origin.as_bytes() != own.as_bytes()) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let origins = app.allowed_origins.iter().filter_map(|origin| Some(origin.to_str().ok()?.to_owned())).collect();
    let home = format!("{own}/users/self");
    let Ok(targets) = Targets::new(origins, &home, &home, None) else { return StatusCode::BAD_REQUEST.into_response() };
    let Ok(Form(choice)) = Form::<Choice>::from_request(request, &()).await else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let Ok(Some(member)) = member(&app.context, &choice.user_id).await else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let target = targets.choose(Some(&choice.asked.redirect_url), false);
    let is_incomplete = member.incomplete_user_details;
    let claims = SessionClaims {
        member: member.id,
        github_id: member.github_id,
        github_user_id: member.github_user_id,
        issued_at: app.context.now(),
        ttl: SESSION_TIME,
    };
    let Ok(token) = session_token(signer, &claims).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let location = targets.destination(target, is_incomplete, &token);
    let headers = [(LOCATION, location.to_string())];
    (StatusCode::SEE_OTHER, headers, [(SET_COOKIE, session_cookie(app, Some(&token)))]).into_response()
}

/// Returns the origin at which this server was asked.
fn own_origin(headers: &HeaderMap) -> Option<String> {
    Some(format!("http://{}", headers.get(HOST)?.to_str().ok()?))
}
