//! The whole table of routes. A test lists it and fails on a route without an authorisation case.

use std::any::Any;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::handler::Handler;
use axum::http::Method;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter, on};
use engine::problem::ProblemType;
use engine::wire::v1::{INGEST_PATH, MAX_BODY_BYTES};
use tower_http::catch_panic::CatchPanicLayer;

use crate::app::App;
use crate::client::identify_client;
use crate::http::observe_request;
use crate::problem::Error;
use crate::routes::{
    app_keys, audit_events, auth, conditions, health, ingest, invitation_answers, invitations, me, organization,
    passwords, preview, promotions, reports, roles, users,
};

/// A row of the table.
#[derive(Debug)]
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path, with `{parameters}`.
    pub path: &'static str,
    handler: MethodRouter<App>,
    max_body_bytes: usize,
}

/// Every route.
#[rustfmt::skip]
pub fn routes() -> Vec<Route> {
    vec![
        post("/v1/auth/register", auth::register_user),
        post("/v1/auth/login", auth::login_user),
        post("/v1/auth/refresh", auth::refresh_session),
        post("/v1/auth/logout", auth::logout_session),
        post("/v1/auth/switch", me::switch_organization),
        post("/v1/auth/password/forgot", passwords::request_password_reset),
        post("/v1/auth/password/reset", passwords::reset_password),
        get("/.well-known/jwks.json", auth::get_key_set),
        get("/v1/me", me::get_me),
        patch("/v1/me", me::update_me),
        post("/v1/me/password", passwords::change_password),
        get("/v1/me/organizations", me::list_own_organizations),
        get("/v1/me/sessions", me::list_own_sessions),
        delete("/v1/me/sessions", me::end_other_sessions),
        delete("/v1/me/sessions/{id}", me::end_own_session),
        get("/v1/organization", organization::get_organization),
        patch("/v1/organization", organization::update_organization),
        get("/v1/users", users::list_users),
        patch("/v1/users/{id}", users::update_user),
        delete("/v1/users/{id}", users::remove_user),
        get("/v1/roles", roles::list_roles),
        post("/v1/roles", roles::create_role),
        patch("/v1/roles/{id}", roles::update_role),
        delete("/v1/roles/{id}", roles::delete_role),
        get("/v1/invitations", invitations::list_invitations),
        post("/v1/invitations", invitations::create_invitation),
        post("/v1/invitations/{id}/resend", invitations::resend_invitation),
        delete("/v1/invitations/{id}", invitations::revoke_invitation),
        post("/v1/invitations/inspect", invitation_answers::inspect_invitation),
        post("/v1/invitations/accept", invitation_answers::accept_invitation),
        get("/v1/invitations/decline", invitation_answers::show_invitation),
        post("/v1/invitations/decline", invitation_answers::decline_invitation),
        get("/v1/audit-events", audit_events::list_audit_events),
        get("/v1/promotions", promotions::list_promotions),
        post("/v1/promotions", promotions::create_promotion),
        get("/v1/promotions/{code}", promotions::get_promotion),
        post("/v1/promotions/{code}/activate", promotions::activate_promotion),
        post("/v1/promotions/{code}/pause", promotions::pause_promotion),
        post("/v1/conditions/check", conditions::check_condition),
        get("/v1/app-keys", app_keys::list_app_keys),
        post("/v1/app-keys", app_keys::create_app_key),
        delete("/v1/app-keys/{id}", app_keys::revoke_app_key),
        post("/v1/app-keys/{id}/rotate", app_keys::rotation::rotate_app_key),
        get("/v1/reports/usage", reports::get_usage),
        post(INGEST_PATH, ingest::ingest_records).limit_body(ingest::MAX_INGEST_BODY_BYTES),
        get("/dev/mails", preview::list_mails),
        get("/dev/mails/{name}", preview::get_mail),
        get("/healthz", health::get_process),
        get("/readyz", health::get_readiness),
        get("/health_check", health::get_health),
    ]
}

/// The service. Its server has to tell where each connection comes from
/// ([`Router::into_make_service_with_connect_info`]).
pub fn router(app: App) -> Router {
    let identify = from_fn_with_state(app.clone(), identify_client);
    // The limit is the outer layer: whoever verifies a signature reads the body within it.
    let table = |router: Router<App>, route: Route| {
        let limit = DefaultBodyLimit::max(route.max_body_bytes);
        let handler: MethodRouter<App> = route.handler.layer(identify.clone());
        router.route(route.path, handler.layer(limit))
    };
    routes()
        .into_iter()
        .fold(Router::new(), table)
        .fallback(reject_path.layer(identify.clone()))
        .method_not_allowed_fallback(reject_method.layer(identify))
        .layer(CatchPanicLayer::custom(answer_panic))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(from_fn(observe_request))
        .with_state(app)
}

impl Route {
    fn new<H: Handler<T, App>, T: 'static>(
        method: Method,
        filter: MethodFilter,
        path: &'static str,
        handler: H,
    ) -> Self {
        Self {
            method,
            path,
            handler: on(filter, handler),
            max_body_bytes: MAX_BODY_BYTES,
        }
    }

    fn limit_body(self, bytes: usize) -> Self {
        Self {
            max_body_bytes: bytes,
            ..self
        }
    }
}

fn get<H: Handler<T, App>, T: 'static>(path: &'static str, handler: H) -> Route {
    Route::new(Method::GET, MethodFilter::GET, path, handler)
}

fn post<H: Handler<T, App>, T: 'static>(path: &'static str, handler: H) -> Route {
    Route::new(Method::POST, MethodFilter::POST, path, handler)
}

fn patch<H: Handler<T, App>, T: 'static>(path: &'static str, handler: H) -> Route {
    Route::new(Method::PATCH, MethodFilter::PATCH, path, handler)
}

fn delete<H: Handler<T, App>, T: 'static>(path: &'static str, handler: H) -> Route {
    Route::new(Method::DELETE, MethodFilter::DELETE, path, handler)
}

async fn reject_path() -> Error {
    Error::not_found("Nothing is at this address: see the API's documentation for its paths.")
}

async fn reject_method() -> Error {
    Error::new(
        ProblemType::MethodNotAllowed,
        "Use one of the methods that the header `Allow` names.",
    )
}

/// A panic is a fault of ours; its message is in the log, from the panic hook.
fn answer_panic(_: Box<dyn Any + Send + 'static>) -> Response {
    Error::fault("a handler panicked").into_response()
}
