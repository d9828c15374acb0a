-- Promotions over their whole life: archived ones, columns to search and sort by, versions, and what tells that a
-- promotion is exhausted.
--
-- Forced row-level security stops the table's owner too; it is lifted for the statements that fill the new columns.

alter table promotions drop constraint promotions_status_check;
alter table promotions add constraint promotions_status_check
    check (status in ('draft', 'active', 'paused', 'archived'));
alter table promotions
    add column name text not null generated always as (terms ->> 'name') stored,
    add column kind text not null generated always as (terms ->> 'kind') stored,
    -- The window of the terms: a text is no time to an index.
    add column starts_at timestamptz,
    add column ends_at timestamptz,
    -- Counts changes of any kind: what If-Match compares, and what the ledger goes by.
    add column revision bigint not null default 1 check (revision >= 1),
    -- Whether one ledger object counts all its redemptions, settled when it is first activated: null before.
    add column counted boolean,
    -- When the edge told that a limit or the budget was used up, of a version that is at least the one in which the
    -- limits were last changed.
    add column exhausted_at timestamptz,
    add column limits_version bigint not null default 0 check (limits_version <= version);
alter table promotions no force row level security;
update promotions set
    starts_at = (terms ->> 'starts_at')::timestamptz,
    ends_at = (terms ->> 'ends_at')::timestamptz,
    counted = case when version > 0 then false end;
alter table promotions add constraint promotions_counted_check check ((counted is null) = (version = 0));
create index promotions_ends_at on promotions (organization_id, ends_at) where ends_at is not null;
grant update (code, terms, starts_at, ends_at, revision, counted, exhausted_at, limits_version), delete
    on promotions to coupons_app;

-- What was published, version by version. Nothing changes or removes a row.
create table promotion_versions (
    organization_id uuid not null,
    promotion_id uuid not null,
    version bigint not null check (version >= 1),
    status text not null check (status in ('active', 'paused', 'archived')),
    terms jsonb not null,
    -- Who made it, as it was then; null for what was published before authors were kept.
    author jsonb,
    at timestamptz not null,
    primary key (organization_id, promotion_id, version),
    foreign key (organization_id, promotion_id) references promotions
);
insert into promotion_versions (organization_id, promotion_id, version, status, terms, at)
    select organization_id, id, version, status, terms, updated_at from promotions where version > 0;
alter table promotions force row level security;
alter table promotion_versions enable row level security;
alter table promotion_versions force row level security;
create policy own on promotion_versions to coupons_app using (organization_id = current_organization());
grant select, insert on promotion_versions to coupons_app;
create trigger promotion_versions_append_only before update or delete or truncate on promotion_versions
    for each statement execute function refuse_change();
