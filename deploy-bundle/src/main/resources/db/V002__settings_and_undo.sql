-- What a deployment must take back if it does not come to its end, whichever attempt of its job finds that out.
alter table deployment
    add column switching boolean not null default false,
    add column stopped_current boolean not null default false,
    add column settings jsonb;

create index deployment_untidy on deployment (team_id, app_id) where switching or stopped_current;

-- The owner is bound by the policies too, and this is for the rows of all teams.
alter table app no force row level security;
alter table deployment no force row level security;

-- What the earlier ones ran with was not kept; the app's settings of now are the nearest there is.
update deployment d
set settings = jsonb_build_object(
        'port', a.port, 'health_path', a.health_path, 'health_timeout', 'PT' || round(a.health_timeout / 1000.0, 3) || 'S',
        'cpus', a.cpus, 'memory', a.memory, 'volumes', a.volumes),
    stopped_current = d.state = 'running' and a.volumes <> '[]'
from app a
where a.team_id = d.team_id and a.id = d.app_id;

select openpanel.tenant('app');
select openpanel.tenant('deployment');

-- The value of a variable that is no secret lies as it is, so that no log masks it.
alter table variable alter column value drop not null, add column shown text;
alter table deployment_variable alter column value drop not null, add column shown text;
