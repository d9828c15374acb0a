-- Coupons. A generated coupon is derived from its promotion's key and is no row until it is used or taken back; a coupon
-- whose code was chosen or imported always is one. See engine::coupon.

-- The secret behind the promotion's generated coupons, made with its first coupon or batch.
alter table promotions add column coupon_key bytea check (length(coupon_key) = 32);
grant update (coupon_key) on promotions to coupons_app;

create table coupon_batches (
    organization_id uuid not null,
    id uuid not null,
    promotion_id uuid not null,
    pattern text not null,
    -- Its serial numbers, among those of the promotion's patterns with as many symbols: no two batches share one.
    first bigint not null check (first >= 0),
    count integer not null check (count between 1 and 1000000),
    -- Uses of each coupon; null for no limit.
    max_uses bigint check (max_uses between 1 and 4294967295),
    expires_at timestamptz,
    created_at timestamptz not null,
    revoked_at timestamptz,
    -- When the edge had confirmed all that makes its coupons good.
    ready_at timestamptz,
    primary key (organization_id, id),
    foreign key (organization_id, promotion_id) references promotions on delete cascade
);
create index coupon_batches_promotion on coupon_batches (organization_id, promotion_id, id);
alter table coupon_batches enable row level security;
alter table coupon_batches force row level security;
create policy own on coupon_batches to coupons_app using (organization_id = current_organization());
create policy every on coupon_batches to coupons_worker using (true);
grant select, insert, update (revoked_at) on coupon_batches to coupons_app;
grant select, update (ready_at) on coupon_batches to coupons_worker;

-- Counts the changes of all coupons: the ledger's objects keep the newest of each.
create sequence coupon_revisions;
grant usage on sequence coupon_revisions to coupons_app;
grant select, update on sequence coupon_revisions to coupons_worker;

create table coupons (
    organization_id uuid not null,
    promotion_id uuid not null,
    -- As the engine writes it, in capitals.
    code text not null check (length(code) between 1 and 64),
    -- The order in which rows came, for lists.
    number bigint generated always as identity,
    -- Whether the code was chosen or imported; otherwise it is a generated one that was used or taken back.
    listed boolean not null,
    -- The batch of a generated one; its terms are the batch's. Null when a record names a code that is known here no more.
    batch_id uuid,
    max_uses bigint check (max_uses between 1 and 4294967295),
    expires_at timestamptz,
    -- Who alone may use it.
    customer_id text,
    -- As far as the records have come in.
    uses bigint not null default 0 check (uses >= 0),
    created_at timestamptz not null,
    revoked_at timestamptz,
    -- What the ledger has to know is numbered by coupon_revisions; null for what it knows without being told.
    revision bigint,
    -- Whether the ledger has to be told of this revision.
    pending boolean not null default false,
    primary key (organization_id, promotion_id, code),
    foreign key (organization_id, promotion_id) references promotions on delete cascade,
    foreign key (organization_id, batch_id) references coupon_batches on delete cascade,
    check (not listed or batch_id is null),
    check ((revision is not null) = (listed or revoked_at is not null)),
    check (not pending or revision is not null)
);
create index coupons_listed on coupons (organization_id, promotion_id, number) where listed;
create index coupons_batch on coupons (organization_id, batch_id) where batch_id is not null;
create index coupons_pending on coupons (organization_id, promotion_id, revision) where pending;
alter table coupons enable row level security;
alter table coupons force row level security;
create policy own on coupons to coupons_app using (organization_id = current_organization());
-- Jobs look for promotions whose coupons wait.
create policy every on coupons for select to coupons_worker using (pending);
grant select, insert, update (uses, revoked_at, revision, pending) on coupons to coupons_app;
grant select (organization_id, promotion_id, pending) on coupons to coupons_worker;
