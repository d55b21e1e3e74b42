-- People as other parties know them. Of one person, like their account, and so of no team.
create table user_identity (
    id         text primary key,
    issuer     text        not null,
    subject    text        not null,
    user_id    text        not null references user_account (id) on delete cascade,
    provider   text        not null,
    name       text        not null,
    created_at timestamptz not null,
    used_at    timestamptz,
    unique (issuer, subject)
);
create index user_identity_user on user_identity (user_id);

-- Which memberships somebody's groups gave: only those are taken away again.
create table mapped_role (
    team_id  openpanel.team not null,
    user_id  text           not null,
    provider text           not null,
    role     text           not null,
    primary key (team_id, user_id),
    foreign key (team_id, user_id) references membership (team_id, user_id) on delete cascade
);
create index mapped_role_user on mapped_role (user_id);
select openpanel.tenant('mapped_role');

-- How somebody proved themselves before the challenge; the version before knows a password only.
alter table challenge add column amr text[] not null default '{pwd}';
