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
CREATE UNIQUE INDEX places ON redemptions (key) WHERE status IN ('reserved', 'committed', 'rolled_back');
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
CREATE TABLE outbox (
    id TEXT PRIMARY KEY,
    event TEXT NOT NULL,
    due_at INTEGER NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX outbox_due ON outbox (due_at);
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
) WITHOUT ROWID;
CREATE VIEW grants AS
    SELECT id, key, status, transaction_id, customer_id, coupon, counted, currency, amount, reserved_until, updated_at,
        entry, '' AS event_id, '' AS event FROM redemptions;
CREATE TRIGGER grants_insert INSTEAD OF INSERT ON grants BEGIN
    INSERT INTO redemptions (id, key, status, transaction_id, customer_id, coupon, counted, currency, amount,
            rolled_back, reserved_until, updated_at, events, entry)
        VALUES (NEW.id, NEW.key, NEW.status, NEW.transaction_id, NEW.customer_id, NEW.coupon, NEW.counted, NEW.currency,
            NEW.amount, 0, NEW.reserved_until, NEW.updated_at, 1, NEW.entry);
    INSERT INTO outbox (id, event, due_at) VALUES (NEW.event_id, NEW.event, NEW.updated_at);
END;
CREATE VIEW transitions AS
    SELECT id, status AS old_status, rolled_back AS old_rolled_back, status, rolled_back, updated_at,
        '' AS idempotency_key, '' AS answer, '' AS event_id, '' AS event FROM redemptions;
CREATE TRIGGER transitions_insert INSTEAD OF INSERT ON transitions BEGIN
    UPDATE redemptions
        SET status = NEW.status, rolled_back = NEW.rolled_back, updated_at = NEW.updated_at, events = events + 1
        WHERE id = NEW.id AND status = NEW.old_status AND rolled_back = NEW.old_rolled_back;
    SELECT RAISE(ABORT, 'the redemption is not as it was read') WHERE changes() = 0;
    INSERT INTO answers (redemption_id, idempotency_key, answer)
        SELECT NEW.id, NEW.idempotency_key, NEW.answer WHERE NEW.idempotency_key IS NOT NULL;
    INSERT INTO outbox (id, event, due_at) VALUES (NEW.event_id, NEW.event, NEW.updated_at);
END;
