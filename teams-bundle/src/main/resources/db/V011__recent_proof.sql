-- When whoever is signed in proved again who they are; where it is empty, the beginning counts.
alter table session add column proved_at timestamptz;
