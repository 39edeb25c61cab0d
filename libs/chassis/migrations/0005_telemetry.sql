-- What operations measure, each behind a function that costs a few index lookups, and what readiness asks.

alter table outbox add column put_at timestamptz not null default now();
comment on column outbox.put_at is 'When its command was carried out, to measure how long it waits';

-- The same as before, now with the new column: a function's `*` is what it was when the function was made.
create or replace function outbox_head(p_inflight bigint[], p_count integer) returns setof outbox
    language sql stable security definer set search_path = public, pg_temp
begin atomic
    select * from outbox
    where not position <@ (select coalesce(range_agg(int8range(i, i, '[]')), '{}') from unnest(p_inflight) i)
    order by position limit p_count;
end;

create function gauges() returns table (gauge text, of text, value double precision)
    language sql stable security definer set search_path = public, pg_temp
begin atomic
    with head as (select position, put_at from outbox order by position limit 1),
         soon as (select kind, due_at from timers where next_at <= now() + interval '1 day')
    select 'outbox.depth', '', coalesce((select max(position) from outbox) - (select position from head) + 1, 0)
    union all
    select 'outbox.age', '', coalesce((select greatest(extract(epoch from now() - put_at), 0) from head), 0)
    union all
    select 'parked.keys', subscription, count(distinct (topic, key)) from parked group by subscription
    union all
    select 'timers.due', kind, count(*) from soon group by kind
    union all
    select 'timers.overdue', kind, count(*) from soon where due_at < now() - interval '1 minute' group by kind;
end;

comment on function gauges is
    'Outbox: how many numbers lie from the first row to the last, and how many seconds the first has waited. '
    'Parked keys by subscription. Timers by kind of stream: due within a day, and those a minute late or more';

create function migrated(p_folder text) returns bigint
    language sql stable security definer set search_path = public, pg_temp
begin atomic
    select count(*) from migrations where folder = p_folder;
end;

comment on function migrated is 'How many migrations of a folder have been applied, so that a service can tell whether it is too new for its database';

grant execute on function gauges, migrated to :app;
