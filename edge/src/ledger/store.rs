//! The object's rows. Each function is one statement, so that it happens wholly or not at all; a command takes one to
//! read what it is about and one to write what follows.

use std::cell::{Cell, RefCell};

use engine::coupon::CouponCode;
use engine::ids::{AppKeyId, LedgerEventId};
use engine::ledger::{Changed, Command, Config, Event, ListedCoupon, Redeem, State, Stored};
use serde_json::Value;
use worker::SqlStorage;
use worker::wasm_bindgen::{self, JsValue, prelude::wasm_bindgen};

use super::outbox::Unsent;
use super::row::{Fallible, Row, text};
use super::schema::{MIGRATIONS, SCHEMA, SELECT_MADE};

/// What a [`Stored`] is read from, in the order of [`Row::stored`].
macro_rules! columns {
    () => {
        "id, status, transaction_id, customer_id, coupon, counted, reserved_until, rolled_back, updated_at, entry"
    };
}

/// What every command is decided on: whether its key was revoked, and when the first reservation ends.
macro_rules! about_all {
    () => {
        "EXISTS (SELECT 1 FROM revoked_keys WHERE key_id = ?1 ->> 0), \
         (SELECT min(reserved_until) FROM redemptions WHERE status = 'reserved')"
    };
}

/// The redemption, as an array in the one that the statement gives, or null. To order rows, or for a left join, SQLite would
/// make a table for each run.
macro_rules! redemption {
    ($condition:literal) => {
        concat!(
            "json((SELECT json_array(",
            columns!(),
            ") FROM redemptions WHERE ",
            $condition,
            "))"
        )
    };
}

const SELECT_BY_PLACE: &str = concat!(
    "SELECT json_array(",
    about_all!(),
    ", (SELECT value FROM counts WHERE name = 'redemptions'), (SELECT value FROM counts WHERE name = ?1 ->> 1), \
     (SELECT value FROM counts WHERE name = ?1 ->> 2), (SELECT value FROM counts WHERE name = ?1 ->> 3), \
     (SELECT coupon FROM coupons WHERE code = ?1 ->> 4), ",
    redemption!("key = ?1 ->> 5 AND status NOT IN ('released', 'expired')"),
    ") AS row"
);
const SELECT_BY_ID: &str = concat!(
    "SELECT json_array(",
    about_all!(),
    ", (SELECT answer FROM answers WHERE redemption_id = ?1 ->> 1 AND idempotency_key = ?1 ->> 2), ",
    redemption!("id = ?1 ->> 1"),
    ") AS row"
);
const SELECT_ENDED: &str = concat!(
    "SELECT json_array(",
    columns!(),
    ") FROM redemptions WHERE status = 'reserved' AND reserved_until <= ?1 ->> 0 ORDER BY reserved_until, id"
);
const SELECT_CONFIG: &str = "SELECT json_array((SELECT config FROM config)) AS row";
const INSERT_GRANT: &str = "INSERT INTO grants (id, event_id, key, status, transaction_id, customer_id, coupon, counted, \
    currency, amount, reserved_until, updated_at, entry) VALUES (?1 ->> 0, ?1 ->> 1, ?1 ->> 2, ?1 ->> 3, ?1 ->> 4, \
    ?1 ->> 5, ?1 ->> 6, ?1 ->> 7, ?1 ->> 8, ?1 ->> 9, ?1 ->> 10, ?1 ->> 11, ?2)";
const INSERT_TRANSITION: &str = "INSERT INTO transitions (id, event_id, old_status, old_rolled_back, status, rolled_back, \
    updated_at, idempotency_key, answer) VALUES (?1 ->> 0, ?1 ->> 1, ?1 ->> 2, ?1 ->> 3, ?1 ->> 4, \
    ?1 ->> 5, ?1 ->> 6, ?1 ->> 7, ?1 ->> 8)";
const UPSERT_CONFIG: &str = "INSERT INTO config (id, revision, config) VALUES (1, ?1 ->> 0, ?1 ->> 1) \
    ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, config = excluded.config \
    WHERE excluded.revision >= config.revision";
const UPSERT_COUPONS: &str = "INSERT INTO coupons (code, revision, coupon) \
    SELECT value ->> 'code', value ->> 'revision', value FROM json_each(?1) WHERE true \
    ON CONFLICT (code) DO UPDATE SET revision = excluded.revision, coupon = excluded.coupon \
    WHERE excluded.revision >= coupons.revision";
const INSERT_REVOKED_KEY: &str = "INSERT INTO revoked_keys (key_id) VALUES (?1 ->> 0) ON CONFLICT DO NOTHING";

/// What a statement is about: `?1` is the JSON array of its values, if it has any. Each value for itself would be several
/// steps over the boundary to JavaScript, and to bind it costs the platform more than SQLite takes to read it there.
#[derive(Debug, Default)]
pub(super) struct Bindings {
    pub(super) values: Vec<Value>,
    /// `?2`, a long text, which within JSON would be escaped.
    pub(super) text: Option<String>,
}

impl From<Vec<Value>> for Bindings {
    fn from(values: Vec<Value>) -> Self {
        Self { values, text: None }
    }
}

impl Bindings {
    /// `?1`.
    pub(super) fn to_json(&self) -> Fallible<Option<String>> {
        if self.values.is_empty() {
            return Ok(None);
        }
        let mut json = String::with_capacity(USUAL_BYTES);
        let mut before = '[';
        for value in &self.values {
            json.push(before);
            push(&mut json, value)?;
            before = ',';
        }
        json.push(']');
        Ok(Some(json))
    }
}

/// Bytes of the values of a grant, with some room.
const USUAL_BYTES: usize = 512;

/// The JSON of a value: the same that serde writes, which looks at each byte of a text for longer.
fn push(json: &mut String, value: &Value) -> Fallible<()> {
    let is_plain = |byte: u8| byte >= b' ' && byte != b'"' && byte != b'\\';
    match value {
        Value::Null => json.push_str("null"),
        Value::String(text) if text.bytes().all(is_plain) => {
            json.push('"');
            json.push_str(text);
            json.push('"');
        }
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => {
            json.push_str(&serde_json::to_string(value).map_err(text)?);
        }
    }
    Ok(())
}

/// Runs SQL.
pub(super) trait Sql {
    /// The row of a query that always has one, value by value. It is one column, a JSON array: the platform takes longer over
    /// the name and the value of a column than SQLite over such an array. This one's is `row`.
    fn row(&self, query: &'static str, bindings: Bindings) -> Fallible<Vec<Value>>;
    /// The rows of another query, each as such an array.
    fn rows(&self, query: &'static str, bindings: Bindings) -> Fallible<Vec<Vec<Value>>>;
    /// Runs a statement that writes, or several when there are no bindings.
    fn run(&self, statement: &'static str, bindings: Bindings) -> Fallible<()>;
}

impl Sql for SqlStorage {
    fn row(&self, query: &'static str, bindings: Bindings) -> Fallible<Vec<Value>> {
        let values = bindings.to_json()?;
        let row = query_row(self.as_ref(), query, values.as_deref()).map_err(thrown)?;
        serde_json::from_str(&row).map_err(text)
    }

    fn rows(&self, query: &'static str, bindings: Bindings) -> Fallible<Vec<Vec<Value>>> {
        let values = bindings.to_json()?;
        let rows = query_rows(self.as_ref(), query, values.as_deref()).map_err(thrown)?;
        serde_json::from_str(&rows).map_err(text)
    }

    fn run(&self, statement: &'static str, bindings: Bindings) -> Fallible<()> {
        let values = bindings.to_json()?;
        run_statement(self.as_ref(), statement, values.as_deref(), bindings.text.as_deref()).map_err(thrown)
    }
}

#[wasm_bindgen(module = "/src/glue.js")]
extern "C" {
    #[wasm_bindgen(catch, js_name = queryRow)]
    fn query_row(sql: &JsValue, query: &str, values: Option<&str>) -> Result<String, JsValue>;
    #[wasm_bindgen(catch, js_name = queryRows)]
    fn query_rows(sql: &JsValue, query: &str, values: Option<&str>) -> Result<String, JsValue>;
    #[wasm_bindgen(catch, js_name = runStatement)]
    fn run_statement(sql: &JsValue, statement: &str, values: Option<&str>, text: Option<&str>) -> Result<(), JsValue>;
}

fn thrown(error: JsValue) -> String {
    worker::Error::from(error).to_string()
}

/// The tables of an object.
pub(super) struct Store<S> {
    pub(super) sql: S,
    /// Without them, nothing was ever written here.
    has_tables: Cell<bool>,
    pub(super) unsent: RefCell<Unsent>,
}

/// What is known before a command.
pub(super) struct Known<'s> {
    pub(super) state: State<'s>,
    /// When the first reservation ends, in milliseconds.
    first_end: Option<u64>,
}

impl Known<'_> {
    /// Whether reservations have ended that are not written as such.
    pub(super) fn is_behind(&self, now_millis: u64) -> bool {
        self.first_end.is_some_and(|end| end <= now_millis)
    }
}

impl<S: Sql> Store<S> {
    /// Opens the storage. Writes nothing, but where an older release made the tables.
    pub(super) fn open(sql: S) -> Fallible<Self> {
        let store = Self {
            sql,
            has_tables: Cell::new(false),
            unsent: RefCell::default(),
        };
        let made = store.made()?;
        store.has_tables.set(made.is_some());
        for (made_as, migration) in MIGRATIONS {
            if made.as_ref().is_some_and(|made| made.contains(made_as)) {
                store.sql.run(migration, Bindings::default())?;
            }
        }
        Ok(store)
    }

    /// Whether anything was ever written.
    pub(super) const fn has_tables(&self) -> bool {
        self.has_tables.get()
    }

    /// The statements that made what has changed since the first release; `None` for an object without tables.
    fn made(&self) -> Fallible<Option<String>> {
        self.row(SELECT_MADE, vec![])?.optional_text()
    }

    /// Reads something.
    pub(super) fn check(&self) -> Fallible<()> {
        self.made().map(drop)
    }

    /// What a command is about: the redemption of the place, or the one that the command names.
    pub(super) fn known<'s>(&self, key: &str, command: &Command, config: Option<&'s Config>) -> Fallible<Known<'s>> {
        let mut known = Known {
            state: State {
                config,
                ..State::default()
            },
            first_end: None,
        };
        if !self.has_tables() {
            return Ok(known);
        }
        let app_key = command.app_key().map(String::from).into();
        match command {
            Command::Redeem(redeem) => self.read_place(app_key, key, counted(redeem), &mut known)?,
            Command::LookUp { .. } => self.read_place(app_key, key, Default::default(), &mut known)?,
            Command::Confirm(handle) | Command::Release(handle) | Command::Find(handle) => {
                self.read_named(app_key, handle.redemption_id.into(), None, &mut known)?;
            }
            Command::RollBack(wanted) => {
                let id = wanted.handle.redemption_id.into();
                self.read_named(app_key, id, wanted.idempotency_key.clone(), &mut known)?;
            }
            Command::Expire => {}
        }
        Ok(known)
    }

    fn read_place(
        &self,
        app_key: Value,
        key: &str,
        counted: [Option<String>; 4],
        known: &mut Known<'_>,
    ) -> Fallible<()> {
        let mut bindings = vec![app_key];
        bindings.extend(counted.map(Value::from));
        bindings.push(key.into());
        let mut row = self.row(SELECT_BY_PLACE, bindings)?;
        let state = &mut known.state;
        state.key_revoked = row.flag()?;
        known.first_end = row.integer()?;
        state.redemptions = row.count()?;
        state.spent = row.count()?;
        state.customer_redemptions = row.count()?;
        state.coupon_uses = row.count()?;
        state.coupon = row.json()?;
        state.redemption = row.nested()?.map(|mut row| row.stored()).transpose()?;
        Ok(())
    }

    fn read_named(
        &self,
        app_key: Value,
        id: String,
        idempotency_key: Option<String>,
        known: &mut Known<'_>,
    ) -> Fallible<()> {
        let bindings = vec![app_key, id.into(), idempotency_key.into()];
        let mut row = self.row(SELECT_BY_ID, bindings)?;
        known.state.key_revoked = row.flag()?;
        known.first_end = row.integer()?;
        known.state.remembered = row.json()?;
        known.state.redemption = row.nested()?.map(|mut row| row.stored()).transpose()?;
        Ok(())
    }

    /// The reservations that ended and are not written as such, the first end first.
    pub(super) fn ended(&self, now_millis: u64) -> Fallible<Vec<Stored>> {
        if !self.has_tables() {
            return Ok(Vec::new());
        }
        let rows = self.rows(SELECT_ENDED, vec![now_millis.into()])?;
        rows.map(|mut row| row.stored()).collect()
    }

    /// Writes what was decided, and the event that tells of it, which is to be sent then. Nothing is written when the
    /// redemption is not as it was read.
    pub(super) fn write(
        &self,
        key: &str,
        idempotency_key: Option<&str>,
        event: &Event,
        id: LedgerEventId,
    ) -> Fallible<()> {
        let message = String::from_utf8(event.message(id).map_err(text)?).map_err(text)?;
        let (statement, bindings) = match event {
            Event::Granted(stored) => (INSERT_GRANT, grant(id, key, stored)?),
            Event::Changed(changed) => (INSERT_TRANSITION, transition(id, idempotency_key, changed)?.into()),
        };
        self.run(statement, bindings)?;
        self.unsent.borrow_mut().push(&message);
        Ok(())
    }

    /// What the origin said of the promotion, as a text.
    pub(super) fn config(&self) -> Fallible<Option<String>> {
        if !self.has_tables() {
            return Ok(None);
        }
        self.row(SELECT_CONFIG, vec![])?.optional_text()
    }

    /// Keeps a configuration, unless a newer one is there.
    pub(super) fn set_config(&self, config: &Config) -> Fallible<()> {
        let row = vec![config.revision.into(), config.to_json().map_err(text)?.into()];
        self.run(UPSERT_CONFIG, row)
    }

    /// Lists coupons, except where a newer state of one is listed.
    pub(super) fn list(&self, coupons: &[ListedCoupon]) -> Fallible<()> {
        if coupons.is_empty() {
            return Ok(());
        }
        let coupons = coupons.iter().map(serde_json::to_value).collect::<Result<Vec<_>, _>>();
        self.run(UPSERT_COUPONS, coupons.map_err(text)?)
    }

    /// Refuses a key from now on.
    pub(super) fn revoke_key(&self, id: AppKeyId) -> Fallible<()> {
        self.run(INSERT_REVOKED_KEY, vec![id.to_string().into()])
    }

    /// Runs a statement that writes.
    pub(super) fn run(&self, statement: &'static str, bindings: impl Into<Bindings>) -> Fallible<()> {
        if !self.has_tables() {
            self.sql.run(SCHEMA, Bindings::default())?;
            self.has_tables.set(true);
        }
        self.sql.run(statement, bindings.into())
    }

    /// The rows of a query.
    pub(super) fn rows(&self, query: &'static str, bindings: Vec<Value>) -> Fallible<impl Iterator<Item = Row>> {
        Ok(self.sql.rows(query, bindings.into())?.into_iter().map(Row::new))
    }

    /// The row of a query that always has one.
    pub(super) fn row(&self, query: &'static str, bindings: Vec<Value>) -> Fallible<Row> {
        Ok(Row::new(self.sql.row(query, bindings.into())?))
    }
}

/// The names under which a redemption's currency, customer and coupon are counted, and its coupon's code.
fn counted(redeem: &Redeem) -> [Option<String>; 4] {
    let claim = &redeem.claim;
    let discount = redeem.entry.facts().discount.filter(|_| claim.counted);
    let customer = claim.customer_id.as_ref().filter(|_| claim.counted);
    let coupon = claim.coupon.as_ref().map(|coupon| coupon.code.as_str());
    [
        discount.map(|discount| ["spent:", discount.currency().code()].concat()),
        customer.map(|customer| ["customer:", customer].concat()),
        coupon.map(|code| ["coupon:", code].concat()),
        coupon.map(str::to_owned),
    ]
}

fn grant(event: LedgerEventId, key: &str, stored: &Stored) -> Fallible<Bindings> {
    let discount = stored.discount();
    let until = stored.reserved_until.map(|until| until.timestamp_millis());
    let values = vec![
        String::from(stored.id).into(),
        String::from(event).into(),
        key.into(),
        stored.status.as_str().into(),
        stored.transaction_id.as_deref().into(),
        stored.customer_id.as_deref().into(),
        stored.coupon.as_ref().map(CouponCode::as_str).into(),
        i64::from(stored.counted).into(),
        discount.map(|discount| discount.currency().code().to_owned()).into(),
        discount.map_or(0, engine::money::Money::amount).into(),
        until.into(),
        stored.updated_at.timestamp_millis().into(),
    ];
    let entry = String::from_utf8(stored.entry.to_json()).map_err(text)?;
    Ok(Bindings {
        values,
        text: Some(entry),
    })
}

fn transition(event: LedgerEventId, idempotency_key: Option<&str>, changed: &Changed) -> Fallible<Vec<Value>> {
    let Changed {
        before,
        after,
        remembered,
    } = changed;
    let remembered = remembered.as_ref().map(serde_json::to_string).transpose();
    Ok(vec![
        String::from(after.id).into(),
        String::from(event).into(),
        before.status.as_str().into(),
        before.rolled_back.into(),
        after.status.as_str().into(),
        after.rolled_back.into(),
        after.updated_at.timestamp_millis().into(),
        idempotency_key.into(),
        remembered.map_err(text)?.into(),
    ])
}
