-- The generations of the key that signs access tokens. A key itself is derived from ORIGIN_SECRET and its generation:
-- who reads the database can sign nothing.
create table signing_keys (
    generation integer primary key check (generation > 0),
    created_at timestamptz not null,
    -- From when it signs; it is published before.
    active_at timestamptz not null,
    -- From when nothing that it signed is good, and it is published no longer.
    retired_at timestamptz
);
-- The first signs from the start, whatever clock asks.
insert into signing_keys (generation, created_at, active_at) values (1, now(), 'epoch');
grant select on signing_keys to coupons_app;
grant select, insert, update (retired_at) on signing_keys to coupons_worker;

-- The set of public keys goes to the edge as everything does, and is no organisation's. The application's policy
-- compares the organisation, so it neither writes nor sees such rows; jobs do.
alter table outbox
    alter column organization_id drop not null,
    add constraint outbox_promotion_of_organization check (promotion_id is null or organization_id is not null);
grant insert on outbox to coupons_worker;
grant usage on sequence outbox_id_seq to coupons_worker;
