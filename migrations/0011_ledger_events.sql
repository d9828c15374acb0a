-- What the redemption ledger tells: every change once, and what follows from it for reports, coupons and promotions.

-- The inbox of the ledger's changes. Nothing changes or removes a row.
create table ledger_events (
    organization_id uuid not null,
    id uuid not null,
    kind text not null
        check (kind in ('reserved', 'committed', 'released', 'expired', 'partly_rolled_back', 'rolled_back')),
    promotion_id uuid not null,
    redemption_id uuid not null,
    at timestamptz not null,
    -- What a commitment gave, or a roll-back returned; null when the request named no amount.
    discount_amount bigint check (discount_amount >= 0),
    discount_currency text check (discount_currency ~ '^[A-Z]{3}$'),
    -- The coupon that the redemption uses.
    coupon text check (length(coupon) between 1 and 64),
    mode text not null check (mode in ('live', 'test')),
    received_at timestamptz not null,
    primary key (organization_id, id),
    foreign key (organization_id, promotion_id) references promotions,
    check ((discount_amount is null) = (discount_currency is null))
);
-- A redemption's changes side by side, for the comparison with the ledger.
create index ledger_events_redemption on ledger_events (organization_id, promotion_id, redemption_id, kind);
alter table ledger_events enable row level security;
alter table ledger_events force row level security;
create policy own on ledger_events to coupons_app using (organization_id = current_organization());
grant select, insert on ledger_events to coupons_app;

alter table usage_hourly
    -- Redemptions that were given back whole in this hour.
    add column rolled_back bigint not null default 0,
    -- What was given back in this hour of the discounts, in minor units.
    add column given_back numeric(38, 0) not null default 0;
grant update (rolled_back, given_back) on usage_hourly to coupons_app;

alter table promotions
    -- When something that counts against the limits was last given back.
    add column given_back_at timestamptz;
grant update (given_back_at) on promotions to coupons_app;

-- Changes of a coupon may come in any order: one that is given back before it is known to be used counts below zero until
-- then.
alter table coupons drop constraint coupons_uses_check;

-- The end of a promotion's identifier names its ledger objects, and is in the identifier of each of its redemptions:
-- `engine::ledger::PromotionTag`.
create unique index promotions_tag_key on promotions (organization_id, right(id::text, 10));
