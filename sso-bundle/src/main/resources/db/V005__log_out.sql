-- Whether somebody who logs out here is sent to log out there.
alter table identity_provider add column log_out boolean not null default false;

-- Sessions here that a provider let in, by what it calls its own: so it can end them, and be told that they ended.
create table provider_session (
    session_id  text primary key,
    provider_id text        not null references identity_provider (id) on delete cascade,
    user_id     text        not null,
    subject     text        not null,
    there       text,
    hint        text        not null,
    ends_at     timestamptz not null
);
create index provider_session_subject on provider_session (provider_id, subject);
