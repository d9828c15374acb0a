//! The OpenAPI 3.1 document, made from the table of routes.
//!
//! What a handler's signature says is read from it: who may call, parameters of the query, the answer and its schema
//! ([`describe`]). What it does not say stands beside the handler as a [`Doc`]: a name, a sentence, the parameters in the
//! path, the fields of the body, and problems of its own. A row of the table takes both, so that no route is without.

pub(crate) mod describe;
pub(crate) mod doc;
pub(crate) mod evaluate;
pub(crate) mod operation;
pub(crate) mod promotion;
mod redemption;
pub(crate) mod schema;

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use crate::auth::refresh;
use crate::router::routes;
use describe::DescribeHandler;
use doc::Doc;
use operation::Operation;

/// What is known of an operation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Documented {
    doc: &'static Doc,
    describe: fn(&mut Operation<'_>),
}

impl Documented {
    /// What the signature of `handler` says, and `doc`.
    pub(crate) fn new<T, H: DescribeHandler<T>>(_handler: &H, doc: &'static Doc) -> Self {
        let describe = H::describe;
        Self { doc, describe }
    }
}

/// The document of the whole service: the origin's public routes, and those that the edge answers itself.
pub(crate) fn document() -> Value {
    let settings = SchemaSettings::draft2020_12().for_serialize().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    });
    let mut schemas = settings.into_generator();
    let mut responses = Map::new();
    let mut paths: Map<String, Value> = Map::new();
    let rows = routes()
        .into_iter()
        .filter_map(|route| Some((route.method, route.path, route.documented?)));
    for (method, path, documented) in rows.chain(evaluate::OPERATIONS).chain(redemption::OPERATIONS) {
        let mut operation = Operation::new(&mut schemas, &mut responses);
        (documented.describe)(&mut operation);
        let operation = operation.finish(documented.doc, tag(path));
        let item = paths.entry(path).or_insert_with(|| json!({}));
        if let Some(item) = item.as_object_mut() {
            item.insert(method.as_str().to_ascii_lowercase(), operation);
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": info(),
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": schemas.take_definitions(true),
            "responses": responses,
            "headers": headers(),
            "securitySchemes": security_schemes(),
        }
    })
}

/// Operations are grouped by their resource: the first part of the path behind the version.
fn tag(path: &str) -> &str {
    let Some(path) = path.strip_prefix("/v1/") else {
        return "service";
    };
    path.split('/').next().unwrap_or(path)
}

fn info() -> Value {
    json!({
        "title": "Coupons",
        "version": env!("CARGO_PKG_VERSION"),
        "license": {"name": "Apache 2.0", "identifier": "Apache-2.0"},
        "description": "Promotions for shops: managed by merchants, evaluated at the edge. Errors are problems \
            (RFC 9457), whose `code` is the word to match on. Answers may get further fields. Bodies are sent as they \
            are: one with a `Content-Encoding`, such as gzip, is answered 415."
    })
}

fn headers() -> Value {
    json!({
        "X-Request-Id": {
            "description": "Names the request in logs and support requests.", "required": true,
            "schema": {"type": "string"}
        },
        "Retry-After": {
            "description": "Seconds after which the request is worth repeating.",
            "schema": {"type": "integer", "minimum": 1}
        }
    })
}

fn security_schemes() -> Value {
    json!({
        "user_token": {
            "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
            "description": "A user's access token. `x-permission` of an operation is what the user's role has to permit."
        },
        "app_key": {"type": "http", "scheme": "bearer", "description": "A shop's application key."},
        "session_cookie": {
            "type": "apiKey", "in": "cookie", "name": refresh::COOKIE_NAME,
            "description": "The refresh token that signing in sets; scripts cannot read it."
        }
    })
}
