-- Up to this row of the audit trail each intent has its outcome: whoever looks for one left by a crash begins above it.
create table audit_settled (seq bigint not null);
insert into audit_settled values (0);

-- What is older than a day goes at each claim.
create index idempotency_by_time on idempotency (at);

-- Deleting an event deletes its deliveries.
create index delivery_by_event on delivery (event_id);
