-- Who has a role of the team's own, or none of the four, keeps 'viewer' in the column that the version before reads.
alter table membership add column role_id text;

create table custom_role (
    team_id    openpanel.team not null,
    id         text           not null,
    name       text           not null check (length(name) between 1 and 60),
    base       text check (base in ('owner', 'admin', 'developer', 'viewer')),
    allowed    text[]         not null,
    withheld   text[]         not null,
    created_at timestamptz    not null,
    version    bigint         not null default 1,
    primary key (team_id, id)
);
create unique index custom_role_name on custom_role (team_id, lower(name));
select openpanel.tenant('custom_role');

create table access_grant (
    team_id       openpanel.team not null,
    id            text           not null,
    user_id       text           not null,
    role          text           not null,
    resource      text           not null,
    resource_name text           not null,
    created_by    text           not null,
    created_at    timestamptz    not null,
    primary key (team_id, id),
    unique (team_id, user_id, resource),
    foreign key (team_id, user_id) references membership (team_id, user_id) on delete cascade
);
create index access_grant_user on access_grant (user_id);
select openpanel.tenant('access_grant');

create table invitation (
    team_id       openpanel.team not null,
    id            text           not null,
    email         text           not null check (email = lower(email)),
    role          text           not null,
    resource      text,
    resource_name text,
    hash          text           not null,
    created_by    text           not null,
    created_at    timestamptz    not null,
    expires_at    timestamptz    not null,
    primary key (team_id, id),
    unique (team_id, email)
);
create index invitation_hash on invitation (hash);
select openpanel.tenant('invitation');
