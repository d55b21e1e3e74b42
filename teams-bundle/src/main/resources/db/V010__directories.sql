-- Whom a directory of the team keeps. The version before knows of none: the members it finds stay as they are.
create table provisioned_member (
    team_id   openpanel.team not null,
    user_id   text           not null references user_account (id) on delete cascade,
    -- Empty once the directory speaks of them no more.
    directory text,
    -- Who may say the first time that they are this person.
    provider  text,
    active    boolean        not null,
    -- Whether the account was made for the directory, and whether it was shut for it.
    made      boolean        not null,
    shut      boolean        not null default false,
    primary key (team_id, user_id)
);
create index provisioned_member_user on provisioned_member (user_id);
select openpanel.tenant('provisioned_member');
