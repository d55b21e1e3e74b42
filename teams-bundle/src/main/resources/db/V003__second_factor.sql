-- The version before writes none of these: its teams ask for nothing, and its sessions came by a password.
alter table team add column second_factor boolean not null default false;
alter table session add column amr text[] not null default '{pwd}';

-- Of one person, like their account, and so of no team.
create table factor (
    id           text primary key,
    user_id      text        not null references user_account (id) on delete cascade,
    kind         text        not null,
    name         text        not null check (length(name) between 1 and 60),
    secret       text        not null,
    last_step    bigint      not null default 0,
    created_at   timestamptz not null,
    confirmed_at timestamptz,
    used_at      timestamptz
);
create index factor_user on factor (user_id);

create table recovery_code (
    user_id text not null references user_account (id) on delete cascade,
    hash    text not null,
    primary key (user_id, hash)
);

-- Between the right password and the session.
create table challenge (
    hash       text primary key,
    user_id    text        not null references user_account (id) on delete cascade,
    tries      integer     not null default 0,
    created_at timestamptz not null,
    expires_at timestamptz not null
);
create index challenge_user on challenge (user_id);
