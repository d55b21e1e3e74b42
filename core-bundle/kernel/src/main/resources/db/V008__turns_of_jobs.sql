-- In which order jobs were asked for, which no clock tells for sure.
alter table job add column turn bigint not null generated always as identity;
