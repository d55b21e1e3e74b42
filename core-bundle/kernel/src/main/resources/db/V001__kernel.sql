-- Jobs: the row is the truth, the scheduler's row only says when to look at it next.
create table job (
    id text primary key,
    team_id openpanel.team,
    action text not null,
    plugin text not null,
    caller jsonb not null,
    surface text not null,
    resource text,
    resource_name text,
    input jsonb not null,
    state text not null default 'queued',
    progress int not null default 0,
    attempt int not null default 0,
    cancel_requested boolean not null default false,
    created_at timestamptz not null,
    started_at timestamptz,
    finished_at timestamptz,
    result jsonb,
    error_kind text,
    error text
);
create index job_by_team on job (team_id, created_at desc);
create index job_by_resource on job (resource, created_at desc);
create index job_unfinished on job (state) where state in ('queued', 'running');

create table job_step (
    job_id text not null references job on delete cascade,
    name text not null,
    position int not null,
    state text not null,
    attempt int not null,
    started_at timestamptz not null,
    finished_at timestamptz,
    result jsonb,
    primary key (job_id, name)
);

create table job_log (
    job_id text not null references job on delete cascade,
    seq bigint not null,
    at timestamptz not null,
    step text,
    line text not null,
    primary key (job_id, seq)
);

create table scheduled_tasks (
    task_name text not null,
    task_instance text not null,
    task_data bytea,
    execution_time timestamptz not null,
    picked boolean not null,
    picked_by text,
    last_success timestamptz,
    last_failure timestamptz,
    consecutive_failures int,
    last_heartbeat timestamptz,
    version bigint not null,
    priority smallint,
    primary key (task_name, task_instance)
);
create index scheduled_tasks_due on scheduled_tasks (execution_time);
create index scheduled_tasks_heartbeat on scheduled_tasks (last_heartbeat);

-- Events: what happened, who hears it, and what each hearer still has to get.
create table event (
    id text primary key,
    topic text not null,
    at timestamptz not null,
    team_id openpanel.team,
    caller text not null,
    ref text,
    data jsonb not null
);
create index event_by_time on event (at);

create table subscription (
    subscriber text primary key,
    pattern text not null,
    topic_regex text not null
);

create table delivery (
    id bigint generated always as identity primary key,
    event_id text not null references event on delete cascade,
    subscriber text not null references subscription on delete cascade,
    ordering_key text not null,
    tries int not null default 0,
    due_at timestamptz not null,
    claimed_until timestamptz,
    dead boolean not null default false,
    error text
);
create index delivery_due on delivery (subscriber, id) where not dead;

-- Audit: an intent before, an outcome after; rows are added and never changed.
create table audit (
    seq bigint generated always as identity primary key,
    call_id text not null,
    phase text not null,
    at timestamptz not null,
    team_id openpanel.team,
    caller text not null,
    caller_name text not null,
    via text,
    surface text not null,
    address text not null,
    request_id text not null,
    action text not null,
    resources text[] not null,
    input jsonb,
    outcome text,
    detail text
);
create index audit_by_team on audit (team_id, seq desc);
create index audit_by_call on audit (call_id);

-- The first answer to a call with an idempotency key.
create table idempotency (
    caller text not null,
    action text not null,
    key text not null,
    input_hash text not null,
    at timestamptz not null,
    reply text,
    primary key (caller, action, key)
);

select openpanel.tenant('job');
select openpanel.tenant('event');
select openpanel.tenant('audit');
select openpanel.append_only('audit');
