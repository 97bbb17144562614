//! Logging in with GitHub and signing out: `/auth…`.

mod cookies;
mod github;
mod kms;
mod sign_out;

pub use cookies::session_cookie;
pub use kms::KmsSigner;

use shared::App;
use shared::http::Contract;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Returns the routes with their OpenAPI descriptions.
#[must_use]
pub fn routes() -> OpenApiRouter<App> {
    let routes = OpenApiRouter::new()
        .routes(routes!(github::github_login))
        .routes(routes!(github::github_callback))
        .routes(routes!(sign_out::sign_out));
    Contract::Members.applied_to(routes)
}

/// Returns the HTTP service of this function.
pub fn router(app: App) -> axum::Router {
    shared::http::router(routes(), app)
}
