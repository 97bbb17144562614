//! The API with the routes of all functions.

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

/// Returns the OpenAPI document, which `openapi.json` in the root of the repository contains.
pub fn openapi() -> String {
    let document = routes().into_openapi();
    document.to_pretty_json().expect("the document has only strings as keys") + "\n"
}

/// Returns a router with all routes, the API reference at `/docs` and the OpenAPI document at `/openapi.json`.
pub fn router(app: App) -> axum::Router {
    // By default, the page shows a badge of a validator on the internet. It must not load anything from other hosts.
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
