//! The whole API: the routes of all functions.

use shared::App;
use utoipa_axum::router::OpenApiRouter;
use utoipa_swagger_ui::{Config, SwaggerUi};

fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(shared::http::openapi::document())
        .merge(miles::routes())
        .merge(flights::routes())
        .merge(airlines::routes())
        .merge(system::routes())
        .merge(users::routes())
}

/// The OpenAPI document, as `openapi.json` at the top of the repository holds it.
pub fn openapi() -> String {
    let document = routes().into_openapi();
    document.to_pretty_json().expect("the document is made of strings, numbers and lists") + "\n"
}

/// The service of all routes, with their reference at `/docs` and `/openapi.json`.
pub fn router(app: App) -> axum::Router {
    // No badge from a validator out on the web: the page fetches nothing from elsewhere.
    let config = Config::default()
        .use_base_layout()
        .validator_url("none")
        .try_it_out_enabled(true)
        .persist_authorization(true)
        .display_request_duration(true)
        .default_models_expand_depth(0);
    let docs = SwaggerUi::new("/docs").url("/openapi.json", routes().into_openapi()).config(config);
    shared::http::router(routes(), app).merge(docs)
}
