create table project (
    team_id openpanel.team not null,
    id text not null,
    name text not null,
    description text not null default '',
    created_at timestamptz not null,
    version bigint not null default 1,
    primary key (team_id, id),
    unique (team_id, name)
);

create table app (
    team_id openpanel.team not null,
    id text not null,
    project_id text not null,
    name text not null,
    git text,
    branch text,
    directory text,
    token text,
    deploy_key text,
    known_host text,
    private_source boolean not null default false,
    image text,
    sample boolean not null default false,
    dockerfile text,
    port int not null,
    health_path text,
    health_timeout bigint not null,
    cpus double precision,
    memory bigint,
    volumes jsonb not null default '[]',
    current_deployment text,
    created_at timestamptz not null,
    version bigint not null default 1,
    primary key (team_id, id),
    unique (team_id, project_id, name),
    foreign key (team_id, project_id) references project (team_id, id)
);

create table variable (
    team_id openpanel.team not null,
    id text not null,
    app_id text not null,
    name text not null,
    value text not null,
    secret boolean not null,
    scope text not null,
    changed_at timestamptz not null,
    primary key (team_id, id),
    unique (team_id, app_id, name),
    foreign key (team_id, app_id) references app (team_id, id) on delete cascade
);

create table deployment (
    team_id openpanel.team not null,
    id text not null,
    app_id text not null,
    number int not null,
    state text not null,
    trigger text not null,
    author text not null,
    job text not null,
    branch text,
    commit_id text,
    message text,
    image text,
    container text,
    address text,
    error text,
    former text,
    created_at timestamptz not null,
    started_at timestamptz,
    finished_at timestamptz,
    primary key (team_id, id),
    unique (team_id, app_id, number),
    unique (team_id, job),
    foreign key (team_id, app_id) references app (team_id, id) on delete cascade
);
create index deployment_unfinished on deployment (team_id, app_id) where state in ('queued', 'running');

-- What the app was given: a rollback brings it back with the image.
create table deployment_variable (
    team_id openpanel.team not null,
    deployment_id text not null,
    name text not null,
    value text not null,
    scope text not null,
    primary key (team_id, deployment_id, name),
    foreign key (team_id, deployment_id) references deployment (team_id, id) on delete cascade
);

select openpanel.tenant('project');
select openpanel.tenant('app');
select openpanel.tenant('variable');
select openpanel.tenant('deployment');
select openpanel.tenant('deployment_variable');
