//! Airlines: the one that calls, with its products and brands (`/airline…`), and their management by superusers
//! (`/airlines…`).

mod airline;
mod airlines;
mod brands;
mod products;

use shared::App;
use shared::http::Contract;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Returns the routes, with their descriptions.
#[must_use]
pub fn routes() -> OpenApiRouter<App> {
    let for_game_servers = OpenApiRouter::new()
        .routes(routes!(airline::get_airline))
        .routes(routes!(products::fetch_products_data))
        .routes(routes!(products::create_product))
        .routes(routes!(products::change_product))
        .routes(routes!(brands::create_brand, brands::list_brands));
    let for_superusers = OpenApiRouter::new()
        .routes(routes!(airlines::create_airline))
        .routes(routes!(airlines::create_key))
        .routes(routes!(airlines::revoke_key));
    Contract::Flyers.applied_to(for_game_servers).merge(Contract::Members.applied_to(for_superusers))
}

/// Returns the service of this function.
pub fn router(app: App) -> axum::Router {
    shared::http::router(routes(), app)
}
