-- A message about a closing may also be to somebody who waits in the queue, and then it is about no time.

alter table messages alter column starts_at drop not null;
comment on column messages.starts_at is 'When the time begins that it is about; null where it is about a place in a queue';
