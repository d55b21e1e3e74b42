-- What happened, by the event that told it: hearing it twice makes one row.
create table entry (
    team_id      openpanel.team not null,
    id           text           not null,
    at           timestamptz    not null,
    topic        text           not null,
    actor        text           not null,
    actor_name   text           not null,
    subject      text,
    subject_name text           not null,
    above        text[]         not null,
    above_names  text[]         not null,
    detail       text           not null,
    primary key (team_id, id)
);
create index entry_newest on entry (team_id, at desc, id desc);
create index entry_subject on entry (team_id, subject);
create index entry_above on entry using gin (above);
select openpanel.tenant('entry');

create table comment (
    team_id    openpanel.team not null,
    id         text           not null,
    resource   text           not null,
    above      text[]         not null,
    author     text           not null,
    author_name text          not null,
    text       text           not null,
    created_at timestamptz    not null,
    edited_at  timestamptz,
    deleted_by text,
    version    bigint         not null default 1,
    primary key (team_id, id)
);
create index comment_resource on comment (team_id, resource, created_at, id);
select openpanel.tenant('comment');

create table follower (
    team_id  openpanel.team not null,
    user_id  text           not null,
    resource text           not null,
    follows  boolean        not null,
    primary key (team_id, user_id, resource)
);
create index follower_resource on follower (team_id, resource);
select openpanel.tenant('follower');

-- One for each person and event. Its mail waits for the next digest until mailed_at is set.
create table notification (
    team_id      openpanel.team not null,
    id           text           not null,
    user_id      text           not null,
    event_id     text           not null,
    kind         text           not null,
    at           timestamptz    not null,
    actor_name   text           not null,
    subject      text,
    subject_name text           not null,
    above        text[]         not null,
    above_names  text[]         not null,
    detail       text           not null,
    shown        boolean        not null,
    mail         text           not null,
    mailed_at    timestamptz,
    read_at      timestamptz,
    primary key (team_id, id),
    unique (team_id, user_id, event_id)
);
create index notification_newest on notification (team_id, user_id, at desc, id desc);
create index notification_waiting on notification (team_id, user_id) where mailed_at is null and mail in ('daily', 'weekly');
select openpanel.tenant('notification');

create table preference (
    team_id openpanel.team not null,
    user_id text           not null,
    kind    text           not null,
    shown   boolean        not null,
    mail    text           not null,
    primary key (team_id, user_id, kind)
);
select openpanel.tenant('preference');

-- How to write to somebody; as their browser says, or as they chose.
create table reader (
    team_id  openpanel.team not null,
    user_id  text           not null,
    language text           not null,
    zone     text           not null,
    primary key (team_id, user_id)
);
select openpanel.tenant('reader');

-- What goes out by mail. The link of an invitation is sealed, and gone once it was sent.
create table mail (
    team_id    openpanel.team not null,
    id         text           not null,
    recipient  text           not null,
    subject    text           not null,
    text       text           not null,
    html       text           not null,
    link       text,
    created_at timestamptz    not null,
    sent_at    timestamptz,
    primary key (team_id, id)
);
create index mail_age on mail (created_at);
select openpanel.tenant('mail');
