-- Accounts: roles, invitations, sessions that can be listed, the audit trail, and what holds back guessing.
--
-- Forced row-level security stops the tables' owner too. Where rows of every organisation are rewritten here, it is
-- lifted for the statements in between.

-- Keys begin with the organisation, so that nothing of one tenant can stand in the way of another's.
alter table outbox drop constraint outbox_organization_id_promotion_id_fkey;
alter table evaluations drop constraint evaluations_organization_id_promotion_id_fkey;
alter table usage_hourly drop constraint usage_hourly_organization_id_promotion_id_fkey;
alter table promotions drop constraint promotions_pkey;
alter table promotions drop constraint promotions_tenant_key;
alter table promotions add primary key (organization_id, id);
alter table outbox add foreign key (organization_id, promotion_id) references promotions;
alter table evaluations add foreign key (organization_id, promotion_id) references promotions;
alter table usage_hourly add foreign key (organization_id, promotion_id) references promotions;
alter table evaluations drop constraint evaluations_pkey;
alter table evaluations add primary key (organization_id, id);
alter table sessions drop constraint sessions_pkey;
alter table sessions add primary key (organization_id, id);
drop index app_keys_newest;
alter table app_keys drop constraint app_keys_pkey;
alter table app_keys add primary key (organization_id, id);

-- The person of the transaction; null when none is set. What belongs to a person over all organisations is reached by
-- policies that go by it.
create function current_person() returns uuid
    language sql stable
    return nullif(current_setting('app.user_id', true), '')::uuid;

alter table organizations
    -- The language of mails to people who have chosen none.
    add column locale text check (length(locale) <= 35),
    add column updated_at timestamptz;
grant update (name, locale, updated_at) on organizations to coupons_app;
-- A person sees the names of the organisations that they belong to.
create policy own_person on organizations for select to coupons_app
    using (exists (select from memberships m where m.organization_id = id and m.user_id = current_person()));

grant update (name, locale), delete on users to coupons_app;

-- A named set of permissions.
create table roles (
    organization_id uuid not null references organizations,
    id uuid not null,
    name text not null check (length(name) between 1 and 200),
    -- The two that every organisation has. Their permissions are the program's, and nobody changes them.
    built_in text check (built_in in ('admin', 'analyst')),
    permissions text[] not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    primary key (organization_id, id),
    check (built_in is null or permissions = '{}')
);
create unique index roles_name_key on roles (organization_id, lower(name));
create unique index roles_built_in_key on roles (organization_id, built_in);
alter table roles enable row level security;
alter table roles force row level security;
create policy own on roles to coupons_app using (organization_id = current_organization());
grant select, insert, delete on roles to coupons_app;
grant update (name, permissions, updated_at) on roles to coupons_app;

alter table organizations no force row level security;
alter table memberships no force row level security;
alter table roles no force row level security;
insert into roles (organization_id, id, name, built_in, permissions, created_at, updated_at)
    select o.id, gen_random_uuid(), initcap(b.name), b.name, '{}', o.created_at, o.created_at
    from organizations o cross join (values ('admin'), ('analyst')) b (name);
alter table memberships
    add column role_id uuid,
    -- Who is disabled here signs in to other organisations alone.
    add column disabled_at timestamptz,
    -- Signing in opens the organisation that was used last.
    add column last_used_at timestamptz;
update memberships m set role_id = r.id
    from roles r where r.organization_id = m.organization_id and r.built_in = m.role;
alter table memberships
    alter column role_id set not null,
    drop column role,
    add foreign key (organization_id, role_id) references roles;
alter table organizations force row level security;
alter table memberships force row level security;
alter table roles force row level security;
create index memberships_role on memberships (organization_id, role_id);
grant update (role_id, disabled_at, last_used_at), delete on memberships to coupons_app;

alter table sessions
    -- The token before this one is good for some seconds more: its answer may have been lost.
    add column previous_hash bytea check (length(previous_hash) = 32),
    add column user_agent text check (length(user_agent) <= 400),
    add column address text check (length(address) <= 45);
grant update (previous_hash, user_agent, address) on sessions to coupons_app;
create policy own_person on sessions for select to coupons_app using (user_id = current_person());
create policy own_person_ends on sessions for delete to coupons_app using (user_id = current_person());

-- An open invitation waits to be accepted; its link holds a secret that is derived and stored nowhere.
create table invitations (
    organization_id uuid not null references organizations,
    id uuid not null,
    email text not null check (length(email) between 3 and 254),
    -- Null once the invitation is closed and the role is gone.
    role_id uuid,
    -- Counts sendings: each has its own link, and only the newest is good.
    generation integer not null check (generation >= 1),
    invited_by uuid references users on delete set null,
    created_at timestamptz not null,
    sent_at timestamptz not null,
    expires_at timestamptz not null,
    accepted_at timestamptz,
    revoked_at timestamptz,
    declined_at timestamptz,
    primary key (organization_id, id),
    foreign key (organization_id, role_id) references roles on delete set null (role_id),
    constraint invitations_open_role
        check (role_id is not null or num_nonnulls(accepted_at, revoked_at, declined_at) = 1),
    check (num_nonnulls(accepted_at, revoked_at, declined_at) <= 1)
);
create unique index invitations_open_key on invitations (organization_id, lower(email))
    where accepted_at is null and revoked_at is null and declined_at is null;
create index invitations_role on invitations (organization_id, role_id);
alter table invitations enable row level security;
alter table invitations force row level security;
create policy own on invitations to coupons_app using (organization_id = current_organization());
grant select, insert on invitations to coupons_app;
grant update (role_id, generation, sent_at, expires_at, accepted_at, revoked_at, declined_at)
    on invitations to coupons_app;

-- Who did what to which object. Nothing changes or removes a row.
create table audit_events (
    organization_id uuid not null references organizations,
    id uuid not null,
    at timestamptz not null,
    -- Who, as it was then: people leave, what they did stays.
    actor jsonb not null,
    actor_id uuid,
    action text not null,
    object_type text not null,
    object_id text not null,
    before jsonb,
    after jsonb,
    request_id text,
    primary key (organization_id, id)
);
create index audit_events_actor on audit_events (organization_id, actor_id, id);
create index audit_events_object on audit_events (organization_id, object_type, object_id, id);
alter table audit_events enable row level security;
alter table audit_events force row level security;
create policy own on audit_events to coupons_app using (organization_id = current_organization());
grant select, insert on audit_events to coupons_app;
create function refuse_change() returns trigger
    language plpgsql
    as $$
begin
    raise exception '% is append-only', tg_table_name;
end
$$;
create trigger audit_events_append_only before update or delete or truncate on audit_events
    for each statement execute function refuse_change();

-- Wrong passwords in a row, by a hash of the account, known or not. Belongs to no organisation.
create table login_failures (
    key bytea primary key check (length(key) = 32),
    failures integer not null check (failures >= 1),
    failed_at timestamptz not null,
    blocked_until timestamptz not null
);
grant select, insert, update, delete on login_failures to coupons_app;
grant select, delete on login_failures to coupons_worker;

-- How much of an allowance is used, by a hash of what is limited. Losing it in a crash does no harm.
create unlogged table rate_limits (
    key bytea primary key check (length(key) = 32),
    -- When the allowance is whole again (the "theoretical arrival time" of GCRA).
    full_at timestamptz not null
);
grant select, insert, update on rate_limits to coupons_app;
grant select, delete on rate_limits to coupons_worker;
