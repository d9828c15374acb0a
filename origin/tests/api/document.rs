//! The OpenAPI document says what the routes do.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::authorisation::{Access, CASES};
use crate::support::{TestApp, with_app};

/// What the edge answers itself: no case of the origin's.
const AT_THE_EDGE: [(&str, &str); 6] = [
    ("POST", "/v1/promotions/{code}/evaluate"),
    ("POST", "/v1/promotions/{code}/reservations"),
    ("GET", "/v1/redemptions/{id}"),
    ("POST", "/v1/redemptions/{id}/confirm"),
    ("POST", "/v1/redemptions/{id}/release"),
    ("POST", "/v1/redemptions/{id}/rollback"),
];

async fn document(app: &TestApp) -> Value {
    app.get("/v1/openapi.json").await.expect(200).json()
}

/// Each operation with its method and path.
fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let paths = document["paths"].as_object().unwrap().iter();
    let operations = paths.flat_map(|(path, item)| {
        let item = item.as_object().unwrap().iter();
        item.map(|(method, operation)| (method.to_uppercase(), path.clone(), operation.clone()))
    });
    operations.collect()
}

#[tokio::test]
async fn the_document_is_pinned() {
    with_app(async |app: TestApp| {
        let text = serde_json::to_string_pretty(&document(&app).await).unwrap();
        insta::assert_snapshot!("openapi", text);
    })
    .await;
}

#[tokio::test]
async fn who_may_call_is_documented_as_it_is_checked() {
    with_app(async |app: TestApp| {
        let document = document(&app).await;
        for (method, path, access) in CASES {
            let operation = &document["paths"][*path][method.to_lowercase()];
            // Where a user and a shop call, the edge answers the shop.
            let ways = operation["security"].as_array();
            let is_guarded = ways.is_some_and(|ways| ways.first() == Some(&json!({"user_token": []})));
            let takes_shops = ways.is_some_and(|ways| ways.contains(&json!({"app_key": []})));
            assert_eq!(takes_shops, *path == "/v1/promotions/{code}/preview", "{method} {path}");
            let said = match access {
                // Previews are for development.
                _ if path.starts_with("/dev/") => operation.is_null(),
                Access::Internal => operation.is_null(),
                Access::Public(_) => operation.is_object() && !is_guarded && operation["x-permission"].is_null(),
                Access::User => is_guarded && operation["x-permission"].is_null(),
                Access::Needs(permission) => is_guarded && operation["x-permission"] == *permission,
            };
            assert!(said, "{method} {path}: {operation}");
        }
    })
    .await;
}

#[tokio::test]
async fn nothing_else_is_documented() {
    with_app(async |app: TestApp| {
        for (method, path, operation) in operations(&document(&app).await) {
            let is_route = CASES.iter().any(|case| (case.0, case.1) == (&method, &path));
            let is_at_the_edge = AT_THE_EDGE.contains(&(&method, &path));
            assert!(is_route != is_at_the_edge, "{method} {path}: {operation}");
        }
    })
    .await;
}

#[tokio::test]
async fn operations_are_described_whole() {
    with_app(async |app: TestApp| {
        let mut ids = BTreeSet::new();
        for (method, path, operation) in operations(&document(&app).await) {
            let name = format!("{method} {path}");
            assert!(
                ids.insert(operation["operationId"].as_str().unwrap().to_owned()),
                "{name}: the name is taken"
            );
            let parameters: Vec<_> = operation["parameters"].as_array().into_iter().flatten().collect();
            let documented = parameters.iter().filter(|parameter| parameter["in"] == "path");
            let documented: Vec<_> = documented
                .map(|parameter| parameter["name"].as_str().unwrap())
                .collect();
            let in_path = path.split(['{', '}']).skip(1).step_by(2);
            assert_eq!(documented, in_path.collect::<Vec<_>>(), "{name}");
            // Who reads a body may answer 415: an extractor says so, and the fields stand beside the handler.
            let reads_body = operation["responses"]["415"].is_object();
            assert_eq!(
                operation["requestBody"].is_object(),
                reads_body,
                "{name}: name the body's fields"
            );
            let succeeds = operation["responses"]
                .as_object()
                .unwrap()
                .keys()
                .any(|status| status.starts_with(['2', '3']));
            assert!(succeeds, "{name}");
        }
    })
    .await;
}

#[tokio::test]
async fn references_lead_somewhere() {
    with_app(async |app: TestApp| {
        let document = document(&app).await;
        let mut left = vec![&document];
        while let Some(value) = left.pop() {
            match value {
                Value::Array(items) => left.extend(items),
                Value::Object(fields) => {
                    left.extend(fields.values());
                    if let Some(reference) = fields.get("$ref").and_then(Value::as_str) {
                        let target = reference.strip_prefix('#').unwrap();
                        assert!(document.pointer(target).is_some(), "{reference}");
                    }
                }
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
            }
        }
    })
    .await;
}
