-- How often each route ran, and how it went the last time.
create table route_run (
    id text primary key,
    runs bigint not null,
    failures bigint not null,
    last_at timestamptz not null,
    failed_at timestamptz,
    error text
);
