//! The OpenAPI document as the reference shows it: groups of operations, and of each its parts. Everything but the list of
//! operations is read when it is shown, so that no step takes long.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

/// The methods of a path, in the order in which they are shown.
const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];
/// References that lead to references, the most that are followed: a chain of our document has one.
const MAX_REFERENCES: usize = 8;

/// A document; cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Document(Arc<Value>);

/// Two are the same when they are one: a document is compared where it is handed on.
impl PartialEq for Document {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// Operations about one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Group {
    pub(super) name: String,
    pub(super) operations: Vec<Operation>,
}

/// An operation, as far as a list of them shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Operation {
    pub(super) id: String,
    /// In capitals.
    pub(super) method: String,
    pub(super) path: String,
    pub(super) summary: String,
}

/// All of an operation.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Detail {
    /// Names of the credentials, any of which does; none for everybody.
    pub(super) credentials: Vec<String>,
    /// What the user's role has to permit.
    pub(super) permission: Option<String>,
    pub(super) parameters: Vec<Parameter>,
    pub(super) body: Option<Body>,
    pub(super) answers: Vec<Answer>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Parameter {
    pub(super) name: String,
    /// `path`, `query` or `header`.
    pub(super) place: String,
    pub(super) is_required: bool,
    pub(super) description: Option<String>,
    pub(super) schema: Value,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Body {
    pub(super) media_type: String,
    pub(super) schema: Value,
    /// JSON in lines.
    pub(super) example: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Answer {
    pub(super) status: String,
    pub(super) description: String,
    /// What a success brings; problems are all of one form.
    pub(super) body: Option<Body>,
}

impl Answer {
    pub(super) fn is_success(&self) -> bool {
        self.status.starts_with(['2', '3'])
    }
}

impl Document {
    pub(super) fn new(value: Value) -> Self {
        Self(Arc::new(value))
    }

    /// What the document says of the whole API.
    pub(super) fn description(&self) -> String {
        text(self.0.pointer("/info/description"))
    }

    /// Everything there is to list, by tag, in the order of the alphabet.
    pub(super) fn groups(&self) -> Vec<Group> {
        let mut groups = BTreeMap::<String, Vec<Operation>>::new();
        for (path, item) in self.0.get("paths").and_then(Value::as_object).into_iter().flatten() {
            for (method, operation) in METHODS.iter().filter_map(|method| Some((method, item.get(method)?))) {
                let tag = text(operation.pointer("/tags/0"));
                groups.entry(tag).or_default().push(Operation {
                    id: text(operation.get("operationId")),
                    method: method.to_uppercase(),
                    path: path.clone(),
                    summary: text(operation.get("summary")),
                });
            }
        }
        let group = |(name, operations)| Group { name, operations };
        groups.into_iter().map(group).collect()
    }

    /// All of an operation; `None` for one that is not in the document.
    pub(super) fn detail(&self, operation: &Operation) -> Option<Detail> {
        let item = self.0.get("paths")?.get(&operation.path)?;
        let found = item.get(operation.method.to_lowercase())?;
        let credentials = items(found.get("security"))
            .filter_map(Value::as_object)
            .flat_map(|one| one.keys().cloned());
        let answers = found.get("responses").and_then(Value::as_object).into_iter().flatten();
        Some(Detail {
            credentials: credentials.collect(),
            permission: found.get("x-permission").and_then(Value::as_str).map(str::to_owned),
            parameters: items(found.get("parameters")).map(|one| self.parameter(one)).collect(),
            body: found.get("requestBody").and_then(|body| self.body(body)),
            answers: answers.map(|(status, answer)| self.answer(status, answer)).collect(),
        })
    }

    fn parameter(&self, value: &Value) -> Parameter {
        let value = self.resolve(value);
        Parameter {
            name: text(value.get("name")),
            place: text(value.get("in")),
            is_required: value.get("required").and_then(Value::as_bool).unwrap_or_default(),
            description: optional_text(value.get("description")),
            schema: value.get("schema").cloned().unwrap_or_default(),
        }
    }

    fn answer(&self, status: &str, value: &Value) -> Answer {
        let value = self.resolve(value);
        let answer = Answer {
            status: status.to_owned(),
            description: text(value.get("description")),
            body: None,
        };
        let body = answer.is_success().then(|| self.body(value)).flatten();
        Answer { body, ..answer }
    }

    /// The first of the forms of a body.
    fn body(&self, value: &Value) -> Option<Body> {
        let content = self.resolve(value).get("content")?.as_object()?;
        let (media_type, form) = content.iter().next()?;
        let example = form
            .get("example")
            .map(|example| serde_json::to_string_pretty(example).unwrap_or_default());
        Some(Body {
            media_type: media_type.clone(),
            schema: form.get("schema").cloned().unwrap_or_default(),
            example,
        })
    }

    /// What a value stands for that may be a reference into the document.
    pub(super) fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        let mut value = value;
        for _ in 0..MAX_REFERENCES {
            let Some(target) = reference(value).and_then(|reference| self.0.pointer(reference.trim_start_matches('#')))
            else {
                return value;
            };
            value = target;
        }
        value
    }
}

fn reference(value: &Value) -> Option<&str> {
    value.get("$ref")?.as_str()
}

/// The name of the component that a value refers to.
pub(super) fn component_name(value: &Value) -> Option<&str> {
    reference(value)?.rsplit('/').next()
}

fn items(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    value.and_then(Value::as_array).into_iter().flatten()
}

fn text(value: Option<&Value>) -> String {
    optional_text(value).unwrap_or_default()
}

pub(super) fn optional_text(value: Option<&Value>) -> Option<String> {
    value.and_then(Value::as_str).map(str::to_owned)
}

/// Whether an operation has what was typed in its name, its path or its summary.
pub(super) fn matches(operation: &Operation, typed: &str) -> bool {
    let typed = typed.trim().to_lowercase();
    [&operation.id, &operation.path, &operation.summary, &operation.method]
        .iter()
        .any(|text| text.to_lowercase().contains(&typed))
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::json;

    use super::*;

    /// A document with one of everything.
    pub(crate) fn document() -> Document {
        Document::new(json!({
            "info": {"description": "Promotions for shops."},
            "paths": {
                "/v1/coupons/{code}": {
                    "get": {
                        "operationId": "get_coupon", "summary": "A coupon.", "tags": ["coupons"],
                        "security": [{"user_token": []}], "x-permission": "promotions.read",
                        "parameters": [{"name": "code", "in": "path", "required": true, "schema": {"type": "string"}}],
                        "responses": {
                            "200": {
                                "description": "Done",
                                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Coupon"}}},
                            },
                            "404": {"$ref": "#/components/responses/not_found"},
                        },
                    },
                },
                "/v1/audit": {
                    "post": {
                        "operationId": "write", "summary": "Writes.", "tags": ["audit"], "security": [],
                        "requestBody": {"content": {"text/csv": {"schema": {"type": "string"}, "example": "a"}}},
                        "responses": {},
                    },
                },
            },
            "components": {
                "schemas": {
                    "Coupon": {
                        "type": "object", "description": "A code.", "required": ["code"],
                        "properties": {
                            "code": {"type": "string", "maxLength": 64},
                            "state": {"$ref": "#/components/schemas/State"},
                            "parent": {"anyOf": [{"$ref": "#/components/schemas/Coupon"}, {"type": "null"}]},
                            "lines": {"type": "array", "items": {"$ref": "#/components/schemas/Line"}, "maxItems": 20},
                        },
                    },
                    "State": {"type": "string", "enum": ["active", "revoked"], "description": "How it stands."},
                    "Line": {"anyOf": [
                        {"type": "object", "description": "With a sum.", "properties": {"amount": {"type": "integer"}}},
                        {"type": "object", "properties": {"percent": {"type": "string"}}},
                    ]},
                    "Circle": {"$ref": "#/components/schemas/Circle"},
                },
                "responses": {
                    "not_found": {
                        "description": "`not_found`: Not found",
                        "content": {"application/problem+json": {"schema": {"type": "object"}}},
                    },
                },
            },
        }))
    }

    #[test]
    fn operations_by_tag() {
        let groups = document().groups();
        let names: Vec<_> = groups.iter().map(|group| group.name.as_str()).collect();
        assert_eq!(names, ["audit", "coupons"]);
        let expected = Operation {
            id: "get_coupon".to_owned(),
            method: "GET".to_owned(),
            path: "/v1/coupons/{code}".to_owned(),
            summary: "A coupon.".to_owned(),
        };
        assert_eq!(groups[1].operations, [expected]);
        assert!(Document::new(json!("none")).groups().is_empty());
    }

    #[test]
    fn details() {
        let (document, groups) = (document(), document().groups());
        let detail = document.detail(&groups[1].operations[0]).unwrap();
        assert_eq!(detail.credentials, ["user_token"]);
        assert_eq!(detail.permission.as_deref(), Some("promotions.read"));
        assert_eq!(detail.parameters[0].place, "path");
        assert!(detail.parameters[0].is_required && detail.body.is_none());
        let answers: Vec<_> = detail.answers.iter().map(|answer| answer.status.as_str()).collect();
        assert_eq!(answers, ["200", "404"]);
        assert_eq!(
            component_name(&detail.answers[0].body.as_ref().unwrap().schema),
            Some("Coupon")
        );
        assert_eq!(detail.answers[1].description, "`not_found`: Not found");
        assert_eq!(detail.answers[1].body, None);
        let detail = document.detail(&groups[0].operations[0]).unwrap();
        assert_eq!(detail.body.unwrap().media_type, "text/csv");
        assert!(detail.credentials.is_empty());
        let gone = Operation {
            path: "/v1/gone".to_owned(),
            ..groups[0].operations[0].clone()
        };
        assert_eq!(document.detail(&gone), None);
    }

    #[test]
    fn references_end() {
        let document = document();
        let circle = json!({"$ref": "#/components/schemas/Circle"});
        assert_eq!(component_name(document.resolve(&circle)), Some("Circle"));
        let nowhere = json!({"$ref": "#/components/schemas/Nowhere"});
        assert_eq!(document.resolve(&nowhere), &nowhere);
    }

    #[test]
    fn search() {
        let operation = &document().groups()[1].operations[0];
        let check = |typed, expected| assert_eq!(matches(operation, typed), expected, "{typed:?}");
        check("", true);
        check(" Coupon", true);
        check("get", true);
        check("/v1/coupons/", true);
        check("batch", false);
    }
}
