-- Each change of a plugin's settings. The last row of a name has its value: JSON, sealed for a secret, or null for the default.
create table setting_change (
    id bigint generated always as identity primary key,
    change text not null,
    plugin text not null,
    name text not null,
    secret boolean not null,
    former text,
    value text,
    at timestamptz not null,
    caller text not null,
    caller_name text not null,
    undoes text
);
create index setting_change_by_name on setting_change (plugin, name, id desc);
create index setting_change_by_change on setting_change (change);
