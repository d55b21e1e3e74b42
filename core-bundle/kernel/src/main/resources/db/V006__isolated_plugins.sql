-- Whether a plugin runs in a process of its own, because nobody trusted its publisher when it was installed.
alter table plugin_install add column isolated boolean not null default false;
