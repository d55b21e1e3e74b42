-- The bytes of plugins that were installed: of the version that runs, and of the one before it.
create table plugin_file (
    sha256 text primary key,
    plugin text not null,
    version text not null,
    size bigint not null,
    kept_at timestamptz not null
);

create table plugin_part (
    sha256 text not null references plugin_file on delete cascade,
    position int not null,
    bytes bytea not null,
    primary key (sha256, position)
);
alter table plugin_part alter column bytes set storage external;

-- What is installed beside what the distribution brings. The row is the truth; the framework's cache follows it.
create table plugin_install (
    plugin text primary key,
    title text not null,
    state text not null,
    reason text,
    marketplace text not null,
    publisher text not null,
    version text not null,
    sha256 text references plugin_file,
    permissions text[] not null,
    former_version text,
    former_sha256 text references plugin_file,
    former_permissions text[],
    installed_at timestamptz not null,
    changed_at timestamptz not null,
    changed_by text not null
);

create table marketplace (
    name text primary key,
    url text not null,
    root bytea not null,
    listing bytea,
    listing_version bigint not null default 0,
    refreshed_at timestamptz,
    error text,
    added_at timestamptz not null
);

-- Whose plugins may run inside the panel.
create table publisher_key (
    marketplace text not null references marketplace on delete cascade,
    publisher text not null,
    key_id text not null,
    trusted_at timestamptz not null,
    trusted_by text not null,
    primary key (marketplace, publisher, key_id)
);
