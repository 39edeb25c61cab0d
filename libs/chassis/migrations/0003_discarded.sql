-- Records that nobody can ever read, set aside by operations so that what waits behind them goes on.

create table discarded (
    board_id uuid not null,
    subscription text not null,
    event_id uuid not null,
    topic text not null,
    key text not null,
    trouble text not null,
    reason text not null,
    actor text not null,
    discarded_at timestamptz not null default now(),
    primary key (subscription, event_id)
);
comment on table discarded is 'Unreadable records that operations set aside, why and by whom; delivered again, they are passed over. Holds nothing that they said';
comment on column discarded.event_id is 'An id that follows from the record''s bytes';
comment on column inbox.outcome is 'applied, unhandled (an unknown type), refused:<code>, or discarded:<reason> (unreadable, and its place counts as taken)';

call isolate('discarded', 'select, insert');

create function is_discarded(p_subscription text, p_event uuid) returns boolean
    language sql stable security definer set search_path = public, pg_temp
begin atomic
    select exists (select from discarded d where d.subscription = p_subscription and d.event_id = p_event);
end;

drop function parked_keys;

create function parked_keys(p_subscription text)
    returns table (
        topic text, key text, board_id uuid, event_id uuid, unreadable boolean,
        waiting bigint, reason text, attempts integer, parked_at timestamptz)
    language sql stable security definer set search_path = public, pg_temp
begin atomic
    select distinct on (p.topic, p.key)
        p.topic, p.key, p.board_id, p.event_id, p.stream_id is null,
        count(*) over (partition by p.topic, p.key), p.reason, p.attempts, p.parked_at
    from parked p where p.subscription = p_subscription order by p.topic, p.key, p.place;
end;

grant execute on function is_discarded, parked_keys to :app;
