//! Flights, from the plan to the end, and who boards them: `/flight…`.

mod flight;
mod passengers;
mod server;

use shared::App;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes, with their descriptions.
#[must_use]
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(flight::create_flight))
        .routes(routes!(flight::fetch_upcoming_flights))
        .routes(routes!(server::server_start))
        .routes(routes!(server::tick))
        .routes(routes!(server::server_end))
        .routes(routes!(passengers::board_passenger, passengers::list_passengers))
}

/// The service of this function.
pub fn router(app: App) -> axum::Router {
    shared::http::router(routes(), app)
}
