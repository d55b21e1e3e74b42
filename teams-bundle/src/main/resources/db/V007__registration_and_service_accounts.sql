-- Where an account's address shall lead once the link, which goes there, was opened.
alter table account_link add column target text;

-- Somebody who wants an account: there is none until they open the link and give the password again.
create table registration (
    id         text primary key,
    email      text        not null check (email = lower(email)),
    name       text        not null,
    password   text        not null,
    hash       text unique,
    told       boolean     not null default false,
    created_at timestamptz not null,
    expires_at timestamptz not null
);
create index registration_email on registration (email);

-- A service account has neither password nor sessions; its keys are all there is of it.
alter table user_account add column kind text not null default 'person' check (kind in ('person', 'service'));

-- The secret before the last rotation, while both are good.
alter table api_key add column former_prefix text;
alter table api_key add column former_hash text;
alter table api_key add column former_until timestamptz;
alter table api_key add column rotated_at timestamptz;
create index api_key_former_prefix on api_key (former_prefix) where former_prefix is not null;
