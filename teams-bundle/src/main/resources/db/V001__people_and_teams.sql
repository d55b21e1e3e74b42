create table team (
    id         text primary key,
    name       text        not null check (length(name) between 1 and 100),
    created_at timestamptz not null,
    version    bigint      not null default 1
);

create table user_account (
    id         text primary key,
    email      text        not null check (email = lower(email)),
    name       text        not null,
    password   text        not null,
    created_at timestamptz not null,
    version    bigint      not null default 1
);
-- Panel-wide on purpose: one person, one account; a caller learns of a clash only where it may add people.
create unique index user_account_email on user_account (email);

create table membership (
    team_id    openpanel.team not null,
    user_id    text           not null references user_account (id) on delete cascade,
    role       text           not null check (role in ('owner', 'admin', 'developer', 'viewer')),
    created_at timestamptz    not null,
    primary key (team_id, user_id)
);
create index membership_user on membership (user_id);
select openpanel.tenant('membership');

-- One row at most: of many who race to set the panel up, one inserts it.
create table setup (
    done      boolean primary key default true check (done),
    home_team text        not null references team (id),
    done_at   timestamptz not null
);

create table session (
    id         text primary key,
    user_id    text        not null references user_account (id) on delete cascade,
    home_team  text        not null,
    address    text        not null,
    device     text        not null,
    created_at timestamptz not null,
    used_at    timestamptz not null,
    ends_at    timestamptz not null,
    ended_at   timestamptz
);
create index session_by_user on session (user_id);

-- Every token of a session, spent ones too: that is how a stolen one is noticed.
create table refresh_token (
    hash       text primary key,
    session_id text        not null references session (id) on delete cascade,
    issued_at  timestamptz not null,
    spent_at   timestamptz,
    salt       text
);
create index refresh_token_session on refresh_token (session_id);

create table api_key (
    team_id    openpanel.team not null,
    id         text           not null,
    owner      text           not null,
    name       text           not null,
    prefix     text           not null,
    hash       text           not null,
    actions    text[]         not null check (cardinality(actions) > 0),
    resources  text[]         not null,
    created_at timestamptz    not null,
    expires_at timestamptz    not null,
    used_at    timestamptz,
    primary key (team_id, id),
    unique (team_id, name),
    foreign key (team_id, owner) references membership (team_id, user_id) on delete cascade
);
create index api_key_prefix on api_key (prefix);
select openpanel.tenant('api_key');

create table signing_key (
    id          text primary key,
    private_key text        not null,
    public_key  text        not null,
    created_at  timestamptz not null,
    retired_at  timestamptz
);
create unique index signing_key_current on signing_key ((true)) where retired_at is null;
