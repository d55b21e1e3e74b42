-- The panel's own, towards a SAML provider: one to sign with, one that the provider encrypts with.
create table saml_key (
    id          text primary key,
    provider_id text        not null references identity_provider (id) on delete cascade,
    purpose     text        not null check (purpose in ('signing', 'encryption')),
    secret      text        not null,
    certificate text        not null,
    created_at  timestamptz not null,
    ends_at     timestamptz
);
create index saml_key_provider on saml_key (provider_id, purpose, created_at);
