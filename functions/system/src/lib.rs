//! Whether the system works (`/`, `/health`, `/status`), and the answer to every path that nothing serves.

mod status;

use shared::App;
use shared::http::Contract;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Returns the routes, with their descriptions.
#[must_use]
pub fn routes() -> OpenApiRouter<App> {
    let routes = OpenApiRouter::new()
        .routes(routes!(status::root))
        .routes(routes!(status::health))
        .routes(routes!(status::status));
    Contract::Flyers.applied_to(routes)
}

/// The routes of all functions, a line each: a test holds them to `openapi.json`.
const ALL_ROUTES: &str = include_str!("routes.txt");

/// Returns the service of this function. API Gateway sends it what has no route, such as a path with a trailing slash.
pub fn router(app: App) -> axum::Router {
    shared::http::router_knowing(ALL_ROUTES, routes(), app)
}
