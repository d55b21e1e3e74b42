-- Who says who is in a team. The account and the key are of teams; a directory without one answers nobody.
create table directory (
    team_id     openpanel.team not null,
    id          text           not null,
    name        text           not null check (length(name) between 1 and 60),
    role        text           not null,
    provider_id text           references identity_provider (id) on delete set null,
    account     text,
    key         text,
    created_at  timestamptz    not null,
    version     bigint         not null default 1,
    primary key (team_id, id)
);
create unique index directory_name on directory (team_id, lower(name));
select openpanel.tenant('directory');

create table directory_rule (
    team_id      openpanel.team not null,
    directory_id text           not null,
    position     integer        not null,
    group_name   text           not null,
    role         text           not null,
    primary key (team_id, directory_id, position),
    foreign key (team_id, directory_id) references directory (team_id, id) on delete cascade
);
select openpanel.tenant('directory_rule');

-- Somebody as the directory describes them. What they have in the team is in given_role, null until they have it.
create table directory_user (
    team_id      openpanel.team not null,
    id           text           not null,
    directory_id text           not null,
    user_id      text,
    user_name    text           not null,
    external_id  text,
    display_name text,
    profile      jsonb          not null,
    active       boolean        not null,
    given_role   text,
    created_at   timestamptz    not null,
    modified_at  timestamptz    not null,
    version      bigint         not null default 1,
    primary key (team_id, id),
    foreign key (team_id, directory_id) references directory (team_id, id) on delete cascade
);
create unique index directory_user_name on directory_user (team_id, directory_id, lower(user_name));
create unique index directory_user_person on directory_user (team_id, directory_id, user_id);
create index directory_user_external on directory_user (team_id, directory_id, external_id);
select openpanel.tenant('directory_user');

create table directory_group (
    team_id      openpanel.team not null,
    id           text           not null,
    directory_id text           not null,
    name         text           not null,
    external_id  text,
    created_at   timestamptz    not null,
    modified_at  timestamptz    not null,
    version      bigint         not null default 1,
    primary key (team_id, id),
    foreign key (team_id, directory_id) references directory (team_id, id) on delete cascade
);
create unique index directory_group_name on directory_group (team_id, directory_id, lower(name));
select openpanel.tenant('directory_group');

create table directory_member (
    team_id  openpanel.team not null,
    group_id text           not null,
    user_id  text           not null,
    primary key (team_id, group_id, user_id),
    foreign key (team_id, group_id) references directory_group (team_id, id) on delete cascade,
    foreign key (team_id, user_id) references directory_user (team_id, id) on delete cascade
);
create index directory_member_user on directory_member (team_id, user_id);
select openpanel.tenant('directory_member');
