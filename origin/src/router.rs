//! The whole table of routes: path, handler, documentation. A test lists it and fails on a route without an
//! authorisation case.

use std::any::Any;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::handler::Handler;
use axum::http::Method;
use axum::middleware::from_fn;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter, on};
use engine::problem::ProblemType;
use engine::wire::v1::{INGEST_PATH, MAX_BODY_BYTES};
use tower_http::catch_panic::CatchPanicLayer;

use crate::app::App;
use crate::http::observe_request;
use crate::openapi::Documented;
use crate::openapi::describe::DescribeHandler;
use crate::openapi::doc::Doc;
use crate::problem::Error;
use crate::routes::{
    app_keys, audit_events, auth, conditions, document, health, ingest, invitation_answers, invitations, key_set, me,
    organization, promotions, reports, roles, users,
};

/// A row of the table.
#[derive(Debug)]
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path, with `{parameters}`.
    pub path: &'static str,
    /// `None` for what is not of the public contract.
    pub(crate) documented: Option<Documented>,
    handler: MethodRouter<App>,
}

/// Every route.
#[rustfmt::skip]
pub fn routes() -> Vec<Route> {
    vec![
        post("/v1/auth/register", auth::register_user, &auth::REGISTER_USER),
        post("/v1/auth/login", auth::login_user, &auth::LOGIN_USER),
        post("/v1/auth/refresh", auth::refresh_session, &auth::REFRESH_SESSION),
        post("/v1/auth/logout", auth::logout_session, &auth::LOGOUT_SESSION),
        post("/v1/auth/switch", me::switch_organization, &me::SWITCH_ORGANIZATION),
        get("/.well-known/jwks.json", key_set::get_key_set, &key_set::GET_KEY_SET),
        get("/v1/me", me::get_me, &me::GET_ME),
        patch("/v1/me", me::update_me, &me::UPDATE_ME),
        get("/v1/me/organizations", me::list_own_organizations, &me::LIST_OWN_ORGANIZATIONS),
        get("/v1/me/sessions", me::list_own_sessions, &me::LIST_OWN_SESSIONS),
        delete("/v1/me/sessions", me::end_other_sessions, &me::END_OTHER_SESSIONS),
        delete("/v1/me/sessions/{id}", me::end_own_session, &me::END_OWN_SESSION),
        get("/v1/organization", organization::get_organization, &organization::GET_ORGANIZATION),
        patch("/v1/organization", organization::update_organization, &organization::UPDATE_ORGANIZATION),
        get("/v1/users", users::list_users, &users::LIST_USERS),
        patch("/v1/users/{id}", users::update_user, &users::UPDATE_USER),
        delete("/v1/users/{id}", users::remove_user, &users::REMOVE_USER),
        get("/v1/roles", roles::list_roles, &roles::LIST_ROLES),
        post("/v1/roles", roles::create_role, &roles::CREATE_ROLE),
        patch("/v1/roles/{id}", roles::update_role, &roles::UPDATE_ROLE),
        delete("/v1/roles/{id}", roles::delete_role, &roles::DELETE_ROLE),
        get("/v1/invitations", invitations::list_invitations, &invitations::LIST_INVITATIONS),
        post("/v1/invitations", invitations::create_invitation, &invitations::CREATE_INVITATION),
        post("/v1/invitations/{id}/resend", invitations::resend_invitation, &invitations::RESEND_INVITATION),
        delete("/v1/invitations/{id}", invitations::revoke_invitation, &invitations::REVOKE_INVITATION),
        post("/v1/invitations/inspect", invitation_answers::inspect_invitation, &invitation_answers::INSPECT_INVITATION),
        post("/v1/invitations/accept", invitation_answers::accept_invitation, &invitation_answers::ACCEPT_INVITATION),
        post("/v1/invitations/decline", invitation_answers::decline_invitation, &invitation_answers::DECLINE_INVITATION),
        get("/v1/audit-events", audit_events::list_audit_events, &audit_events::LIST_AUDIT_EVENTS),
        get("/v1/promotions", promotions::list_promotions, &promotions::LIST_PROMOTIONS),
        post("/v1/promotions", promotions::create_promotion, &promotions::CREATE_PROMOTION),
        get("/v1/promotions/{code}", promotions::get_promotion, &promotions::GET_PROMOTION),
        post("/v1/promotions/{code}/activate", promotions::activate_promotion, &promotions::ACTIVATE_PROMOTION),
        post("/v1/promotions/{code}/pause", promotions::pause_promotion, &promotions::PAUSE_PROMOTION),
        post("/v1/conditions/check", conditions::check_condition, &conditions::CHECK_CONDITION),
        get("/v1/app-keys", app_keys::list_app_keys, &app_keys::LIST_APP_KEYS),
        post("/v1/app-keys", app_keys::create_app_key, &app_keys::CREATE_APP_KEY),
        delete("/v1/app-keys/{id}", app_keys::revoke_app_key, &app_keys::REVOKE_APP_KEY),
        get("/v1/reports/usage", reports::get_usage, &reports::GET_USAGE),
        internal(INGEST_PATH, ingest::ingest_records).limit_body(ingest::MAX_INGEST_BODY_BYTES),
        get("/healthz", health::get_process, &health::GET_PROCESS),
        get("/readyz", health::get_readiness, &health::GET_READINESS),
        get("/health_check", health::get_health, &health::GET_HEALTH),
        get("/v1/openapi.json", document::get_document, &document::GET_DOCUMENT),
    ]
}

/// The service.
pub fn router(app: App) -> Router {
    let table = |router: Router<App>, route: Route| router.route(route.path, route.handler);
    routes()
        .into_iter()
        .fold(Router::new(), table)
        .fallback(reject_path)
        .method_not_allowed_fallback(reject_method)
        .layer(CatchPanicLayer::custom(answer_panic))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(from_fn(observe_request))
        .with_state(app)
}

impl Route {
    fn limit_body(self, bytes: usize) -> Self {
        Self {
            handler: self.handler.layer(DefaultBodyLimit::max(bytes)),
            ..self
        }
    }
}

/// A handler whose signature tells its documentation.
trait Documentable<T>: Handler<T, App> + DescribeHandler<T> {}

impl<T, H: Handler<T, App> + DescribeHandler<T>> Documentable<T> for H {}

fn get<H: Documentable<T>, T: 'static>(path: &'static str, handler: H, doc: &'static Doc) -> Route {
    public(Method::GET, MethodFilter::GET, path, handler, doc)
}

fn post<H: Documentable<T>, T: 'static>(path: &'static str, handler: H, doc: &'static Doc) -> Route {
    public(Method::POST, MethodFilter::POST, path, handler, doc)
}

fn patch<H: Documentable<T>, T: 'static>(path: &'static str, handler: H, doc: &'static Doc) -> Route {
    public(Method::PATCH, MethodFilter::PATCH, path, handler, doc)
}

fn delete<H: Documentable<T>, T: 'static>(path: &'static str, handler: H, doc: &'static Doc) -> Route {
    public(Method::DELETE, MethodFilter::DELETE, path, handler, doc)
}

fn public<H: Documentable<T>, T: 'static>(
    method: Method,
    filter: MethodFilter,
    path: &'static str,
    handler: H,
    doc: &'static Doc,
) -> Route {
    Route {
        method,
        path,
        documented: Some(Documented::new(&handler, doc)),
        handler: on(filter, handler),
    }
}

/// A call of the edge, which the document leaves out.
fn internal<H: Handler<T, App>, T: 'static>(path: &'static str, handler: H) -> Route {
    Route {
        method: Method::POST,
        path,
        documented: None,
        handler: on(MethodFilter::POST, handler),
    }
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
