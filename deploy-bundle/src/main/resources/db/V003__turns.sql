-- In which order deployments were asked for: their jobs begin side by side.
alter table deployment add column turn bigint not null default 0;
