-- Of the panel, and so of no team.
create table identity_provider (
    id            text primary key,
    name          text        not null check (length(name) between 1 and 60),
    preset        text        not null,
    address       text        not null,
    client_id     text        not null,
    client_secret text,
    groups_claim  text        not null,
    newcomers     boolean     not null,
    second_factor text[]      not null,
    offered       boolean     not null default true,
    created_at    timestamptz not null,
    version       bigint      not null default 1
);
create unique index identity_provider_name on identity_provider (lower(name));

create table provider_rule (
    provider_id text    not null references identity_provider (id) on delete cascade,
    position    integer not null,
    group_name  text    not null,
    team        text    not null,
    role        text    not null,
    primary key (provider_id, position)
);

-- What a browser was sent away with: to be answered once, soon, by the same browser or the same person.
create table sign_on (
    state_hash   text primary key,
    browser_hash text        not null,
    provider_id  text        not null references identity_provider (id) on delete cascade,
    redirect     text        not null,
    nonce        text        not null,
    verifier     text        not null,
    return_to    text        not null,
    user_id      text,
    address      text        not null,
    expires_at   timestamptz not null
);
create index sign_on_address on sign_on (address);

-- An account elsewhere that somebody proved to have and is about to link.
create table link_proof (
    hash          text primary key,
    user_id       text        not null,
    provider_id   text        not null references identity_provider (id) on delete cascade,
    issuer        text        not null,
    subject       text        not null,
    name          text        not null,
    email         text,
    expires_at    timestamptz not null
);
