-- Whether a version was never signed: whoever owns the machine put it there while building it.
alter table plugin_install add column development boolean not null default false;
alter table plugin_install add column former_development boolean not null default false;
