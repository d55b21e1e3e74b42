-- How much of something a team may have; what has no row may be had in any amount. The version before knows no bounds.
create table quota (
    team_id    openpanel.team not null,
    name       text           not null,
    most       bigint         not null check (most >= 0),
    changed_by text           not null,
    changed_at timestamptz    not null,
    primary key (team_id, name)
);
select openpanel.tenant('quota');
