//! Members and badges: `/users…` and `/badges`.

mod badges;
mod discord;
mod list;
mod lookup;
mod own;
mod roles;
mod search;
mod sign_up;
mod skills;
mod status;

use shared::App;
use shared::http::Contract;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Returns the routes with their OpenAPI descriptions.
#[must_use]
pub fn routes() -> OpenApiRouter<App> {
    let routes = OpenApiRouter::new()
        .routes(routes!(list::list_users, sign_up::create_user, roles::update_users))
        .routes(routes!(own::get_self, own::update_self))
        .routes(routes!(search::search_users))
        .routes(routes!(lookup::get_user_by_id))
        .routes(routes!(lookup::is_username_available))
        .routes(routes!(status::get_own_status, status::set_own_status))
        .routes(routes!(status::get_status, status::set_status))
        .routes(routes!(lookup::get_user_by_username, own::update_own_profile))
        .routes(routes!(roles::change_roles))
        .routes(routes!(discord::change_discord))
        .routes(routes!(badges::list_user_badges))
        .routes(routes!(badges::award_badge, badges::take_badge))
        .routes(routes!(skills::list_skills))
        .routes(routes!(skills::put_skill, skills::delete_skill))
        .routes(routes!(badges::create_badge, badges::list_badges));
    Contract::Members.applied_to(routes)
}

/// Returns the HTTP service of this function.
pub fn router(app: App) -> axum::Router {
    shared::http::router(routes(), app)
}
