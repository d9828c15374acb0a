-- Tenancy rests on the database: every table with an organization_id has forced row-level security, so that neither a
-- forgotten WHERE nor the tables' owner crosses it. The program connects as its login role and takes one of two roles
-- that own nothing:
--   coupons_app     serves requests; sees the organisation named by the setting app.organization_id, and nothing
--                   without one
--   coupons_worker  runs jobs; crosses tenants where a job has to, by policies of its own
-- Roles belong to the server, not to the database: two databases may create them at the same moment.
do $$
declare
    role_name text;
begin
    foreach role_name in array array['coupons_app', 'coupons_worker'] loop
        begin
            if not exists (select from pg_roles where rolname = role_name) then
                execute format('create role %I nologin', role_name);
            end if;
        exception
            when duplicate_object or unique_violation then null;
        end;
        if not pg_has_role(current_user, role_name, 'member') then
            execute format('grant %I to %I', role_name, current_user);
        end if;
    end loop;
end
$$;

-- The organisation of the transaction; null when none is set.
create function current_organization() returns uuid
    language sql stable
    return nullif(current_setting('app.organization_id', true), '')::uuid;

create table organizations (
    id uuid primary key,
    name text not null check (length(name) between 1 and 200),
    created_at timestamptz not null
);
alter table organizations enable row level security;
alter table organizations force row level security;
create policy own on organizations to coupons_app using (id = current_organization());
grant select, insert on organizations to coupons_app;

-- A person. Belongs to no organisation: memberships tie people to organisations.
create table users (
    id uuid primary key,
    email text not null check (length(email) between 3 and 254),
    name text not null check (length(name) between 1 and 200),
    -- A PHC string: algorithm, parameters, salt and hash.
    password_hash text not null,
    locale text,
    created_at timestamptz not null
);
create unique index users_email_key on users (lower(email));
grant select, insert on users to coupons_app;

create table memberships (
    organization_id uuid not null references organizations,
    user_id uuid not null references users,
    role text not null check (role in ('admin', 'analyst')),
    created_at timestamptz not null,
    primary key (organization_id, user_id)
);
create index memberships_user_id on memberships (user_id);
alter table memberships enable row level security;
alter table memberships force row level security;
create policy own on memberships to coupons_app using (organization_id = current_organization());
-- Signing in knows the person before the organisation.
create policy own_person on memberships for select to coupons_app
    using (user_id = nullif(current_setting('app.user_id', true), '')::uuid);
grant select, insert on memberships to coupons_app;

-- A signed-in browser. Its refresh token has a part that stays and a part that rotates; only hashes are stored. The
-- part that stays tells a token that was used before from one that never existed.
create table sessions (
    id uuid primary key,
    organization_id uuid not null,
    user_id uuid not null,
    family_hash bytea not null check (length(family_hash) = 32),
    token_hash bytea not null check (length(token_hash) = 32),
    created_at timestamptz not null,
    refreshed_at timestamptz not null,
    expires_at timestamptz not null,
    foreign key (organization_id, user_id) references memberships on delete cascade
);
create index sessions_user on sessions (organization_id, user_id);
alter table sessions enable row level security;
alter table sessions force row level security;
create policy own on sessions to coupons_app using (organization_id = current_organization());
grant select, insert, delete on sessions to coupons_app;
grant update (token_hash, refreshed_at, expires_at) on sessions to coupons_app;

create table promotions (
    id uuid primary key,
    organization_id uuid not null references organizations,
    code text not null,
    status text not null check (status in ('draft', 'active', 'paused')),
    -- Counts published states: 0 for a draft.
    version bigint not null check (version >= 0),
    -- What the merchant wrote, in the form of the API.
    terms jsonb not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    -- The version that the edge confirmed, and when.
    published_version bigint check (published_version <= version),
    published_at timestamptz,
    constraint promotions_code_key unique (organization_id, code),
    constraint promotions_tenant_key unique (organization_id, id),
    check ((published_version is null) = (published_at is null))
);
alter table promotions enable row level security;
alter table promotions force row level security;
create policy own on promotions to coupons_app using (organization_id = current_organization());
create policy every on promotions to coupons_worker using (true);
grant select, insert on promotions to coupons_app;
grant update (status, version, updated_at) on promotions to coupons_app;
grant select, update (published_version, published_at) on promotions to coupons_worker;

create table app_keys (
    id uuid primary key,
    organization_id uuid not null references organizations,
    name text not null check (length(name) between 1 and 200),
    -- SHA-256 of the key in lower-case hex.
    hash text not null constraint app_keys_hash_key unique check (hash ~ '^[0-9a-f]{64}$'),
    preview text not null,
    mode text not null check (mode in ('live', 'test')),
    -- "all" or the codes of promotions.
    scope jsonb not null,
    created_at timestamptz not null,
    expires_at timestamptz,
    revoked_at timestamptz
);
create index app_keys_newest on app_keys (organization_id, id desc);
alter table app_keys enable row level security;
alter table app_keys force row level security;
create policy own on app_keys to coupons_app using (organization_id = current_organization());
grant select, insert on app_keys to coupons_app;
grant update (revoked_at) on app_keys to coupons_app;

-- What the edge has to learn, written in the transaction of the change. A row ends published or superseded.
create table outbox (
    id bigserial primary key,
    organization_id uuid not null references organizations,
    key text not null,
    value text not null,
    -- Whose published_version to advance; null for values that are no promotion's.
    promotion_id uuid,
    promotion_version bigint,
    created_at timestamptz not null,
    attempts integer not null default 0,
    next_attempt_at timestamptz not null,
    published_at timestamptz,
    -- A newer row of the same key took its place.
    superseded_at timestamptz,
    foreign key (organization_id, promotion_id) references promotions (organization_id, id),
    check ((promotion_id is null) = (promotion_version is null)),
    check (published_at is null or superseded_at is null)
);
create index outbox_pending on outbox (id) where published_at is null and superseded_at is null;
create index outbox_key on outbox (key, id);
alter table outbox enable row level security;
alter table outbox force row level security;
create policy own on outbox to coupons_app using (organization_id = current_organization());
create policy every on outbox to coupons_worker using (true);
grant insert on outbox to coupons_app;
grant usage on sequence outbox_id_seq to coupons_app;
grant select, update (attempts, next_attempt_at, published_at, superseded_at) on outbox to coupons_worker;

-- Wakes the publisher when the transaction commits.
create function notify_outbox() returns trigger
    language plpgsql
    as $$
begin
    notify outbox;
    return null;
end
$$;
create trigger outbox_inserted after insert on outbox for each statement execute function notify_outbox();

-- Every evaluation once: the primary key makes a second delivery harmless.
create table evaluations (
    id uuid primary key,
    organization_id uuid not null,
    promotion_id uuid not null,
    promotion_version bigint not null,
    app_key_id uuid not null,
    mode text not null check (mode in ('live', 'test')),
    at timestamptz not null,
    -- Null when the promotion applied.
    reason text,
    discount_amount bigint check (discount_amount >= 0),
    discount_currency text check (discount_currency ~ '^[A-Z]{3}$'),
    redemption_id uuid,
    country text check (country ~ '^[A-Z]{2}$'),
    city text check (city ~ '^[A-Z0-9]{3}$'),
    age_band text,
    response_ms bigint not null check (response_ms >= 0),
    received_at timestamptz not null,
    foreign key (organization_id, promotion_id) references promotions (organization_id, id),
    check ((discount_amount is null) = (discount_currency is null))
);
create index evaluations_promotion on evaluations (organization_id, promotion_id, at);
alter table evaluations enable row level security;
alter table evaluations force row level security;
create policy own on evaluations to coupons_app using (organization_id = current_organization());
grant select, insert on evaluations to coupons_app;

-- The roll-up that reports read, kept in the transaction that stores the evaluations.
create table usage_hourly (
    organization_id uuid not null,
    promotion_id uuid not null,
    -- The start of the hour, UTC.
    hour timestamptz not null,
    -- '' when the promotion applied.
    reason text not null,
    -- Of the discounts; '' when there was none.
    currency text not null,
    evaluations bigint not null,
    -- Minor units. A sum of many amounts of up to 2^53 passes 64 bits.
    discount numeric(38, 0) not null,
    response_ms numeric(38, 0) not null,
    redemptions bigint not null,
    updated_at timestamptz not null,
    primary key (organization_id, promotion_id, hour, reason, currency),
    foreign key (organization_id, promotion_id) references promotions (organization_id, id)
);
alter table usage_hourly enable row level security;
alter table usage_hourly force row level security;
create policy own on usage_hourly to coupons_app using (organization_id = current_organization());
grant select, insert on usage_hourly to coupons_app;
grant update (evaluations, discount, response_ms, redemptions, updated_at) on usage_hourly to coupons_app;

-- Each process compares the schema with the one that it knows.
grant select on _sqlx_migrations to coupons_app, coupons_worker;
