//! Flyers, their miles and their purchases: `/users/fetchUsersData` and `/user/{id}/…`.

mod buy_product;
mod corrections;
mod fetch_users_data;
mod transactions;

use shared::App;
use shared::http::Contract;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Returns the routes with their OpenAPI descriptions.
#[must_use]
pub fn routes() -> OpenApiRouter<App> {
    let routes = OpenApiRouter::new()
        .routes(routes!(fetch_users_data::fetch_users_data))
        .routes(routes!(buy_product::buy_product))
        .routes(routes!(transactions::list_transactions))
        .routes(routes!(corrections::refund_transaction))
        .routes(routes!(corrections::reverse_transaction))
        .routes(routes!(corrections::adjust_balance));
    Contract::Flyers.applied_to(routes)
}

/// Returns the HTTP service of this function.
pub fn router(app: App) -> axum::Router {
    shared::http::router(routes(), app)
}
