-- A key is replaced by a successor, and both work for a while; and a list tells when each was last used.
alter table app_keys
    add constraint app_keys_tenant_key unique (organization_id, id),
    add column rotated_to uuid,
    add column last_used_at timestamptz,
    add constraint app_keys_successor foreign key (organization_id, rotated_to) references app_keys (organization_id, id),
    -- A key has one predecessor at most.
    add constraint app_keys_successor_key unique (organization_id, rotated_to);
grant update (rotated_to, expires_at, last_used_at) on app_keys to coupons_app;

-- Publishing everything again goes through the organisations one by one.
create policy republish on organizations for select to coupons_worker using (true);
grant select (id) on organizations to coupons_worker;
