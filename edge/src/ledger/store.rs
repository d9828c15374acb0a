//! The object's tables. Each function is one statement, so that it happens wholly or not at all.

use engine::coupon::CouponCode;
use engine::ledger::{Claim, Config, Entry, ListedCoupon, Redeem};
use worker::{SqlStorage, SqlStorageValue};

/// Why the storage cannot be used.
type Fallible<T> = Result<T, String>;

/// Without row ids, a row is one written row instead of a row and its index entry.
///
/// `counts` has a row for each thing that is counted, by a name of [`redemptions`] and its neighbours. Inserting into
/// the view `redemptions` writes a transaction and adds to what its claim names: one statement, with SQLite's promise
/// that it happens wholly or not at all.
const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS transactions (
    transaction_id TEXT PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    entry TEXT NOT NULL,
    created_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS counts (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS coupons (
    code TEXT PRIMARY KEY,
    revision INTEGER NOT NULL,
    coupon TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS config (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    revision INTEGER NOT NULL,
    config TEXT NOT NULL
);
CREATE VIEW IF NOT EXISTS redemptions AS
    SELECT transaction_id, fingerprint, entry, created_at,
        '' AS total, '' AS spent, 0 AS amount, '' AS customer, '' AS coupon FROM transactions;
CREATE TRIGGER IF NOT EXISTS redemptions_insert INSTEAD OF INSERT ON redemptions BEGIN
    INSERT INTO transactions (transaction_id, fingerprint, entry, created_at)
        VALUES (NEW.transaction_id, NEW.fingerprint, NEW.entry, NEW.created_at);
    INSERT INTO counts (name, value)
        SELECT name, value FROM (
            SELECT NEW.total AS name, 1 AS value UNION ALL SELECT NEW.spent, NEW.amount
            UNION ALL SELECT NEW.customer, 1 UNION ALL SELECT NEW.coupon, 1
        ) WHERE name IS NOT NULL
        ON CONFLICT (name) DO UPDATE SET value = value + excluded.value;
END;
";

const SELECT_ENTRY: &str = "SELECT entry FROM transactions WHERE transaction_id = ?";
const SELECT_COUNT: &str = "SELECT value FROM counts WHERE name = ?";
const SELECT_COUPON: &str = "SELECT coupon FROM coupons WHERE code = ?";
const SELECT_CONFIG: &str = "SELECT config FROM config";
const INSERT_TRANSACTION: &str =
    "INSERT INTO transactions (transaction_id, fingerprint, entry, created_at) VALUES (?, ?, ?, ?)";
const INSERT_REDEMPTION: &str = "INSERT INTO redemptions (transaction_id, fingerprint, entry, created_at, \
    total, spent, amount, customer, coupon) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
const UPSERT_CONFIG: &str = "INSERT INTO config (id, revision, config) VALUES (1, ?, ?) \
    ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, config = excluded.config \
    WHERE excluded.revision >= config.revision";
const UPSERT_COUPONS: &str = "INSERT INTO coupons (code, revision, coupon) \
    SELECT value ->> 'code', value ->> 'revision', value FROM json_each(?) WHERE true \
    ON CONFLICT (code) DO UPDATE SET revision = excluded.revision, coupon = excluded.coupon \
    WHERE excluded.revision >= coupons.revision";

/// The tables of an object.
pub(super) struct Store(SqlStorage);

impl Store {
    /// Opens the storage and makes the tables that are missing.
    pub(super) fn open(sql: SqlStorage) -> Fallible<Self> {
        sql.exec(SCHEMA, None).map_err(text)?;
        Ok(Self(sql))
    }

    /// What was written of a redemption.
    pub(super) fn entry(&self, key: &str) -> Fallible<Option<Entry>> {
        self.json(SELECT_ENTRY, key)
    }

    /// A coupon that is listed here.
    pub(super) fn coupon(&self, code: &CouponCode) -> Fallible<Option<ListedCoupon>> {
        self.json(SELECT_COUPON, code.as_str())
    }

    /// What the origin said of the promotion, as a text.
    pub(super) fn config(&self) -> Fallible<Option<String>> {
        self.text(SELECT_CONFIG, vec![])
    }

    /// How often something was counted.
    pub(super) fn count(&self, name: &str) -> Fallible<u64> {
        match self.value(SELECT_COUNT, vec![name.into()])? {
            None => Ok(0),
            Some(SqlStorageValue::Integer(count)) => u64::try_from(count).map_err(text),
            // The platform hands a number over as JavaScript has it; counts are far below 2⁵³.
            Some(SqlStorageValue::Float(count)) => whole(count),
            Some(_) => Err("a stored count is no number".to_owned()),
        }
    }

    /// Writes a redemption, and counts what its claim names.
    pub(super) fn insert(&self, key: &str, redeem: &Redeem, now_millis: u64) -> Fallible<()> {
        let entry = &redeem.entry;
        let mut row = vec![
            key.into(),
            entry.fingerprint.as_str().into(),
            serde_json::to_string(entry).map_err(text)?.into(),
            integer(now_millis),
        ];
        let counted = redeem.claim.as_ref().map(|claim| counted(claim, entry));
        let counted = counted.filter(|values| values.iter().any(|value| *value != SqlStorageValue::Null));
        let Some(counted) = counted else {
            return self.0.exec(INSERT_TRANSACTION, row).map(drop).map_err(text);
        };
        row.extend(counted);
        self.0.exec(INSERT_REDEMPTION, row).map(drop).map_err(text)
    }

    /// Keeps a configuration, unless a newer one is there.
    pub(super) fn set_config(&self, config: &Config) -> Fallible<()> {
        let row = vec![integer(config.revision), config.to_json().map_err(text)?.into()];
        self.0.exec(UPSERT_CONFIG, row).map(drop).map_err(text)
    }

    /// Lists coupons, except where a newer state of one is listed.
    pub(super) fn list(&self, coupons: &[ListedCoupon]) -> Fallible<()> {
        let coupons = serde_json::to_string(coupons).map_err(text)?;
        self.0
            .exec(UPSERT_COUPONS, vec![coupons.into()])
            .map(drop)
            .map_err(text)
    }

    fn json<T: serde::de::DeserializeOwned>(&self, query: &str, key: &str) -> Fallible<Option<T>> {
        let Some(text) = self.text(query, vec![key.into()])? else {
            return Ok(None);
        };
        let value = serde_json::from_str(&text);
        value
            .map(Some)
            .map_err(|error| format!("a stored row cannot be read: {error}"))
    }

    fn text(&self, query: &str, bindings: Vec<SqlStorageValue>) -> Fallible<Option<String>> {
        match self.value(query, bindings)? {
            None => Ok(None),
            Some(SqlStorageValue::String(text)) => Ok(Some(text)),
            Some(_) => Err("a stored row is no text".to_owned()),
        }
    }

    /// The first column of the first row.
    fn value(&self, query: &str, bindings: Vec<SqlStorageValue>) -> Fallible<Option<SqlStorageValue>> {
        let cursor = self.0.exec(query, bindings).map_err(text)?;
        let row = cursor.raw().next().transpose().map_err(text)?;
        Ok(row.and_then(|row| row.into_iter().next()))
    }
}

/// The name under which all redemptions of the promotion are counted.
pub(super) const REDEMPTIONS: &str = "redemptions";

/// The name under which discounts of a currency are summed.
pub(super) fn spent(currency: &str) -> String {
    format!("spent:{currency}")
}

/// The name under which a customer's redemptions are counted.
pub(super) fn customer(id: &str) -> String {
    format!("customer:{id}")
}

/// The name under which a coupon's uses are counted.
pub(super) fn coupon(code: &CouponCode) -> String {
    format!("coupon:{code}")
}

/// What a redemption adds to: total, spent, amount, customer, coupon, as the columns of the view.
fn counted(claim: &Claim, entry: &Entry) -> [SqlStorageValue; 5] {
    let when_counted =
        |value: Option<SqlStorageValue>| value.filter(|_| claim.counted).unwrap_or(SqlStorageValue::Null);
    let discount = entry.answer.discount;
    [
        when_counted(Some(REDEMPTIONS.into())),
        when_counted(discount.map(|money| spent(money.currency().code()).into())),
        when_counted(discount.map(|money| integer(money.amount()))),
        when_counted(claim.customer_id.as_deref().map(|id| customer(id).into())),
        claim
            .coupon
            .as_ref()
            .map_or(SqlStorageValue::Null, |claim| coupon(&claim.code).into()),
    ]
}

/// What is stored is below 2⁵³.
fn integer(value: u64) -> SqlStorageValue {
    SqlStorageValue::Integer(i64::try_from(value).unwrap_or(i64::MAX))
}

fn whole(value: f64) -> Fallible<u64> {
    // Display writes a whole number without a point, and nothing else parses.
    format!("{value}")
        .parse()
        .map_err(|_| format!("a stored count is {value}"))
}

fn text(error: impl ToString) -> String {
    error.to_string()
}
