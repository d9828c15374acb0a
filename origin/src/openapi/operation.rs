//! An operation while it is described, and its form in the document.

use std::collections::BTreeMap;

use engine::problem::{MEDIA_TYPE, ProblemType};
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::doc::{Body, Doc};
use super::schema::Problem;
use crate::auth::permission::Permission;

/// Problems that any operation may meet: a fault of ours, or a part that is away.
const ALWAYS: [ProblemType; 2] = [ProblemType::Internal, ProblemType::Unavailable];
/// Problems of a body.
const OF_BODIES: [ProblemType; 5] = [
    ProblemType::Malformed,
    ProblemType::RequestTimeout,
    ProblemType::BodyTooLarge,
    ProblemType::UnsupportedMediaType,
    ProblemType::InvalidRequest,
];

/// Whose credential an operation takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Credential {
    None,
    UserToken,
    AppKey,
    SessionCookie,
}

/// An operation under way.
#[derive(Debug)]
pub(crate) struct Operation<'a> {
    schemas: &'a mut SchemaGenerator,
    /// The answers that operations share, by name.
    shared: &'a mut Map<String, Value>,
    credential: Credential,
    /// Whether a shop's key stands for a user's token.
    takes_app_key: bool,
    permission: Option<Permission>,
    /// Of the query and the header.
    parameters: Vec<Value>,
    /// The media type of a body that is no JSON.
    text_body: Option<&'static str>,
    answers: BTreeMap<u16, Answer>,
    problems: Vec<ProblemType>,
}

/// What is answered with one status.
#[derive(Debug, Default)]
struct Answer {
    description: String,
    headers: Map<String, Value>,
    /// By media type.
    content: Map<String, Value>,
}

impl<'a> Operation<'a> {
    pub(super) fn new(schemas: &'a mut SchemaGenerator, shared: &'a mut Map<String, Value>) -> Self {
        Self {
            schemas,
            shared,
            credential: Credential::None,
            takes_app_key: false,
            permission: None,
            parameters: Vec::new(),
            text_body: None,
            answers: BTreeMap::new(),
            problems: ALWAYS.to_vec(),
        }
    }

    /// A signed-in user calls it, whose role permits it.
    pub(crate) fn needs_user(&mut self, permission: Option<Permission>) {
        self.credential = Credential::UserToken;
        self.permission = permission;
        self.problem(ProblemType::Unauthenticated);
        if permission.is_some() {
            self.problem(ProblemType::Forbidden);
        }
    }

    /// A shop calls it.
    pub(crate) fn needs_app_key(&mut self) {
        self.credential = Credential::AppKey;
        self.may_refuse_app_key();
    }

    fn may_refuse_app_key(&mut self) {
        self.problem(ProblemType::AppKeyInvalid);
        self.problem(ProblemType::AppKeyNotAllowed);
    }

    /// It may answer this problem.
    pub(crate) fn problem(&mut self, kind: ProblemType) {
        if !self.problems.contains(&kind) {
            self.problems.push(kind);
        }
    }

    /// The fields of `T` are parameters of the query.
    pub(crate) fn takes_query<T: JsonSchema>(&mut self) {
        self.problem(ProblemType::Malformed);
        self.problem(ProblemType::InvalidRequest);
        let settings = SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
        let fields = settings.into_generator().into_root_schema_for::<T>().to_value();
        let fields = fields
            .get("properties")
            .and_then(Value::as_object)
            .cloned()
            .unwrap_or_default();
        self.parameters
            .extend(fields.into_iter().map(|(name, schema)| query_parameter(name, schema)));
    }

    /// A header changes what it does.
    pub(crate) fn takes_header(&mut self, name: &str, description: &str) {
        let schema = json!({"type": "string"});
        self.parameters
            .push(json!({"name": name, "in": "header", "description": description, "schema": schema}));
    }

    /// Its body is JSON.
    pub(crate) fn takes_body(&mut self) {
        for kind in OF_BODIES {
            self.problem(kind);
        }
    }

    /// Its body is text of a media type.
    pub(crate) fn takes_text(&mut self, media_type: &'static str) {
        self.takes_body();
        self.text_body = Some(media_type);
    }

    /// It answers text of a media type.
    pub(crate) fn answers_text(&mut self, status: u16, description: &str, media_type: &str) {
        self.answers_nothing(status, description);
        let answer = self.answers.entry(status).or_default();
        let schema = json!({"schema": {"type": "string"}});
        answer.content.insert(media_type.to_owned(), schema);
    }

    /// It answers JSON.
    pub(crate) fn answers<T: JsonSchema>(&mut self, status: u16, description: &str) {
        let schema = self.schemas.subschema_for::<T>();
        self.answers_nothing(status, description);
        let answer = self.answers.entry(status).or_default();
        answer
            .content
            .insert("application/json".to_owned(), json!({"schema": schema}));
    }

    /// It answers without a body.
    pub(crate) fn answers_nothing(&mut self, status: u16, description: &str) {
        self.answers.entry(status).or_default().description = description.to_owned();
    }

    /// What was described under one status is answered under another.
    pub(crate) fn moves_answer(&mut self, from: u16, to: u16, description: &str) {
        if let Some(mut answer) = self.answers.remove(&from) {
            answer.description = description.to_owned();
            self.answers.insert(to, answer);
        }
    }

    /// An answer has a header.
    pub(crate) fn answers_header(&mut self, status: u16, name: &str, description: &str) {
        let header = json!({"description": description, "schema": {"type": "string"}});
        self.answers
            .entry(status)
            .or_default()
            .headers
            .insert(name.to_owned(), header);
    }

    /// The operation as the document has it.
    pub(super) fn finish(mut self, doc: &Doc, tag: &str) -> Value {
        if doc.cookie {
            self.credential = Credential::SessionCookie;
        }
        if doc.app_key {
            self.takes_app_key = true;
            self.may_refuse_app_key();
        }
        for kind in doc.problems {
            self.problem(*kind);
        }
        let mut operation = Map::new();
        let mut set = |name: &str, value: Value| operation.insert(name.to_owned(), value);
        set("operationId", doc.id.into());
        set("summary", doc.summary.into());
        set("tags", json!([tag]));
        set("security", self.security());
        if let Some(permission) = self.permission {
            set("x-permission", permission.as_str().into());
        }
        let path = doc.path.iter().map(|(name, schema)| {
            let schema = schema(self.schemas);
            json!({"name": name, "in": "path", "required": true, "schema": schema})
        });
        let parameters: Vec<_> = path.chain(self.parameters.drain(..)).collect();
        if !parameters.is_empty() {
            set("parameters", parameters.into());
        }
        if let Some(body) = doc.body {
            let mut content = Map::new();
            content.insert("schema".to_owned(), body_schema(body, self.schemas));
            content.extend(body.example.map(|example| ("example".to_owned(), example())));
            set(
                "requestBody",
                json!({"required": true, "content": {"application/json": content}}),
            );
        }
        if let Some(media_type) = self.text_body {
            let content = json!({media_type: {"schema": {"type": "string"}}});
            set("requestBody", json!({"required": true, "content": content}));
        }
        set("responses", self.responses());
        operation.into()
    }

    fn security(&self) -> Value {
        match self.credential {
            Credential::None => json!([]),
            Credential::UserToken if self.takes_app_key => json!([{"user_token": []}, {"app_key": []}]),
            Credential::UserToken => json!([{"user_token": []}]),
            Credential::AppKey => json!([{"app_key": []}]),
            Credential::SessionCookie => json!([{"session_cookie": []}]),
        }
    }

    /// The answers by status. The problems of one status stand together; one that has nothing else is shared by all
    /// operations that have the same.
    fn responses(self) -> Value {
        let problem = self.schemas.subschema_for::<Problem>();
        let mut kinds: BTreeMap<u16, Vec<ProblemType>> = BTreeMap::new();
        for kind in self.problems {
            kinds.entry(kind.status()).or_default().push(kind);
        }
        let mut answers = self.answers;
        let mut responses = Map::new();
        for (status, kinds) in kinds {
            let success = answers.remove(&status);
            let is_shared = success.is_none();
            let answer = success.unwrap_or_default().or(&kinds, &problem).finish(status);
            if is_shared {
                let name = kinds.iter().map(|kind| kind.code()).collect::<Vec<_>>().join("-or-");
                responses.insert(
                    status.to_string(),
                    json!({"$ref": format!("#/components/responses/{name}")}),
                );
                self.shared.insert(name, answer);
            } else {
                responses.insert(status.to_string(), answer);
            }
        }
        responses.extend(
            answers
                .into_iter()
                .map(|(status, answer)| (status.to_string(), answer.finish(status))),
        );
        responses.into()
    }
}

impl Answer {
    /// The same, or some problems.
    fn or(mut self, kinds: &[ProblemType], problem: &Schema) -> Self {
        for kind in kinds {
            let separator = if self.description.is_empty() { "" } else { ". " };
            self.description += &format!("{separator}`{}`: {}", kind.code(), kind.title());
        }
        self.content.insert(MEDIA_TYPE.to_owned(), json!({"schema": problem}));
        self
    }

    fn finish(mut self, status: u16) -> Value {
        let mut common = |name: &str| {
            let header = json!({"$ref": format!("#/components/headers/{name}")});
            self.headers.insert(name.to_owned(), header);
        };
        common("X-Request-Id");
        if matches!(status, 429 | 503) {
            common("Retry-After");
        }
        let mut answer = json!({"description": self.description, "headers": self.headers});
        if let Some(answer) = answer.as_object_mut().filter(|_| !self.content.is_empty()) {
            answer.insert("content".to_owned(), self.content.into());
        }
        answer
    }
}

/// A parameter that is left out is absent: a query has no null.
fn query_parameter(name: String, mut schema: Value) -> Value {
    let description = schema.as_object_mut().and_then(|schema| schema.remove("description"));
    let types = schema.get("type").and_then(Value::as_array);
    let only = types
        .and_then(|types| types.iter().find(|kind| *kind != "null"))
        .cloned();
    if let Some((kind, only)) = schema.get_mut("type").zip(only) {
        *kind = only;
    }
    if let Some(words) = schema.get_mut("enum").and_then(Value::as_array_mut) {
        words.retain(|word| !word.is_null());
    }
    json!({"name": name, "in": "query", "description": description, "schema": schema})
}

fn body_schema(body: Body, schemas: &mut SchemaGenerator) -> Value {
    let properties: Map<_, _> = body
        .fields
        .iter()
        .map(|field| (field.name.to_owned(), (field.schema)(schemas).to_value()))
        .collect();
    let required: Vec<_> = body
        .fields
        .iter()
        .filter(|field| field.is_required)
        .map(|field| field.name)
        .collect();
    let is_open = !body.is_closed;
    json!({"type": "object", "properties": properties, "required": required, "additionalProperties": is_open})
}

/// The schema of a value that may be null as well.
pub(crate) fn nullable(mut schema: Schema) -> Schema {
    let Some(object) = schema.as_object_mut() else {
        return schema;
    };
    match object.get("type").cloned() {
        Some(Value::String(kind)) => {
            object.insert("type".to_owned(), json!([kind, "null"]));
            if let Some(words) = object.get_mut("enum").and_then(Value::as_array_mut) {
                words.push(Value::Null);
            }
            schema
        }
        _ => schemars::json_schema!({"anyOf": [schema, {"type": "null"}]}),
    }
}
