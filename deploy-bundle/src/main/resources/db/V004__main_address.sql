-- Which of its domains an app is known by; null: the oldest of its own. One that is deleted counts as not chosen.
alter table app add column main_domain text;
