-- Requests that a merchant keeps with a promotion to try it with.
create table promotion_samples (
    organization_id uuid not null,
    promotion_id uuid not null,
    id uuid not null,
    name text not null check (length(name) between 1 and 200),
    -- The body of an evaluation as it was written, its numbers and white space too, right or wrong.
    request json not null check (json_typeof(request) = 'object' and octet_length(request::text) <= 16384),
    created_at timestamptz not null,
    updated_at timestamptz not null,
    primary key (organization_id, promotion_id, id),
    foreign key (organization_id, promotion_id) references promotions on delete cascade
);
alter table promotion_samples enable row level security;
alter table promotion_samples force row level security;
create policy own on promotion_samples to coupons_app using (organization_id = (select current_organization()));
grant select, insert, update (name, request, updated_at), delete on promotion_samples to coupons_app;
