-- What a raw row adds to all sums, in one view instead of three: so the roll-up reads each row once.
--
-- A redemption counts once: by its record when the record names it, else, when a reservation was confirmed, by the event.
-- An event adds to usage_quarters alone: it has no bucket, and zero evaluations of whoever asked.
create view increments with (security_invoker = true) as
select organization_id, batch, id, promotion_id,
    date_bin('15 minutes', at, '2000-01-01T00:00:00Z'::timestamptz) as quarter,
    date_bin('1 hour', received_at, '2000-01-01T00:00:00Z'::timestamptz) as hour,
    coalesce(reason, '') as reason, coalesce(discount_currency, '') as currency,
    -- Bucket n holds what took at most the bound at place n, in milliseconds; the last one what took longer than all.
    width_bucket(response_ms - 1,
        array[1, 2, 3, 5, 8, 12, 20, 30, 50, 80, 120, 200, 300, 500, 800, 1200, 2000, 5000, 30000]::bigint[])::smallint as bucket,
    coalesce(country, '') as country, coalesce(city, '') as city, coalesce(age_band, '') as age_band,
    1 as evaluations, case when reason is null then 1 else 0 end as applicable,
    coalesce(discount_amount, 0) as discount, response_ms,
    case when redemption_id is null then 0 else 1 end as redemptions, 0 as rolled_back, 0::bigint as given_back
from evaluations
union all
select organization_id, batch, id, promotion_id,
    date_bin('15 minutes', at, '2000-01-01T00:00:00Z'::timestamptz),
    date_bin('1 hour', received_at, '2000-01-01T00:00:00Z'::timestamptz),
    '', coalesce(discount_currency, ''), null, '', '', '',
    0, 0,
    case when kind = 'committed' then coalesce(discount_amount, 0) else 0 end, 0,
    case when kind = 'committed' then 1 else 0 end, case when kind = 'rolled_back' then 1 else 0 end,
    case when kind = 'committed' then 0 else coalesce(discount_amount, 0) end
from ledger_events
where kind in ('partly_rolled_back', 'rolled_back') or (kind = 'committed' and not has_record);

grant select on increments to coupons_app, coupons_worker;
drop view usage_increments, response_increments, demographic_increments;
