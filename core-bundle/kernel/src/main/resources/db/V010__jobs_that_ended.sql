-- Those that ended long ago are deleted, the oldest first.
create index job_ended on job (finished_at, id) where finished_at is not null;
