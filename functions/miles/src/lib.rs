//! Flyers, their miles and what they buy for them: `/users/fetchUsersData` and `/user/{id}/…`.

mod buy_product;
mod fetch_users_data;
mod transactions;

use shared::App;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes, with their descriptions.
#[must_use]
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(fetch_users_data::fetch_users_data))
        .routes(routes!(buy_product::buy_product))
        .routes(routes!(transactions::list_transactions))
        .routes(routes!(transactions::refund_transaction))
}

/// The service of this function.
pub fn router(app: App) -> axum::Router {
    shared::http::router(routes(), app)
}
