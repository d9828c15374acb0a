//! Schemas that several resources share, from the constants that their checks use.

use std::borrow::Cow;
use std::marker::PhantomData;

use engine::app_key::Mode;
use engine::ids::{
    AppKeyId, AuditEventId, CouponBatchId, EvaluationId, InvitationId, OrganizationId, PromotionId, RedemptionId,
    RoleId, SampleId, SessionId, UserId,
};
use engine::problem::ProblemType;
use engine::promotion::MAX_CODE_CHARS;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::operation::nullable;
use crate::auth::permission::Permission;
use crate::routes::input::MAX_NAME_CHARS;

/// An identifier, in the schema of a type that holds one: `#[schemars(with = "Id<RoleId>")]`.
pub(crate) struct Id<T>(PhantomData<T>);

/// An identifier's prefix.
pub(crate) trait Prefixed {
    const PREFIX: &'static str;
}

macro_rules! ids {
    ($($name:ident)*) => { $(impl Prefixed for $name { const PREFIX: &'static str = Self::PREFIX; })* };
}

ids! {
    AppKeyId AuditEventId CouponBatchId EvaluationId InvitationId OrganizationId PromotionId RedemptionId RoleId
    SampleId SessionId UserId
}

impl<T: Prefixed> JsonSchema for Id<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        T::PREFIX.into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        // Hexadecimal, as `engine::ids` writes it.
        json_schema!({"type": "string", "pattern": format!("^{}[0-9a-f]{{32}}$", T::PREFIX)})
    }
}

impl JsonSchema for Permission {
    fn schema_name() -> Cow<'static, str> {
        "Permission".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        words(Self::ALL.iter().map(|permission| permission.as_str()))
    }
}

/// An identifier in a path or a body.
pub(crate) fn id<T: Prefixed>(schemas: &mut SchemaGenerator) -> Schema {
    schemas.subschema_for::<Id<T>>()
}

/// A promotion's code as callers may write it.
pub(crate) fn code(_: &mut SchemaGenerator) -> Schema {
    let pattern = format!("^[A-Za-z0-9][A-Za-z0-9_-]{{0,{}}}$", MAX_CODE_CHARS - 1);
    json_schema!({"type": "string", "pattern": pattern, "examples": ["summer-10"]})
}

/// A name: see [`Fields::name`](crate::routes::input::Fields::name).
pub(crate) fn name(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "string", "minLength": 1, "maxLength": MAX_NAME_CHARS,
        "description": "Without control characters; spaces around it are dropped."
    })
}

/// The same where it may be left out.
pub(crate) fn name_or_null(schemas: &mut SchemaGenerator) -> Schema {
    nullable(name(schemas))
}

/// Any text.
pub(crate) fn text(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "string"})
}

/// A time, or null for none.
pub(crate) fn time_or_null(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": ["string", "null"], "format": "date-time"})
}

/// Whether a key's traffic counts.
pub(crate) fn mode(_: &mut SchemaGenerator) -> Schema {
    words([Mode::Live, Mode::Test].map(Mode::as_str))
}

/// One of some words.
pub(crate) fn words(words: impl IntoIterator<Item = &'static str>) -> Schema {
    let words: Vec<_> = words.into_iter().collect();
    json_schema!({"type": "string", "enum": words})
}

// [`engine::problem::Problem`]
/// The body of a problem (RFC 9457).
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct Problem {
    /// A URI that names the type.
    #[schemars(rename = "type")]
    kind: String,
    /// The type's title.
    title: String,
    /// The HTTP status.
    status: u16,
    /// What to do about this occurrence.
    detail: String,
    code: ProblemCode,
    /// The request's identifier, also in `X-Request-Id`.
    request_id: String,
    /// Every field error of an invalid request.
    #[schemars(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldProblem>,
}

// [`engine::problem::FieldError`]
/// What is wrong with one field of the input.
#[derive(JsonSchema)]
#[schemars(rename = "FieldError")]
#[expect(dead_code, reason = "only its schema is used")]
struct FieldProblem {
    /// A JSON pointer (RFC 6901) into the body, or `/` and a parameter's name; empty for the whole body.
    pointer: String,
    /// A stable slug.
    code: String,
    /// A sentence that says what to do.
    detail: String,
    /// Where in a condition's source the error starts, in bytes; only for conditions.
    #[schemars(skip_serializing_if = "Option::is_none", with = "usize")]
    start: Option<usize>,
    /// Where it ends, exclusive, in bytes.
    #[schemars(skip_serializing_if = "Option::is_none", with = "usize")]
    end: Option<usize>,
}

struct ProblemCode;

impl JsonSchema for ProblemCode {
    fn schema_name() -> Cow<'static, str> {
        "ProblemCode".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let mut schema = words(ProblemType::ALL.iter().map(|kind| kind.code()));
        schema.insert(
            "description".to_owned(),
            "The stable slug that clients match on.".into(),
        );
        schema
    }
}
