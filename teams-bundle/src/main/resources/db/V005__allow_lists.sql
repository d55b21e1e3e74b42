-- The version before neither reads nor writes it: its teams may be worked in from everywhere.
alter table team add column addresses text[] not null default '{}';
