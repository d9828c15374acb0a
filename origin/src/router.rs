//! The whole table of routes: path, handler, documentation. A test lists it and fails on a route without an
//! authorisation case.

use std::any::Any;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::handler::Handler;
use axum::http::Method;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter, on};
use engine::problem::ProblemType;
use engine::wire::v1::{DEAD_LETTERS_PATH, INGEST_PATH, MAX_BODY_BYTES};
use tower_http::catch_panic::CatchPanicLayer;

use crate::app::App;
use crate::client::identify_client;
use crate::http::observe_request;
use crate::openapi::Documented;
use crate::openapi::describe::DescribeHandler;
use crate::openapi::doc::Doc;
use crate::problem::Error;
use crate::routes::{
    app_keys, audit_events, auth, conditions, coupons, customers, document, evaluations, health, ingest,
    invitation_answers, invitations, key_set, me, organization, passwords, places, preview, promotions, reports, roles,
    users,
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
    max_body_bytes: usize,
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
        post("/v1/auth/password/forgot", passwords::request_password_reset, &passwords::REQUEST_PASSWORD_RESET),
        post("/v1/auth/password/reset", passwords::reset_password, &passwords::RESET_PASSWORD),
        get("/.well-known/jwks.json", key_set::get_key_set, &key_set::GET_KEY_SET),
        get("/v1/me", me::get_me, &me::GET_ME),
        patch("/v1/me", me::update_me, &me::UPDATE_ME),
        post("/v1/me/password", passwords::change_password, &passwords::CHANGE_PASSWORD),
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
        get("/v1/invitations/decline", invitation_answers::show_invitation, &invitation_answers::SHOW_INVITATION),
        post("/v1/invitations/decline", invitation_answers::decline_invitation, &invitation_answers::DECLINE_INVITATION),
        get("/v1/audit-events", audit_events::list_audit_events, &audit_events::LIST_AUDIT_EVENTS),
        get("/v1/promotions", promotions::list_promotions, &promotions::LIST_PROMOTIONS),
        post("/v1/promotions", promotions::create_promotion, &promotions::CREATE_PROMOTION),
        get("/v1/promotions/{code}", promotions::get_promotion, &promotions::GET_PROMOTION),
        patch("/v1/promotions/{code}", promotions::update_promotion, &promotions::UPDATE_PROMOTION),
        delete("/v1/promotions/{code}", promotions::delete_promotion, &promotions::DELETE_PROMOTION),
        post("/v1/promotions/{code}/activate", promotions::activate_promotion, &promotions::ACTIVATE_PROMOTION),
        post("/v1/promotions/{code}/pause", promotions::pause_promotion, &promotions::PAUSE_PROMOTION),
        post("/v1/promotions/{code}/archive", promotions::archive_promotion, &promotions::ARCHIVE_PROMOTION),
        post("/v1/promotions/{code}/duplicate", promotions::duplicate_promotion, &promotions::DUPLICATE_PROMOTION),
        get("/v1/promotions/{code}/versions", promotions::list_promotion_versions, &promotions::LIST_PROMOTION_VERSIONS),
        get("/v1/promotions/{code}/versions/{version}", promotions::get_promotion_version, &promotions::GET_PROMOTION_VERSION),
        post("/v1/promotions/{code}/versions/{version}/restore", promotions::restore_promotion_version, &promotions::RESTORE_PROMOTION_VERSION),
        get("/v1/promotions/{code}/coupon-batches", coupons::batches::list_coupon_batches, &coupons::batches::LIST_COUPON_BATCHES),
        post("/v1/promotions/{code}/coupon-batches", coupons::batches::create_coupon_batch, &coupons::batches::CREATE_COUPON_BATCH),
        get("/v1/promotions/{code}/coupon-batches/{id}", coupons::batches::get_coupon_batch, &coupons::batches::GET_COUPON_BATCH),
        post("/v1/promotions/{code}/coupon-batches/{id}/revoke", coupons::batches::revoke_coupon_batch, &coupons::batches::REVOKE_COUPON_BATCH),
        get("/v1/promotions/{code}/coupon-batches/{id}/coupons.csv", coupons::batches::export_coupon_batch, &coupons::batches::EXPORT_COUPON_BATCH),
        get("/v1/promotions/{code}/coupons", coupons::list_coupons, &coupons::LIST_COUPONS),
        post("/v1/promotions/{code}/coupons", coupons::create_coupon, &coupons::CREATE_COUPON),
        get("/v1/promotions/{code}/coupons.csv", coupons::export_coupons, &coupons::EXPORT_COUPONS),
        post("/v1/promotions/{code}/coupons/import", coupons::import::import_coupons, &coupons::import::IMPORT_COUPONS).limit_body(crate::coupons::import::MAX_IMPORT_BYTES),
        get("/v1/promotions/{code}/coupons/{coupon}", coupons::get_coupon, &coupons::GET_COUPON),
        post("/v1/promotions/{code}/coupons/{coupon}/revoke", coupons::revoke_coupon, &coupons::REVOKE_COUPON),
        post("/v1/promotions/{code}/preview", promotions::preview_promotion, &promotions::PREVIEW_PROMOTION),
        get("/v1/promotions/{code}/samples", promotions::list_samples, &promotions::LIST_SAMPLES),
        post("/v1/promotions/{code}/samples", promotions::create_sample, &promotions::CREATE_SAMPLE),
        patch("/v1/promotions/{code}/samples/{id}", promotions::update_sample, &promotions::UPDATE_SAMPLE),
        delete("/v1/promotions/{code}/samples/{id}", promotions::delete_sample, &promotions::DELETE_SAMPLE),
        get("/v1/evaluations/{id}", evaluations::get_evaluation, &evaluations::GET_EVALUATION),
        post("/v1/conditions/check", conditions::check_condition, &conditions::CHECK_CONDITION),
        get("/v1/app-keys", app_keys::list_app_keys, &app_keys::LIST_APP_KEYS),
        post("/v1/app-keys", app_keys::create_app_key, &app_keys::CREATE_APP_KEY),
        delete("/v1/app-keys/{id}", app_keys::revoke_app_key, &app_keys::REVOKE_APP_KEY),
        post("/v1/app-keys/{id}/rotate", app_keys::rotation::rotate_app_key, &app_keys::rotation::ROTATE_APP_KEY),
        get("/v1/reports/usage", reports::get_usage, &reports::GET_USAGE),
        get("/v1/reports/promotions", reports::promotions::get_promotions_usage, &reports::promotions::GET_PROMOTIONS_USAGE),
        get("/v1/reports/demographics", reports::demographics::get_demographics, &reports::demographics::GET_DEMOGRAPHICS),
        delete("/v1/customers/{customer_id}", customers::forget_customer, &customers::FORGET_CUSTOMER),
        get("/v1/countries", places::list_countries, &places::LIST_COUNTRIES),
        get("/v1/locations", places::list_locations, &places::LIST_LOCATIONS),
        internal_post(INGEST_PATH, ingest::ingest_records).limit_body(ingest::MAX_INGEST_BODY_BYTES),
        internal_post(DEAD_LETTERS_PATH, ingest::park_dead_letters).limit_body(ingest::MAX_DEAD_LETTERS_BODY_BYTES),
        internal_get("/dev/mails", preview::list_mails),
        internal_get("/dev/mails/{name}", preview::get_mail),
        get("/healthz", health::get_process, &health::GET_PROCESS),
        get("/readyz", health::get_readiness, &health::GET_READINESS),
        get("/health_check", health::get_health, &health::GET_HEALTH),
        get("/v1/openapi.json", document::get_document, &document::GET_DOCUMENT),
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
    fn limit_body(self, bytes: usize) -> Self {
        Self {
            max_body_bytes: bytes,
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
        max_body_bytes: MAX_BODY_BYTES,
    }
}

/// A call of the edge, which the document leaves out.
fn internal_get<H: Handler<T, App>, T: 'static>(path: &'static str, handler: H) -> Route {
    internal(Method::GET, MethodFilter::GET, path, handler)
}

fn internal_post<H: Handler<T, App>, T: 'static>(path: &'static str, handler: H) -> Route {
    internal(Method::POST, MethodFilter::POST, path, handler)
}

fn internal<H: Handler<T, App>, T: 'static>(
    method: Method,
    filter: MethodFilter,
    path: &'static str,
    handler: H,
) -> Route {
    Route {
        method,
        path,
        documented: None,
        handler: on(filter, handler),
        max_body_bytes: MAX_BODY_BYTES,
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
