-- What somebody said of a route; a route without a row runs.
create table route_switch (
    id text primary key,
    enabled boolean not null,
    changed_by text not null,
    changed_at timestamptz not null
);
