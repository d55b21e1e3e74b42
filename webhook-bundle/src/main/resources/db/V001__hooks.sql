create table hook (
    team_id    openpanel.team not null,
    id         text           not null,
    app        text           not null,
    branch     text,
    secret     text           not null,
    created_at timestamptz    not null,
    used_at    timestamptz,
    primary key (team_id, id)
);
create index hook_id on hook (id);
select openpanel.tenant('hook');

-- What arrived in the last 24 hours: Git hosts send again what they think was lost.
create table hook_delivery (
    team_id     openpanel.team not null,
    hook_id     text           not null,
    delivery    text           not null,
    received_at timestamptz    not null,
    primary key (team_id, hook_id, delivery),
    foreign key (team_id, hook_id) references hook (team_id, id) on delete cascade
);
create index hook_delivery_age on hook_delivery (received_at);
select openpanel.tenant('hook_delivery');
