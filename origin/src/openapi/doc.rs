//! What stands beside a handler: the words of its operation, and the fields of its body.

use engine::problem::ProblemType;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::Value;

/// Makes a schema; what it refers to goes to the components.
pub(crate) type MakeSchema = fn(&mut SchemaGenerator) -> Schema;

/// What a handler's signature does not say.
#[derive(Debug)]
pub(crate) struct Doc {
    pub(super) id: &'static str,
    pub(super) summary: &'static str,
    pub(super) path: &'static [(&'static str, MakeSchema)],
    pub(super) body: Option<Body>,
    pub(super) cookie: bool,
    pub(super) app_key: bool,
    pub(super) problems: &'static [ProblemType],
}

/// The JSON object that an operation takes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Body {
    pub(super) fields: &'static [Field],
    /// Whether other fields are refused.
    pub(super) is_closed: bool,
    pub(super) example: Option<fn() -> Value>,
}

/// A field of a body: [`Fields::only`](crate::routes::input::Fields::only) takes these and no others.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(super) is_required: bool,
    pub(super) schema: MakeSchema,
}

impl Doc {
    /// An operation with its name, which clients generated from the document call it by, and a sentence.
    pub(crate) const fn new(id: &'static str, summary: &'static str) -> Self {
        Self {
            id,
            summary,
            path: &[],
            body: None,
            cookie: false,
            app_key: false,
            problems: &[],
        }
    }

    /// The parameters in the path, in its order.
    pub(crate) const fn path(self, path: &'static [(&'static str, MakeSchema)]) -> Self {
        Self { path, ..self }
    }

    /// The fields of the body, which takes no others.
    pub(crate) const fn body(self, fields: &'static [Field]) -> Self {
        self.with_body(fields, true, None)
    }

    /// The fields of a body whose other fields are ignored, and an example.
    pub(crate) const fn open_body(self, fields: &'static [Field], example: fn() -> Value) -> Self {
        self.with_body(fields, false, Some(example))
    }

    const fn with_body(self, fields: &'static [Field], is_closed: bool, example: Option<fn() -> Value>) -> Self {
        let body = Some(Body {
            fields,
            is_closed,
            example,
        });
        Self { body, ..self }
    }

    /// The cookie of the session stands for the caller.
    pub(crate) const fn cookie(self) -> Self {
        Self { cookie: true, ..self }
    }

    /// A shop's key may call it as well, which the edge answers itself.
    pub(crate) const fn app_key(self) -> Self {
        Self { app_key: true, ..self }
    }

    /// Problems beside those that follow from the signature.
    pub(crate) const fn problems(self, problems: &'static [ProblemType]) -> Self {
        Self { problems, ..self }
    }
}

impl Field {
    /// A field without which the body is refused.
    pub(crate) const fn required(name: &'static str, schema: MakeSchema) -> Self {
        Self {
            name,
            is_required: true,
            schema,
        }
    }

    /// A field that may be left out.
    pub(crate) const fn optional(name: &'static str, schema: MakeSchema) -> Self {
        Self {
            name,
            is_required: false,
            schema,
        }
    }
}

/// The schema of a type, among the components.
pub(crate) fn of<T: JsonSchema>(schemas: &mut SchemaGenerator) -> Schema {
    schemas.subschema_for::<T>()
}
