-- The version before does not know of it and lets whoever is disabled in.
alter table user_account add column disabled_at timestamptz;

-- A way to prove oneself by a link, once; bound to the address it was made for. Of one person, and so of no team.
create table account_link (
    hash       text primary key,
    user_id    text        not null references user_account (id) on delete cascade,
    purpose    text        not null,
    email      text        not null,
    created_at timestamptz not null,
    expires_at timestamptz not null
);
create index account_link_user on account_link (user_id, purpose);

-- What is to be done after the answer was given, so that the answer takes as long for an address that nobody has.
create table account_request (
    id         text primary key,
    kind       text        not null,
    email      text        not null,
    subject    text,
    language   text,
    created_at timestamptz not null
);
