-- What the panel needs in its database besides the schemas of its bundles. Runs as the owner, again at each change of
-- this file; every statement may find its work done. ${…} are filled in, already quoted.

do $$
begin
    if not exists (select from pg_roles where rolname = ${app_text}) then
        create role ${app} login;
    end if;
    if not exists (select from pg_roles where rolname = ${all_text}) then
        create role ${all} nologin;
    end if;
    if not exists (select from pg_roles where rolname = ${apart_text}) then
        create role ${apart} nologin;
    end if;
    if exists (select from pg_roles where rolname in (${app_text}, ${all_text}, ${apart_text})
               and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication)) then
        raise exception 'The roles % and % may be nothing but plain roles', ${app_text}, ${all_text};
    end if;
    -- The role must ask to become the other one; by mere membership its rows would be everybody's.
    if current_setting('server_version_num')::int >= 160000 then
        execute 'grant ${all} to ${app} with inherit false, set true';
    else
        execute 'alter role ${app} noinherit';
        execute 'grant ${all} to ${app}';
    end if;
end
$$;
grant connect on database ${database} to ${app}, ${apart};

create schema if not exists openpanel;
revoke all on schema openpanel from public;
grant usage on schema openpanel to ${app}, ${all}, ${apart};

create table if not exists openpanel.migration (
    schema text not null,
    digest text not null,
    applied_at timestamptz not null default now(),
    primary key (schema, digest)
);

-- Wrapped by a key outside the database. The team is empty for what belongs to the whole panel.
create table if not exists openpanel.data_key (
    id text primary key,
    team text not null,
    wrapped text not null,
    created_at timestamptz not null default now()
);
create index if not exists data_key_by_team on openpanel.data_key (team, created_at);

do $$
begin
    if to_regtype('openpanel.team') is null then
        create domain openpanel.team as text check (value ~ '^[0-9a-hjkmnp-tv-z]{16}$');
    end if;
end
$$;

-- An error where no team is set: a transaction that forgot it sees nothing.
create or replace function openpanel.current_team() returns openpanel.team
    language sql stable parallel safe
    as $$ select current_setting('app.team')::openpanel.team $$;

-- Makes a table with a column team_id a tenant table: the application sees the rows of the current team only.
-- Ends a migration; may run again, for one after it was lifted to change rows of all teams.
create or replace function openpanel.tenant(target regclass) returns void language plpgsql as $$
begin
    if not exists (select from pg_attribute where attrelid = target and attname = 'team_id' and not attisdropped
                   and atttypid = 'openpanel.team'::regtype) then
        raise exception 'The table % has no column team_id openpanel.team', target;
    end if;
    execute format('alter table %s enable row level security, force row level security', target);
    execute format('drop policy if exists tenant on %s', target);
    execute format('create policy tenant on %s to ${app} using (team_id = (select openpanel.current_team()))'
                   ' with check (team_id = (select openpanel.current_team()))', target);
    execute format('drop policy if exists all_teams on %s', target);
    execute format('create policy all_teams on %s to ${all} using (true) with check (true)', target);
    -- For a plugin's own login, which owns its tables and nothing else; it says itself when it works over all teams.
    execute format('drop policy if exists apart on %s', target);
    execute format('create policy apart on %s to ${apart} using (case when current_setting(''app.all'', true) = ''on'''
                   ' then true else team_id = (select openpanel.current_team()) end)', target);
    execute format('revoke all on %s from public', target);
    execute format('grant select, insert, update, delete on %s to ${app}, ${all}', target);
end
$$;

-- Makes a table one that the application adds rows to and never changes.
create or replace function openpanel.append_only(target regclass) returns void language plpgsql as $$
begin
    execute format('revoke update, delete on %s from ${app}, ${all}', target);
end
$$;
