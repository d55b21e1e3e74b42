create table domain (
    team_id    openpanel.team not null,
    id         text           not null,
    app        text           not null,
    host       text           not null,
    generated  boolean        not null,
    created_at timestamptz    not null,
    primary key (team_id, id),
    unique (team_id, host)
);
create index domain_app on domain (team_id, app);
select openpanel.tenant('domain');

-- Where an app's requests go; no row: it never ran.
create table route (
    team_id    openpanel.team not null,
    app        text           not null,
    upstreams  text[]         not null,
    applied_at timestamptz    not null,
    primary key (team_id, app)
);
select openpanel.tenant('route');

-- A host serves one app of the whole panel. A unique index over the teams' rows would tell one team what another has, so
-- the claim says nothing but that somebody has it.
create table domain_claim (
    host   text primary key,
    domain text not null unique
);

-- The last configuration the proxy was given; the file beside the proxy may be older after a restore.
create table configuration (
    single  boolean primary key default true check (single),
    version bigint  not null
);
insert into configuration (version) values (0);
