//! The airline that calls and what is its own, the making of airlines, and whether the system works:
//! `/airline…`, `/airlines…`, `/status`, `/health`.

mod airline;
mod airlines;
mod brands;
mod products;
mod system;

use shared::App;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes, with their descriptions.
#[must_use]
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(system::health))
        .routes(routes!(system::status))
        .routes(routes!(airline::get_airline))
        .routes(routes!(products::fetch_products_data))
        .routes(routes!(products::create_product))
        .routes(routes!(products::change_product))
        .routes(routes!(brands::create_brand, brands::list_brands))
        .routes(routes!(airlines::create_airline))
        .routes(routes!(airlines::create_key))
        .routes(routes!(airlines::revoke_key))
}

/// The service of this function.
pub fn router(app: App) -> axum::Router {
    shared::http::router(routes(), app)
}
