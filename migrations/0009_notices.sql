-- Notices of promotions that end: a mail some days before and one when it has ended, to the members who chose them.
--
-- Forced row-level security stops the tables' owner too; it is lifted for the statement that asks for the first
-- notices.

alter table organizations
    -- Days before the end at which people are reminded of it.
    add column expiry_notice_days smallint not null default 3 check (expiry_notice_days between 1 and 30);
grant update (expiry_notice_days) on organizations to coupons_app;

alter table memberships
    -- Whether the member gets the notices: people choose them.
    add column notify_promotion_expiry boolean not null default false;
grant update (notify_promotion_expiry) on memberships to coupons_app;

-- What was told of which end. However often a promotion changes and a job runs, an end is told once.
create table promotion_notices (
    organization_id uuid not null,
    promotion_id uuid not null,
    notice text not null check (notice in ('reminder', 'expiry')),
    ends_at timestamptz not null,
    at timestamptz not null,
    primary key (organization_id, promotion_id, notice, ends_at),
    foreign key (organization_id, promotion_id) references promotions
);
alter table promotion_notices enable row level security;
alter table promotion_notices force row level security;
create policy own on promotion_notices to coupons_app using (organization_id = current_organization());
grant select, insert on promotion_notices to coupons_app;

-- Thousands of promotions end at the same midnight: jobs of one time are found in order without sorting them.
drop index jobs_live;
create index jobs_due on jobs (run_at, id) where finished_at is null and cancelled_at is null and dead_at is null;
create index jobs_leased on jobs (leased_until)
    where leased_until is not null and finished_at is null and cancelled_at is null and dead_at is null;

-- Promotions that are there already are noticed too.
alter table promotions no force row level security;
alter table jobs no force row level security;
insert into jobs (id, organization_id, payload, created_at, run_at)
    select gen_random_uuid(), organization_id,
        jsonb_build_object(
            'v', 1, 'kind', 'reschedule_notices',
            'organization_id', 'org_' || replace(organization_id::text, '-', ''), 'after', null
        ),
        now(), now()
    from promotions where status in ('active', 'paused') and ends_at > now() - interval '7 days'
    group by organization_id;
alter table promotions force row level security;
alter table jobs force row level security;
