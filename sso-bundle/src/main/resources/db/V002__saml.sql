-- A SAML provider's, or where it is.
alter table identity_provider add column metadata text not null default '';

-- What a SAML provider's page posted, until the browser comes with its cookie.
alter table sign_on add column answer text;

-- Assertions count once.
create table used_assertion (
    provider_id text        not null references identity_provider (id) on delete cascade,
    hash        text        not null,
    expires_at  timestamptz not null,
    primary key (provider_id, hash)
);
