-- When a delivery was set aside as dead.
alter table delivery add column failed_at timestamptz;
create index delivery_dead on delivery (id) where dead;
