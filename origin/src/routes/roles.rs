//! Roles: named sets of permissions. The two built-in ones are listed with the others and never change.

use axum::Json;
use axum::extract::State;
use axum::response::NoContent;
use chrono::{DateTime, Utc};
use engine::ids::RoleId;
use engine::problem::ProblemType;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::input::{Created, Fields, JsonBody, Page, PageQuery, Path, Query};
use super::users::require_cover;
use crate::app::App;
use crate::audit::{self, Action, Entry};
use crate::auth::permission::Permission;
use crate::auth::{Allowed, PermissionSet, Principal, UsersManage, role_permissions};
use crate::db::Tenant;
use crate::db::organizations::lock_organization;
use crate::db::roles::{self, RoleRow};
use crate::openapi::doc::{self, Doc, Field};
use crate::openapi::schema::{self, Id};
use crate::problem::Error;
use crate::random::new_id;

/// Most roles of an organisation: far more than anyone keeps apart, and a list of them stays one page.
const MAX_ROLES: i64 = 100;

/// A role.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Role")]
pub(crate) struct RoleOut {
    #[schemars(with = "Id<RoleId>")]
    id: RoleId,
    name: String,
    /// "admin" or "analyst" for the two that every organisation has.
    built_in: Option<String>,
    #[schemars(with = "Vec<Permission>")]
    permissions: Vec<&'static str>,
    /// How many users have it.
    users: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl RoleOut {
    fn from_row(row: RoleRow) -> Self {
        let permissions = permissions_of(&row).words();
        Self {
            id: row.id.into(),
            name: row.name,
            built_in: row.built_in,
            permissions,
            users: row.users,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

pub(crate) const LIST_ROLES: Doc = Doc::new("list_roles", "The roles of the organisation, newest first.");

const PATH: &[(&str, doc::MakeSchema)] = &[("id", schema::id::<RoleId>)];

/// `GET /v1/roles`, newest first.
pub(crate) async fn list_roles(
    State(app): State<App>,
    Allowed { principal, .. }: Allowed<UsersManage>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<RoleOut>>, Error> {
    let page = page.parse::<RoleId>()?;
    let list = || async {
        let mut tenant = app.db.begin(principal.organization).await?;
        let rows = roles::list_roles(&mut tenant, page.before, page.rows()).await?;
        tenant.commit(rows).await
    };
    let rows = app.db.transaction("list_roles", list).await?;
    let roles = rows.into_iter().map(RoleOut::from_row);
    Ok(Json(page.page(roles.map(|role| (role.id.to_string(), role)).collect())))
}

const NEW_ROLE: &[Field] = &[
    Field::required("name", schema::name),
    Field::required("permissions", doc::of::<Vec<Permission>>),
];

pub(crate) const CREATE_ROLE: Doc = Doc::new("create_role", "Makes a role with permissions that the caller holds.")
    .body(NEW_ROLE)
    .problems(&[ProblemType::Conflict]);

/// `POST /v1/roles`.
pub(crate) async fn create_role(
    State(app): State<App>,
    Allowed { principal, .. }: Allowed<UsersManage>,
    JsonBody(body): JsonBody,
) -> Result<Created<Json<RoleOut>>, Error> {
    let mut fields = Fields::only(&body, NEW_ROLE)?;
    let name = fields.name("name").unwrap_or_default();
    let permissions = parse_permissions(&mut fields);
    fields.finish()?;
    require_cover(&principal, &permissions)?;
    let now = app.clock.now();
    let row = RoleRow {
        id: new_id(RoleId::from_parts, now)?.uuid(),
        name: name.to_owned(),
        built_in: None,
        permissions: permissions.words().into_iter().map(str::to_owned).collect(),
        created_at: now,
        updated_at: now,
        users: 0,
    };
    let create = || async {
        let mut tenant = app.db.begin(principal.organization).await?;
        lock_organization(&mut tenant).await?;
        if roles::count_roles(&mut tenant).await? >= MAX_ROLES {
            let detail = format!("An organisation has at most {MAX_ROLES} roles: delete one that nobody needs.");
            return Err(Error::new(ProblemType::Conflict, detail));
        }
        roles::insert_role(&mut tenant, &row).await?;
        let after = RoleOut::from_row(row.clone());
        let entry = Entry::new(Action::RoleCreated, after.id).after(&after)?;
        audit::record(&app, &mut tenant, &principal.actor(), entry).await?;
        tenant.commit(after).await
    };
    let out = app.db.transaction("create_role", create).await?;
    Ok(Created(Json(out)))
}

const CHANGED_ROLE: &[Field] = &[
    Field::optional("name", schema::name),
    Field::optional("permissions", doc::of::<Vec<Permission>>),
];

pub(crate) const UPDATE_ROLE: Doc = Doc::new("update_role", "Changes a role: what is left out stays as it is.")
    .path(PATH)
    .body(CHANGED_ROLE)
    .problems(&[ProblemType::Conflict]);

/// `PATCH /v1/roles/{id}`: what is left out stays as it is. Users with the role have the new permissions from their
/// next request on.
pub(crate) async fn update_role(
    State(app): State<App>,
    Allowed { principal, .. }: Allowed<UsersManage>,
    Path(id): Path<String>,
    JsonBody(body): JsonBody,
) -> Result<Json<RoleOut>, Error> {
    let id = parse_id(&id)?;
    let mut fields = Fields::only(&body, CHANGED_ROLE)?;
    let name = fields.has("name").then(|| fields.name("name").unwrap_or_default());
    let permissions = fields.has("permissions").then(|| parse_permissions(&mut fields));
    fields.finish()?;
    let now = app.clock.now();
    let update = || async {
        let mut tenant = app.db.begin(principal.organization).await?;
        let before = lock_custom_role(&mut tenant, &principal, id).await?;
        let permissions = permissions.clone().unwrap_or_else(|| permissions_of(&before));
        require_cover(&principal, &permissions)?;
        let after = RoleRow {
            name: name.unwrap_or(&before.name).to_owned(),
            permissions: permissions.words().into_iter().map(str::to_owned).collect(),
            updated_at: now,
            ..before.clone()
        };
        roles::update_role(&mut tenant, &after).await?;
        let (before, after) = (RoleOut::from_row(before), RoleOut::from_row(after));
        let entry = Entry::new(Action::RoleUpdated, id).before(&before)?.after(&after)?;
        audit::record(&app, &mut tenant, &principal.actor(), entry).await?;
        tenant.commit(after).await
    };
    Ok(Json(app.db.transaction("update_role", update).await?))
}

pub(crate) const DELETE_ROLE: Doc = Doc::new("delete_role", "Deletes a role that nobody has.")
    .path(PATH)
    .problems(&[ProblemType::Conflict]);

/// `DELETE /v1/roles/{id}`: one that no user has and no open invitation names.
pub(crate) async fn delete_role(
    State(app): State<App>,
    Allowed { principal, .. }: Allowed<UsersManage>,
    Path(id): Path<String>,
) -> Result<NoContent, Error> {
    let id = parse_id(&id)?;
    let delete = || async {
        let mut tenant = app.db.begin(principal.organization).await?;
        let before = lock_custom_role(&mut tenant, &principal, id).await?;
        roles::delete_role(&mut tenant, id).await?;
        let entry = Entry::new(Action::RoleDeleted, id).before(&RoleOut::from_row(before))?;
        audit::record(&app, &mut tenant, &principal.actor(), entry).await?;
        tenant.commit(()).await
    };
    app.db.transaction("delete_role", delete).await?;
    Ok(NoContent)
}

/// A role that the caller may change, in an organisation whose changes wait for this one.
async fn lock_custom_role(tenant: &mut Tenant, principal: &Principal, id: RoleId) -> Result<RoleRow, Error> {
    lock_organization(tenant).await?;
    let role = roles::find_role(tenant, id).await?.ok_or_else(not_found)?;
    if role.built_in.is_some() {
        return Err(Error::new(
            ProblemType::Conflict,
            "Every organisation has this role as it is: make a role of your own beside it.",
        ));
    }
    require_cover(principal, &permissions_of(&role))?;
    Ok(role)
}

fn permissions_of(row: &RoleRow) -> PermissionSet {
    role_permissions(row.built_in.as_deref(), &row.permissions)
}

fn parse_permissions(fields: &mut Fields<'_>) -> PermissionSet {
    let Some(words) = fields.value("permissions").and_then(Value::as_array) else {
        fields.error("/permissions", "permissions_invalid", permissions_help());
        return PermissionSet::default();
    };
    let parsed: Vec<_> = words
        .iter()
        .map(|word| word.as_str().and_then(Permission::parse))
        .collect();
    for (index, _) in parsed.iter().enumerate().filter(|(_, permission)| permission.is_none()) {
        fields.error(
            format!("/permissions/{index}"),
            "permission_unknown",
            permissions_help(),
        );
    }
    parsed.into_iter().flatten().collect()
}

fn permissions_help() -> String {
    let words: Vec<_> = Permission::ALL.iter().map(|permission| permission.as_str()).collect();
    format!("Send a list of some of `{}`.", words.join("`, `"))
}

fn parse_id(id: &str) -> Result<RoleId, Error> {
    id.parse().map_err(|_| not_found())
}

fn not_found() -> Error {
    Error::not_found("No role has this id: list your roles for those that exist.")
}
