create table removed (
    team_id    openpanel.team not null,
    container  text           not null,
    name       text           not null,
    image      text           not null,
    app        text,
    ended_at   timestamptz    not null,
    removed_at timestamptz    not null,
    primary key (team_id, container)
);
create index removed_at on removed (removed_at);
select openpanel.tenant('removed');

create table setting (
    team_id    openpanel.team primary key,
    scheduled  boolean        not null,
    older_than bigint         not null
);
select openpanel.tenant('setting');
