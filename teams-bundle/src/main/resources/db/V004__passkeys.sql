-- A passkey has a public key in place of a seed.
alter table factor alter column secret drop not null;

create table passkey (
    factor_id     text primary key references factor (id) on delete cascade,
    credential_id bytea  not null unique,
    public_key    bytea  not null,
    counter       bigint not null,
    origin        text   not null
);

-- What a browser was asked to prove: to be answered once, soon.
create table ceremony (
    hash       text primary key,
    user_id    text references user_account (id) on delete cascade,
    name       text        not null,
    challenge  text        not null,
    origin     text        not null,
    request    text        not null,
    expires_at timestamptz not null
);
