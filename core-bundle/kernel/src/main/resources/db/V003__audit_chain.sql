-- The chain over the audit trail: each entry's hash covers the entry before it and one whole row.
create table audit_chain (
    position bigint primary key,
    seq bigint not null unique,
    call_id text not null,
    hash bytea not null
);

-- What the chain had become at some time, signed with a key that is not in the database.
create table audit_checkpoint (
    id bigint generated always as identity primary key,
    position bigint not null,
    seq bigint not null,
    hash bytea not null,
    at timestamptz not null,
    key_id text not null,
    signature bytea not null
);
create index audit_checkpoint_by_position on audit_checkpoint (position);

select openpanel.append_only('audit_chain');
select openpanel.append_only('audit_checkpoint');
