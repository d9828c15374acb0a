-- Reports: raw records by time, the sums that follow from them, and what travels between the two.
--
--   ingest: evaluations, ledger_events and one row of roll_up_queue, in one transaction
--     ▶ roll-up: the raw rows of the batches that wait, summed into usage_quarters, response_quarters, demographic_hours
--
-- The sums are defined once, by the three views *_increments: what one raw row adds to which cell. The roll-up adds them
-- for its batches, a rebuild for all raw rows that there are.

-- The least UUIDv7 of a moment. Identifiers begin with their milliseconds, so a range of them is a range of time.
create function first_uuid_at(moment timestamptz) returns uuid
    language sql immutable strict parallel safe
    return (lpad(to_hex(floor(extract(epoch from moment) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid;

-- Policies here ask for the organisation in a subquery: once for a statement and not for each row, of which there are many.

-- Raw rows ----------------------------------------------------------------------------------------------------------

-- To be read here by their owner.
alter table evaluations no force row level security;
alter table ledger_events no force row level security;
create table old_evaluations as table evaluations;
create table old_ledger_events as table ledger_events;
drop table evaluations;
drop table ledger_events;

-- Which ingest stored a row: each takes a number for each organisation that it has rows of.
create sequence ingest_batches;
grant usage on sequence ingest_batches to coupons_app;

-- Every evaluation once, and nothing changes a row. Partitioned by the day of the identifier, whose time is that of the
-- evaluation: so the primary key tells every repetition. No foreign key: ingest has looked the promotion up, and a check
-- for each row would cost more than storing it.
create table evaluations (
    organization_id uuid not null,
    id uuid not null,
    batch bigint not null,
    promotion_id uuid not null,
    promotion_version bigint not null,
    app_key_id uuid not null,
    at timestamptz not null,
    received_at timestamptz not null,
    response_ms bigint not null check (response_ms >= 0),
    redemption_id uuid,
    discount_amount bigint check (discount_amount >= 0),
    discount_currency text check (discount_currency ~ '^[A-Z]{3}$'),
    mode text not null check (mode in ('live', 'test')),
    -- Null when the promotion applied.
    reason text,
    country text check (country ~ '^[A-Z]{2}$'),
    city text check (city ~ '^[A-Z0-9]{3}$'),
    age_band text,
    primary key (organization_id, id),
    check ((discount_amount is null) = (discount_currency is null))
) partition by range (id);
create index evaluations_batch on evaluations (batch);

-- Every change of the ledger once, by the month of the identifier. They are kept: the comparison with the ledger counts
-- them all.
create table ledger_events (
    organization_id uuid not null,
    id uuid not null,
    batch bigint not null,
    kind text not null
        check (kind in ('reserved', 'committed', 'released', 'expired', 'partly_rolled_back', 'rolled_back')),
    promotion_id uuid not null,
    redemption_id uuid not null,
    at timestamptz not null,
    received_at timestamptz not null,
    -- What a commitment gave, or a roll-back returned; null when the request named no amount.
    discount_amount bigint check (discount_amount >= 0),
    discount_currency text check (discount_currency ~ '^[A-Z]{3}$'),
    -- The coupon that the redemption uses.
    coupon text check (length(coupon) between 1 and 64),
    mode text not null check (mode in ('live', 'test')),
    -- Whether the evaluation's record came along, which then counts the redemption.
    has_record boolean not null,
    primary key (organization_id, id),
    check ((discount_amount is null) = (discount_currency is null))
) partition by range (id);
create index ledger_events_batch on ledger_events (batch);
-- A redemption's changes side by side, for the comparison with the ledger.
create index ledger_events_redemption on ledger_events (organization_id, promotion_id, redemption_id, kind);

-- What has no partition of its own: a clock that was far off, or partitions that were not made in time. Stored and counted
-- like everything else.
create table evaluations_default partition of evaluations default;
create table ledger_events_default partition of ledger_events default;

-- Since when all raw rows are there.
create table record_retention (
    is_only boolean primary key default true check (is_only),
    kept_from timestamptz not null
);
insert into record_retention (kept_from) values ('2000-01-01T00:00:00Z');
grant select on record_retention to coupons_worker;

-- Makes one partition, with the rows of its time that the default one caught meanwhile. Partitions are reached through
-- their parent alone: nobody is granted anything on them, and no policy lets anybody see a row there.
create function make_partition(parent text, partition text, since timestamptz, until timestamptz) returns void
    language plpgsql
    as $$
begin
    execute format('create table %I (like %I including all)', partition, parent);
    execute format('alter table %I enable row level security', partition);
    -- The owner moves the rows, for this transaction alone.
    execute format('alter table %I no force row level security', parent || '_default');
    execute format(
        'with moved as (delete from %I where id >= %L and id < %L returning *) insert into %I select * from moved',
        parent || '_default', first_uuid_at(since), first_uuid_at(until), partition);
    execute format('alter table %I force row level security', parent || '_default');
    execute format('alter table %I force row level security', partition);
    execute format('alter table %I attach partition %I for values from (%L) to (%L)',
        parent, partition, first_uuid_at(since), first_uuid_at(until));
end
$$;
revoke all on function make_partition from public;

-- Makes the partitions from a moment to another that are missing, and answers how many those were.
create function ensure_partitions(since timestamptz, until timestamptz) returns integer
    language plpgsql security definer set search_path = public, pg_temp set timezone = 'UTC'
    as $$
declare
    made integer := 0;
    parent text;
    unit text;
    starts timestamptz;
    partition text;
begin
    for parent, unit in values ('evaluations', 'day'), ('ledger_events', 'month') loop
        for starts in
            select generate_series(date_trunc(unit, since), date_trunc(unit, until), ('1 ' || unit)::interval)
        loop
            partition := parent || '_' || to_char(starts, 'YYYYMMDD');
            continue when to_regclass(partition) is not null;
            perform make_partition(parent, partition, starts, starts + ('1 ' || unit)::interval);
            made := made + 1;
        end loop;
    end loop;
    return made;
end
$$;
revoke all on function ensure_partitions from public;
grant execute on function ensure_partitions to coupons_worker;

-- Drops the evaluations of the days that end before a moment, and answers how many partitions those were.
create function drop_partitions(before timestamptz) returns integer
    language plpgsql security definer set search_path = public, pg_temp set timezone = 'UTC'
    as $$
declare
    dropped integer := 0;
    first_day timestamptz := date_trunc('day', before);
    partition text;
begin
    for partition in
        select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = 'evaluations'::regclass
        and c.relname::text collate "C" < 'evaluations_' || to_char(first_day, 'YYYYMMDD')
    loop
        execute format('drop table %I', partition);
        dropped := dropped + 1;
    end loop;
    alter table evaluations_default no force row level security;
    delete from evaluations_default where id < first_uuid_at(first_day);
    alter table evaluations_default force row level security;
    update record_retention set kept_from = greatest(kept_from, first_day);
    return dropped;
end
$$;
revoke all on function drop_partitions from public;
grant execute on function drop_partitions to coupons_worker;

-- From yesterday on, for records that are under way, and from the oldest row that there is.
select ensure_partitions(
    least(now() - interval '1 day', (select min(at) from old_evaluations), (select min(at) from old_ledger_events)),
    now() + interval '14 days');

insert into evaluations (organization_id, id, batch, promotion_id, promotion_version, app_key_id, at, received_at,
    response_ms, redemption_id, discount_amount, discount_currency, mode, reason, country, city, age_band)
select organization_id, id, 0, promotion_id, promotion_version, app_key_id, at, received_at,
    response_ms, redemption_id, discount_amount, discount_currency, mode, reason, country, city, age_band
from old_evaluations;
insert into ledger_events (organization_id, id, batch, kind, promotion_id, redemption_id, at, received_at,
    discount_amount, discount_currency, coupon, mode, has_record)
select l.organization_id, l.id, 0, l.kind, l.promotion_id, l.redemption_id, l.at, l.received_at,
    l.discount_amount, l.discount_currency, l.coupon, l.mode,
    l.kind = 'reserved' or l.kind = 'committed' and exists (
        select from old_evaluations e where e.organization_id = l.organization_id and e.redemption_id = l.redemption_id)
from old_ledger_events l;
drop table old_evaluations;
drop table old_ledger_events;

alter table evaluations enable row level security;
alter table evaluations force row level security;
create policy own on evaluations to coupons_app using (organization_id = (select current_organization()));
create policy every on evaluations for select to coupons_worker using (true);
grant select, insert on evaluations to coupons_app;
grant select on evaluations to coupons_worker;
alter table evaluations_default enable row level security;
alter table evaluations_default force row level security;

alter table ledger_events enable row level security;
alter table ledger_events force row level security;
create policy own on ledger_events to coupons_app using (organization_id = (select current_organization()));
create policy every on ledger_events for select to coupons_worker using (true);
grant select, insert on ledger_events to coupons_app;
grant select on ledger_events to coupons_worker;
alter table ledger_events_default enable row level security;
alter table ledger_events_default force row level security;

-- What waits to be summed: one row for each ingest transaction and organisation, written in that transaction.
create table roll_up_queue (
    organization_id uuid not null,
    batch bigint not null default nextval('ingest_batches'),
    received_at timestamptz not null,
    -- The least and the greatest identifier of its rows: in which partitions they are.
    first_id uuid not null,
    last_id uuid not null,
    primary key (organization_id, batch)
);
alter table roll_up_queue enable row level security;
alter table roll_up_queue force row level security;
create policy own on roll_up_queue to coupons_app using (organization_id = (select current_organization()));
create policy every on roll_up_queue to coupons_worker using (true);
grant select, insert on roll_up_queue to coupons_app;
grant select, delete on roll_up_queue to coupons_worker;

-- Sums ----------------------------------------------------------------------------------------------------------------
-- No table of sums has foreign keys: what is stored is summed, whatever became of its promotion.

-- All that the usage report reads, of each promotion and, under the nil UUID, of all of an organisation's: so a report of
-- all reads no more than one of one. Room in each page lets a cell that grows stay where it is.
create table usage_quarters (
    organization_id uuid not null,
    promotion_id uuid not null,
    -- The start of a quarter of an hour, UTC: the offsets of all time zones are multiples of it.
    quarter timestamptz not null,
    -- '' when the promotion applied, and for changes of the ledger.
    reason text not null,
    -- Of the discounts; '' when there was none.
    currency text not null,
    evaluations bigint not null,
    -- Minor units. A sum of many amounts of up to 2^53 passes 64 bits.
    discount numeric(38, 0) not null,
    response_ms numeric(38, 0) not null,
    redemptions bigint not null,
    -- Redemptions that were given back whole in this quarter.
    rolled_back bigint not null,
    -- What was given back in this quarter of the discounts, in minor units.
    given_back numeric(38, 0) not null,
    primary key (organization_id, promotion_id, quarter, reason, currency)
) with (fillfactor = 80);

-- How many evaluations took how long: the bucket is a place among the bounds of response_increments.
create table response_quarters (
    organization_id uuid not null,
    promotion_id uuid not null,
    quarter timestamptz not null,
    bucket smallint not null,
    evaluations bigint not null,
    primary key (organization_id, promotion_id, quarter, bucket)
) with (fillfactor = 80);

-- Who asked, by the hour in which the record was received. Never shown: see disclosed_cells.
create table demographic_hours (
    organization_id uuid not null,
    promotion_id uuid not null,
    -- The start of an hour, UTC.
    hour timestamptz not null,
    dimension text not null check (dimension in ('country', 'city', 'age')),
    -- 'UY', 'UYMVD' or '25-34'; '' for unknown, and 'UY' for an unknown city of a known country.
    key text not null,
    evaluations bigint not null,
    applicable bigint not null,
    primary key (organization_id, promotion_id, hour, dimension, key)
) with (fillfactor = 80);

-- What of that is told: the cells of each period of a promotion, which are written once. A period of its places and one of
-- its ages are not the same.
create table disclosed_cells (
    organization_id uuid not null,
    promotion_id uuid not null,
    -- The end of the period, exclusive; it began where the one before ended.
    until timestamptz not null,
    dimension text not null check (dimension in ('country', 'city', 'age')),
    -- As above; '*' for the sum of what stays hidden.
    key text not null,
    evaluations bigint not null check (evaluations >= 0),
    applicable bigint not null check (applicable between 0 and evaluations),
    primary key (organization_id, promotion_id, until, dimension, key)
);
-- For reports over all promotions.
create index disclosed_cells_until on disclosed_cells (organization_id, dimension, until);

-- How far a promotion's hours are told or hidden for good.
create table disclosures (
    organization_id uuid not null,
    promotion_id uuid not null,
    subject text not null check (subject in ('place', 'age')),
    told_to timestamptz not null,
    primary key (organization_id, promotion_id, subject)
);

do $$
declare
    name text;
begin
    foreach name in array array['usage_quarters', 'response_quarters', 'demographic_hours', 'disclosed_cells',
        'disclosures'] loop
        execute format('alter table %I enable row level security', name);
        execute format('alter table %I force row level security', name);
        execute format('create policy own on %I to coupons_app using (organization_id = (select current_organization()))', name);
        execute format('create policy every on %I to coupons_worker using (true)', name);
    end loop;
end
$$;
grant select on usage_quarters, response_quarters, disclosed_cells to coupons_app;
grant select, insert, delete on usage_quarters, response_quarters, demographic_hours to coupons_worker;
grant update (evaluations, discount, response_ms, redemptions, rolled_back, given_back) on usage_quarters
    to coupons_worker;
grant update (evaluations) on response_quarters to coupons_worker;
grant update (evaluations, applicable) on demographic_hours to coupons_worker;
grant select, insert on disclosed_cells to coupons_worker;
grant select, insert, update (told_to) on disclosures to coupons_worker;

-- What a raw row adds to usage_quarters. A redemption counts once: by its record when the record names it, else, when a
-- reservation was confirmed, by the event.
create view usage_increments with (security_invoker = true) as
select organization_id, batch, id, promotion_id,
    date_bin('15 minutes', at, '2000-01-01T00:00:00Z'::timestamptz) as quarter,
    coalesce(reason, '') as reason, coalesce(discount_currency, '') as currency,
    1 as evaluations, coalesce(discount_amount, 0) as discount, response_ms,
    case when redemption_id is null then 0 else 1 end as redemptions, 0 as rolled_back, 0::bigint as given_back
from evaluations
union all
select organization_id, batch, id, promotion_id,
    date_bin('15 minutes', at, '2000-01-01T00:00:00Z'::timestamptz),
    '', coalesce(discount_currency, ''),
    0, case when kind = 'committed' then coalesce(discount_amount, 0) else 0 end, 0,
    case when kind = 'committed' then 1 else 0 end, case when kind = 'rolled_back' then 1 else 0 end,
    case when kind = 'committed' then 0 else coalesce(discount_amount, 0) end
from ledger_events
where kind in ('partly_rolled_back', 'rolled_back') or (kind = 'committed' and not has_record);

-- The same for response_quarters. Bucket n holds what took at most the bound at place n, in milliseconds; the last one
-- what took longer than all.
create view response_increments with (security_invoker = true) as
select organization_id, batch, id, promotion_id,
    date_bin('15 minutes', at, '2000-01-01T00:00:00Z'::timestamptz) as quarter,
    width_bucket(response_ms - 1,
        array[1, 2, 3, 5, 8, 12, 20, 30, 50, 80, 120, 200, 300, 500, 800, 1200, 2000, 5000, 30000]::bigint[])::smallint as bucket
from evaluations;

-- The same for demographic_hours.
create view demographic_increments with (security_invoker = true) as
select e.organization_id, e.batch, e.id, e.promotion_id, date_trunc('hour', e.received_at, 'UTC') as hour,
    cell.dimension, cell.key, case when e.reason is null then 1 else 0 end as applicable
from evaluations e
cross join lateral (values
    ('country', coalesce(e.country, '')),
    ('city', coalesce(e.country, '') || coalesce(e.city, '')),
    ('age', coalesce(e.age_band, ''))
) as cell (dimension, key);

grant select on usage_increments to coupons_app, coupons_worker;
grant select on response_increments, demographic_increments to coupons_worker;

-- The sums of what is there. Forced row-level security would show the owner nothing.
alter table evaluations no force row level security;
alter table ledger_events no force row level security;
insert into usage_quarters
select organization_id, coalesce(promotion_id, '00000000-0000-0000-0000-000000000000'), quarter, reason, currency,
    sum(evaluations), sum(discount), sum(response_ms), sum(redemptions), sum(rolled_back), sum(given_back)
from usage_increments
group by organization_id, quarter, reason, currency, grouping sets ((promotion_id), ());
insert into response_quarters
select organization_id, coalesce(promotion_id, '00000000-0000-0000-0000-000000000000'), quarter, bucket, count(*)
from response_increments
group by organization_id, quarter, bucket, grouping sets ((promotion_id), ());
insert into demographic_hours
select organization_id, promotion_id, hour, dimension, key, count(*), sum(applicable)
from demographic_increments group by 1, 2, 3, 4, 5;
alter table evaluations force row level security;
alter table ledger_events force row level security;
drop table usage_hourly;

-- Messages that could not be stored: of a version that this release does not know, or given up by the queue. They wait
-- for an operator, who replays them. They are of no organisation, for nobody has read whose they are.
create table parked_messages (
    -- SHA-256 of the body: what comes again is the same row.
    digest bytea primary key check (length(digest) = 32),
    reason text not null,
    body text not null,
    first_seen timestamptz not null,
    last_seen timestamptz not null,
    times bigint not null
);
grant insert, select (digest, reason, last_seen, times), update (reason, last_seen, times) on parked_messages
    to coupons_app;
grant select, delete on parked_messages to coupons_worker;

-- Forgetting a customer: their coupons are taken back and name nobody.
grant update (customer_id) on coupons to coupons_app;
create index coupons_customer on coupons (organization_id, customer_id) where customer_id is not null;
