//! Whom GitHub says a person is.

use super::{LoginConfig, LoginError, PendingLogin, Verifier};
use crate::outside::{ServiceError, WhenLimited};
use crate::{Context, Outside};
use models::{Email, GithubLogin, GithubNumber, Millis, ProfileText, Timestamp};
use reqwest::Url;
use serde_json::Value;

/// A GitHub account.
#[derive(Debug, Clone, PartialEq)]
pub struct GithubAccount {
    /// Its number, which never changes hands.
    pub number: GithubNumber,
    /// Its login, which may have been another account's.
    pub login: GithubLogin,
    /// Its display name, if there is one.
    pub name: Option<ProfileText>,
    /// An address of its owner, if GitHub tells one.
    pub email: Option<Email>,
    /// Time it was created.
    pub created_at: Option<Millis>,
}

/// Redeems a code from GitHub for the account that it stands for. `verifier` is the browser's secret, `None` for a log-in
/// that began without one. Two or three requests to GitHub. No error contains anything of their answers.
///
/// # Errors
/// `Github` if GitHub is unavailable, slow, or does not identify the account; `Unavailable` if the client secret cannot be
/// read.
pub async fn account(
    context: &Context,
    outside: &Outside,
    config: &LoginConfig,
    code: &str,
    redirect_uri: &str,
    verifier: Option<&Verifier>,
) -> Result<GithubAccount, LoginError> {
    let secret = outside.secrets.read(&config.client_secret, context.now()).await;
    let secret = secret.map_err(|error| LoginError::Unavailable(error.into()))?;
    let mut form = vec![
        ("client_id", config.client_id.as_str()),
        ("client_secret", &secret),
        ("code", code),
        ("redirect_uri", redirect_uri),
    ];
    form.extend(verifier.map(|verifier| ("code_verifier", verifier.as_str())));
    let url = format!("{}/access_token", config.oauth_url);
    let answer: Value = outside.client.post_form(&url, &form, config.timeout).await?;
    // A refused code is answered with 200 and an `error`.
    let token = answer["access_token"].as_str().filter(|token| !token.is_empty());
    let token = token.ok_or_else(|| ServiceError::bad_answer("the code was refused"))?;

    let user = get(outside, config, "/user", token).await?;
    let incomplete = || ServiceError::bad_answer("the account has no number or no login");
    let mut account = identified(&user).ok_or_else(incomplete)?;
    if account.email.is_none() {
        account.email = get(outside, config, "/user/emails", token).await.ok().as_ref().and_then(primary_address);
    }
    Ok(account)
}

async fn get(outside: &Outside, config: &LoginConfig, path: &str, token: &str) -> Result<Value, ServiceError> {
    let authorization = format!("Bearer {token}");
    let headers = [("authorization", authorization.as_str()), ("accept", "application/vnd.github+json")];
    let url = format!("{}{path}", config.api_url);
    outside.client.get_json(&url, &[], &headers, config.timeout, WhenLimited::Fail).await
}

fn identified(user: &Value) -> Option<GithubAccount> {
    let text = |name: &str| user[name].as_str().map(str::trim).map(str::to_owned);
    Some(GithubAccount {
        number: user["id"].as_u64()?.to_string().try_into().ok()?,
        login: text("login")?.try_into().ok()?,
        name: text("name").and_then(|name| name.try_into().ok()),
        email: text("email").and_then(|email| email.try_into().ok()),
        created_at: text("created_at").and_then(|time| time.parse::<Timestamp>().ok()).map(Into::into),
    })
}

/// Returns the primary address if it is verified.
fn primary_address(addresses: &Value) -> Option<Email> {
    let is_primary = |address: &&Value| address["primary"] == true && address["verified"] == true;
    let address = addresses.as_array()?.iter().find(is_primary)?;
    address["email"].as_str()?.to_owned().try_into().ok()
}

/// Returns the address of GitHub's page on which the person grants access.
#[must_use]
pub fn authorize_url(config: &LoginConfig, redirect_uri: &str, pending: &PendingLogin) -> String {
    let parameters = [
        ("client_id", config.client_id.as_str()),
        ("redirect_uri", redirect_uri),
        ("scope", "user:email"),
        ("state", &pending.state),
        ("code_challenge", &pending.challenge),
        ("code_challenge_method", "S256"),
    ];
    let query = form_urlencoded(&parameters);
    format!("{}/authorize?{query}", config.oauth_url)
}

fn form_urlencoded(parameters: &[(&str, &str)]) -> String {
    let mut any = Url::parse("https://any.invalid").expect("it is a URL");
    any.query_pairs_mut().extend_pairs(parameters);
    any.query().expect("it has been set").to_owned()
}
