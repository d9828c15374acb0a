-- Jobs: work that is done beside the requests, each row at least once. A row is live until it is finished, cancelled
-- or given up. A worker takes a live row that is due by counting its attempt and leasing it; a lease that ran out is
-- taken again.
create table jobs (
    id uuid primary key,
    -- Whose work it is; null for work that belongs to no organisation.
    organization_id uuid references organizations,
    -- What to do, with a version: `origin::jobs::Job`.
    payload jsonb not null,
    kind text not null generated always as (payload ->> 'kind') stored,
    -- At most one live job of an organisation has a key.
    unique_key text check (length(unique_key) between 1 and 400),
    created_at timestamptz not null,
    -- Not before this.
    run_at timestamptz not null,
    attempts integer not null default 0,
    leased_until timestamptz,
    -- Why the last attempt failed.
    last_error text,
    finished_at timestamptz,
    cancelled_at timestamptz,
    -- Given up.
    dead_at timestamptz,
    check (num_nonnulls(finished_at, cancelled_at, dead_at) <= 1),
    check (dead_at is null or last_error is not null)
);
create unique index jobs_live_key on jobs (organization_id, unique_key) nulls not distinct
    where unique_key is not null and finished_at is null and cancelled_at is null and dead_at is null;
create index jobs_live on jobs (run_at)
    where finished_at is null and cancelled_at is null and dead_at is null;
create index jobs_dead on jobs (dead_at) where dead_at is not null;
alter table jobs enable row level security;
alter table jobs force row level security;
create policy own on jobs to coupons_app using (organization_id = current_organization());
-- Requests leave work of no organisation behind, and never see it again.
create policy of_no_organization on jobs for insert to coupons_app with check (organization_id is null);
create policy every on jobs to coupons_worker using (true);
grant select, insert on jobs to coupons_app;
grant update (cancelled_at) on jobs to coupons_app;
grant select, insert, delete on jobs to coupons_worker;
grant update (run_at, attempts, leased_until, last_error, finished_at, dead_at) on jobs to coupons_worker;

-- Wakes the workers when the transaction commits.
create function notify_jobs() returns trigger
    language plpgsql
    as $$
begin
    notify jobs;
    return null;
end
$$;
create trigger jobs_inserted after insert on jobs for each statement execute function notify_jobs();

-- A way to a new password, sent by mail. It belongs to a person, who may be in several organisations or in none. The
-- secret in its link is derived from its identifier and stored nowhere.
create table password_resets (
    -- The job's that sends it: a job that runs again sends the same link.
    id uuid primary key,
    user_id uuid not null references users on delete cascade,
    -- Where the link went. It is void once the person has another address.
    email text not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    -- Used, or replaced by a newer one, or the password was changed otherwise.
    ended_at timestamptz
);
create index password_resets_user on password_resets (user_id);
grant select, update (ended_at) on password_resets to coupons_app;
grant select, insert, delete, update (ended_at) on password_resets to coupons_worker;

grant update (password_hash) on users to coupons_app;
-- Mails go to people whom no organisation is known of.
grant select (id, email, name, locale) on users to coupons_worker;
