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
use super::schema::{MIGRATION, OLD_COLUMN, SCHEMA, SELECT_MADE};

/// What a [`Stored`] is read from, in the order of [`Row::stored`].
macro_rules! columns {
    () => {
        "id, status, transaction_id, customer_id, coupon, counted, reserved_until, rolled_back, updated_at, entry"
    };
}

/// What every command is decided on: whether its key was revoked, and when the first reservation ends.
macro_rules! about_all {
    () => {
        "EXISTS (SELECT 1 FROM revoked_keys WHERE key_id = ?), \
         (SELECT min(reserved_until) FROM redemptions WHERE status = 'reserved')"
    };
}

/// One row in any case: the redemption, or nulls when there is none. A left join would say the same, but with one the
/// platform's SQLite compiles the statement anew for each run, which takes three times as long.
macro_rules! redemption_or_nulls {
    ($condition:literal) => {
        concat!(
            " FROM (SELECT ",
            columns!(),
            " FROM redemptions WHERE ",
            $condition,
            " UNION ALL SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL) ORDER BY id IS NULL LIMIT 1"
        )
    };
}

const SELECT_BY_PLACE: &str = concat!(
    "SELECT ",
    about_all!(),
    ", (SELECT value FROM counts WHERE name = 'redemptions'), (SELECT value FROM counts WHERE name = ?), \
     (SELECT value FROM counts WHERE name = ?), (SELECT value FROM counts WHERE name = ?), \
     (SELECT coupon FROM coupons WHERE code = ?), ",
    columns!(),
    redemption_or_nulls!("key = ? AND status IN ('reserved', 'committed', 'rolled_back')")
);
const SELECT_BY_ID: &str = concat!(
    "SELECT ",
    about_all!(),
    ", (SELECT answer FROM answers WHERE redemption_id = ? AND idempotency_key = ?), ",
    columns!(),
    redemption_or_nulls!("id = ?")
);
const SELECT_ENDED: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM redemptions WHERE status = 'reserved' AND reserved_until <= ? ORDER BY reserved_until, id"
);
const SELECT_CONFIG: &str = "SELECT config FROM config";
const INSERT_GRANT: &str = "INSERT INTO grants (id, event_id, key, status, transaction_id, customer_id, coupon, counted, \
    currency, amount, reserved_until, updated_at, entry) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
const INSERT_TRANSITION: &str = "INSERT INTO transitions (id, event_id, old_status, old_rolled_back, status, rolled_back, \
    updated_at, idempotency_key, answer) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
const UPSERT_CONFIG: &str = "INSERT INTO config (id, revision, config) VALUES (1, ?, ?) \
    ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, config = excluded.config \
    WHERE excluded.revision >= config.revision";
const UPSERT_COUPONS: &str = "INSERT INTO coupons (code, revision, coupon) \
    SELECT value ->> 'code', value ->> 'revision', value FROM json_each(?) WHERE true \
    ON CONFLICT (code) DO UPDATE SET revision = excluded.revision, coupon = excluded.coupon \
    WHERE excluded.revision >= coupons.revision";
const INSERT_REVOKED_KEY: &str = "INSERT INTO revoked_keys (key_id) VALUES (?) ON CONFLICT DO NOTHING";

/// Runs SQL.
pub(super) trait Sql {
    /// The rows of a query, column by column.
    fn query(&self, query: &'static str, bindings: Vec<Value>) -> Fallible<Vec<Vec<Value>>>;
    /// Runs a statement that writes, or several when there are no bindings.
    fn run(&self, statement: &'static str, bindings: Vec<Value>) -> Fallible<()>;
}

impl Sql for SqlStorage {
    fn query(&self, query: &'static str, bindings: Vec<Value>) -> Fallible<Vec<Vec<Value>>> {
        let rows = query_rows(self.as_ref(), query, &to_json(&bindings)?).map_err(thrown)?;
        serde_json::from_str(&rows).map_err(text)
    }

    fn run(&self, statement: &'static str, mut bindings: Vec<Value>) -> Fallible<()> {
        // A grant's entry, the longest by far, is its last: within JSON, each of its quotes would be escaped.
        let last = match bindings.pop_if(|last| last.is_string()) {
            Some(Value::String(last)) => Some(last),
            Some(_) | None => None,
        };
        run_statement(self.as_ref(), statement, &to_json(&bindings)?, last.as_deref()).map_err(thrown)
    }
}

// Bindings and rows as one text each: every value for itself would be several steps over the boundary to JavaScript.
#[wasm_bindgen(module = "/src/glue.js")]
extern "C" {
    #[wasm_bindgen(catch, js_name = queryRows)]
    fn query_rows(sql: &JsValue, query: &str, bindings: &str) -> Result<String, JsValue>;
    #[wasm_bindgen(catch, js_name = runStatement)]
    fn run_statement(sql: &JsValue, statement: &str, bindings: &str, last: Option<&str>) -> Result<(), JsValue>;
}

fn to_json(bindings: &[Value]) -> Fallible<String> {
    serde_json::to_string(bindings).map_err(text)
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
        let made = store.row(SELECT_MADE, vec![])?.map(|mut row| row.text()).transpose()?;
        store.has_tables.set(made.is_some());
        if made.is_some_and(|made| made.contains(OLD_COLUMN)) {
            store.sql.run(MIGRATION, vec![])?;
        }
        Ok(store)
    }

    /// Whether anything was ever written.
    pub(super) const fn has_tables(&self) -> bool {
        self.has_tables.get()
    }

    /// Reads something.
    pub(super) fn check(&self) -> Fallible<()> {
        self.row(SELECT_MADE, vec![]).map(drop)
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
        let app_key = command.app_key().map(|id| id.to_string()).into();
        match command {
            Command::Redeem(redeem) => self.read_place(app_key, key, counted(redeem), &mut known)?,
            Command::LookUp { .. } => self.read_place(app_key, key, Default::default(), &mut known)?,
            Command::Confirm(handle) | Command::Release(handle) | Command::Find(handle) => {
                self.read_named(app_key, handle.redemption_id.to_string(), None, &mut known)?;
            }
            Command::RollBack(wanted) => {
                let id = wanted.handle.redemption_id.to_string();
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
        let Some(mut row) = self.row(SELECT_BY_PLACE, bindings)? else {
            return Ok(());
        };
        let state = &mut known.state;
        state.key_revoked = row.flag()?;
        known.first_end = row.integer()?;
        state.redemptions = row.count()?;
        state.spent = row.count()?;
        state.customer_redemptions = row.count()?;
        state.coupon_uses = row.count()?;
        state.coupon = row.json()?;
        state.redemption = row.stored()?;
        Ok(())
    }

    fn read_named(
        &self,
        app_key: Value,
        id: String,
        idempotency_key: Option<String>,
        known: &mut Known<'_>,
    ) -> Fallible<()> {
        let bindings = vec![app_key, id.as_str().into(), idempotency_key.into(), id.into()];
        let Some(mut row) = self.row(SELECT_BY_ID, bindings)? else {
            return Ok(());
        };
        known.state.key_revoked = row.flag()?;
        known.first_end = row.integer()?;
        known.state.remembered = row.json()?;
        known.state.redemption = row.stored()?;
        Ok(())
    }

    /// The reservations that ended and are not written as such, the first end first.
    pub(super) fn ended(&self, now_millis: u64) -> Fallible<Vec<Stored>> {
        if !self.has_tables() {
            return Ok(Vec::new());
        }
        let rows = self.rows(SELECT_ENDED, vec![now_millis.into()])?;
        rows.filter_map(|mut row| row.stored().transpose()).collect()
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
        let message = serde_json::to_string(&event.message(id)).map_err(text)?;
        let (statement, bindings) = match event {
            Event::Granted(stored) => (INSERT_GRANT, grant(id, key, stored)?),
            Event::Changed(changed) => (INSERT_TRANSITION, transition(id, idempotency_key, changed)?),
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
        self.row(SELECT_CONFIG, vec![])?
            .map_or(Ok(None), |mut row| row.optional_text())
    }

    /// Keeps a configuration, unless a newer one is there.
    pub(super) fn set_config(&self, config: &Config) -> Fallible<()> {
        let row = vec![config.revision.into(), config.to_json().map_err(text)?.into()];
        self.run(UPSERT_CONFIG, row)
    }

    /// Lists coupons, except where a newer state of one is listed.
    pub(super) fn list(&self, coupons: &[ListedCoupon]) -> Fallible<()> {
        let coupons = serde_json::to_string(coupons).map_err(text)?;
        self.run(UPSERT_COUPONS, vec![coupons.into()])
    }

    /// Refuses a key from now on.
    pub(super) fn revoke_key(&self, id: AppKeyId) -> Fallible<()> {
        self.run(INSERT_REVOKED_KEY, vec![id.to_string().into()])
    }

    /// Runs a statement that writes.
    pub(super) fn run(&self, statement: &'static str, bindings: Vec<Value>) -> Fallible<()> {
        if !self.has_tables() {
            self.sql.run(SCHEMA, vec![])?;
            self.has_tables.set(true);
        }
        self.sql.run(statement, bindings)
    }

    /// The rows of a query.
    pub(super) fn rows(&self, query: &'static str, bindings: Vec<Value>) -> Fallible<impl Iterator<Item = Row>> {
        Ok(self.sql.query(query, bindings)?.into_iter().map(Row::new))
    }

    /// The first row of a query.
    pub(super) fn row(&self, query: &'static str, bindings: Vec<Value>) -> Fallible<Option<Row>> {
        Ok(self.rows(query, bindings)?.next())
    }
}

/// The names under which a redemption's currency, customer and coupon are counted, and its coupon's code.
fn counted(redeem: &Redeem) -> [Option<String>; 4] {
    let claim = &redeem.claim;
    let discount = redeem.entry.answer.discount.filter(|_| claim.counted);
    let customer = claim.customer_id.as_ref().filter(|_| claim.counted);
    let coupon = claim.coupon.as_ref().map(|coupon| coupon.code.as_str());
    [
        discount.map(|discount| format!("spent:{}", discount.currency().code())),
        customer.map(|customer| format!("customer:{customer}")),
        coupon.map(|code| format!("coupon:{code}")),
        coupon.map(str::to_owned),
    ]
}

fn grant(event: LedgerEventId, key: &str, stored: &Stored) -> Fallible<Vec<Value>> {
    let discount = stored.discount();
    let until = stored.reserved_until.map(|until| until.timestamp_millis());
    Ok(vec![
        stored.id.to_string().into(),
        event.to_string().into(),
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
        serde_json::to_string(&stored.entry).map_err(text)?.into(),
    ])
}

fn transition(event: LedgerEventId, idempotency_key: Option<&str>, changed: &Changed) -> Fallible<Vec<Value>> {
    let Changed {
        before,
        after,
        remembered,
    } = changed;
    let remembered = remembered.as_ref().map(serde_json::to_string).transpose();
    Ok(vec![
        after.id.to_string().into(),
        event.to_string().into(),
        before.status.as_str().into(),
        before.rolled_back.into(),
        after.status.as_str().into(),
        after.rolled_back.into(),
        after.updated_at.timestamp_millis().into(),
        idempotency_key.into(),
        remembered.map_err(text)?.into(),
    ])
}
