//! Whether the system works (`/`, `/health`, `/status`), and the answer to every path that nothing serves.

mod status;

use shared::App;
use shared::http::Contract;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Returns the routes, with their descriptions.
#[must_use]
pub fn routes() -> OpenApiRouter<App> {
    let routes = OpenApiRouter::new().routes(routes!(status::health)).routes(routes!(status::status));
    Contract::Flyers.applied_to(routes)
}

/// Returns the service of this function.
pub fn router(app: App) -> axum::Router {
    shared::http::router(routes(), app)
}
