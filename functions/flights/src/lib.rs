//! Flights from planning to landing, and their passengers: `/flight…`.

mod flight;
mod passengers;
mod server;

use shared::App;
use shared::http::Contract;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Returns the routes with their OpenAPI descriptions.
#[must_use]
pub fn routes() -> OpenApiRouter<App> {
    let routes = OpenApiRouter::new()
        .routes(routes!(flight::create_flight))
        .routes(routes!(flight::fetch_upcoming_flights))
        .routes(routes!(flight::change_flight))
        .routes(routes!(flight::cancel_flight))
        .routes(routes!(server::server_start))
        .routes(routes!(server::tick))
        .routes(routes!(server::server_end))
        .routes(routes!(passengers::board_passenger, passengers::list_passengers));
    Contract::Flyers.applied_to(routes)
}

/// Returns the HTTP service of this function.
pub fn router(app: App) -> axum::Router {
    shared::http::router(routes(), app)
}
