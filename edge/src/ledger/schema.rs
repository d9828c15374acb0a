//! The object's tables.

/// The events that the origin has not acknowledged, each as what it changed of its redemption.
macro_rules! outbox {
    ($name:literal) => {
        concat!(
            "CREATE TABLE ",
            $name,
            " (
    id TEXT PRIMARY KEY,
    redemption_id TEXT NOT NULL,
    old_status TEXT,
    old_rolled_back INTEGER,
    status TEXT NOT NULL,
    rolled_back INTEGER NOT NULL,
    at INTEGER NOT NULL
) WITHOUT ROWID;
"
        )
    };
}

/// Of the redemptions of a place, one at most holds it. Were three states named here, SQLite would make a table of them for
/// each insertion.
macro_rules! places {
    () => {
        "CREATE UNIQUE INDEX places ON redemptions (key) WHERE status NOT IN ('released', 'expired');"
    };
}

/// What a command writes by.
macro_rules! writing {
    () => {
        "
CREATE VIEW grants AS
    SELECT id, key, status, transaction_id, customer_id, coupon, counted, currency, amount, reserved_until, updated_at,
        entry, '' AS event_id FROM redemptions;
CREATE TRIGGER grants_insert INSTEAD OF INSERT ON grants BEGIN
    INSERT INTO redemptions (id, key, status, transaction_id, customer_id, coupon, counted, currency, amount,
            rolled_back, reserved_until, updated_at, events, entry)
        VALUES (NEW.id, NEW.key, NEW.status, NEW.transaction_id, NEW.customer_id, NEW.coupon, NEW.counted, NEW.currency,
            NEW.amount, 0, NEW.reserved_until, NEW.updated_at, 1, NEW.entry);
    INSERT INTO outbox (id, redemption_id, status, rolled_back, at)
        VALUES (NEW.event_id, NEW.id, NEW.status, 0, NEW.updated_at);
END;
CREATE VIEW transitions AS
    SELECT id, status AS old_status, rolled_back AS old_rolled_back, status, rolled_back, updated_at,
        '' AS idempotency_key, '' AS answer, '' AS event_id FROM redemptions;
CREATE TRIGGER transitions_insert INSTEAD OF INSERT ON transitions BEGIN
    UPDATE redemptions
        SET status = NEW.status, rolled_back = NEW.rolled_back, updated_at = NEW.updated_at, events = events + 1
        WHERE id = NEW.id AND status = NEW.old_status AND rolled_back = NEW.old_rolled_back;
    SELECT RAISE(ABORT, 'the redemption is not as it was read') WHERE changes() = 0;
    INSERT INTO answers (redemption_id, idempotency_key, answer)
        SELECT NEW.id, NEW.idempotency_key, NEW.answer WHERE NEW.idempotency_key IS NOT NULL;
    INSERT INTO outbox (id, redemption_id, old_status, old_rolled_back, status, rolled_back, at)
        VALUES (NEW.event_id, NEW.id, NEW.old_status, NEW.old_rolled_back, NEW.status, NEW.rolled_back, NEW.updated_at);
END;
"
    };
}

/// Made with the object's first row, so that what is only asked keeps nothing.
///
/// Without row ids, a row is one written row instead of a row and its index entry. Of the redemptions of a place, one at
/// most is reserved, committed or rolled back. What a redemption holds is a function of its row, and `counts` is the sum
/// over rows, kept by triggers and by nothing else.
///
/// A command writes by one insertion into a view, `grants` or `transitions`: one statement, with SQLite's promise that it
/// happens wholly or not at all. A change is written over the redemption as it was read, or nothing is.
///
/// The outbox has what an event says beyond its redemption. With its text, a row would be more than a page of SQLite has room
/// for, and each event would write a second page.
pub(super) const SCHEMA: &str = concat!(
    "
CREATE TABLE redemptions (
    id TEXT PRIMARY KEY,
    key TEXT NOT NULL,
    status TEXT NOT NULL,
    transaction_id TEXT,
    customer_id TEXT,
    coupon TEXT,
    counted INTEGER NOT NULL,
    currency TEXT,
    amount INTEGER NOT NULL,
    rolled_back INTEGER NOT NULL CHECK (rolled_back BETWEEN 0 AND amount),
    reserved_until INTEGER,
    updated_at INTEGER NOT NULL,
    events INTEGER NOT NULL,
    entry TEXT NOT NULL,
    uses INTEGER AS (status IN ('reserved', 'committed')),
    held INTEGER AS (uses * (amount - rolled_back))
) WITHOUT ROWID;
",
    places!(),
    "
CREATE INDEX reservations ON redemptions (reserved_until) WHERE status = 'reserved';
CREATE TABLE counts (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL CHECK (value >= 0)
) WITHOUT ROWID;
CREATE TRIGGER redemptions_insert AFTER INSERT ON redemptions BEGIN
    INSERT INTO counts (name, value)
        SELECT name, value FROM (
            SELECT 'redemptions' AS name, NEW.uses AS value WHERE NEW.counted
            UNION ALL SELECT 'customer:' || NEW.customer_id, NEW.uses WHERE NEW.counted
            UNION ALL SELECT 'spent:' || NEW.currency, NEW.held WHERE NEW.counted
            UNION ALL SELECT 'coupon:' || NEW.coupon, NEW.uses
        ) WHERE name IS NOT NULL
        ON CONFLICT (name) DO UPDATE SET value = value + excluded.value;
END;
CREATE TRIGGER redemptions_update AFTER UPDATE ON redemptions BEGIN
    UPDATE counts SET value = value + NEW.uses - OLD.uses
        WHERE NEW.uses <> OLD.uses AND name IN (
            CASE WHEN NEW.counted THEN 'redemptions' END,
            CASE WHEN NEW.counted THEN 'customer:' || NEW.customer_id END,
            'coupon:' || NEW.coupon
        );
    UPDATE counts SET value = value + NEW.held - OLD.held
        WHERE NEW.held <> OLD.held AND NEW.counted AND name = 'spent:' || NEW.currency;
END;
CREATE TABLE answers (
    redemption_id TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    answer TEXT NOT NULL,
    PRIMARY KEY (redemption_id, idempotency_key)
) WITHOUT ROWID;
",
    outbox!("outbox"),
    "
CREATE TABLE coupons (
    code TEXT PRIMARY KEY,
    revision INTEGER NOT NULL,
    coupon TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE config (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    revision INTEGER NOT NULL,
    config TEXT NOT NULL
);
CREATE TABLE revoked_keys (
    key_id TEXT PRIMARY KEY
) WITHOUT ROWID;",
    writing!()
);

/// From what one sees how an object was made.
pub(super) const SELECT_MADE: &str =
    "SELECT json_array(group_concat(sql)) AS row FROM sqlite_master WHERE name IN ('outbox', 'places')";

/// What makes an object of an older release what [`SCHEMA`] makes: what it shows by ([`SELECT_MADE`]), and the statements.
pub(super) const MIGRATIONS: [(&str, &str); 2] = [
    // The outbox kept the texts of events, and noted when each was sent.
    ("due_at", OUTBOX_WITHOUT_TEXTS),
    ("(key) WHERE status IN (", PLACES_BY_TWO_STATES),
];

const PLACES_BY_TWO_STATES: &str = concat!("DROP INDEX places;", places!());

/// What could fail for what is stored comes first, and again does no harm.
const OUTBOX_WITHOUT_TEXTS: &str = concat!(
    "
DROP TABLE IF EXISTS new_outbox;
",
    outbox!("new_outbox"),
    "
INSERT INTO new_outbox SELECT
    id,
    event ->> 'redemption_id',
    CASE
        WHEN event ->> 'record' IS NOT NULL THEN NULL
        WHEN event ->> 'kind' IN ('partly_rolled_back', 'rolled_back') THEN 'committed'
        ELSE 'reserved'
    END,
    0,
    CASE event ->> 'kind' WHEN 'partly_rolled_back' THEN 'committed' ELSE event ->> 'kind' END,
    CASE WHEN event ->> 'kind' IN ('partly_rolled_back', 'rolled_back') 
        THEN coalesce(event ->> '$.discount.amount', 0) ELSE 0 END,
    CAST(round((julianday(event ->> 'at') - 2440587.5) * 86400000) AS INTEGER)
    FROM outbox;
DROP TRIGGER grants_insert;
DROP TRIGGER transitions_insert;
DROP VIEW grants;
DROP VIEW transitions;
DROP TABLE outbox;
ALTER TABLE new_outbox RENAME TO outbox;",
    writing!()
);
