-- Which versions of the key somebody said to have kept outside of this machine.
create table recovery_kit (
    version text primary key,
    confirmed_at timestamptz not null,
    confirmed_by text not null
);
