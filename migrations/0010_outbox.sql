-- The outbox as a pipeline of its own: when each key was last written, so that no key is written twice within a second;
-- what waits of a promotion; rows that are over are removed; and the numbers can be moved ahead of all that the edge
-- has, when the database was restored from a backup.
alter table outbox add column attempted_at timestamptz;
create index outbox_attempted on outbox (key, attempted_at) where attempted_at is not null;
create index outbox_pending_promotion on outbox (organization_id, promotion_id)
    where published_at is null and superseded_at is null;
grant update (attempted_at), delete on outbox to coupons_worker;
grant select, update on sequence outbox_id_seq to coupons_worker;
