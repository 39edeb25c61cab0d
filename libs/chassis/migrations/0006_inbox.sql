-- The inbox in columns, and kept in the same call that looks where events stand. The service stands still while this runs.

alter table inbox
    add column source text, add column happened_at timestamptz, add column role text, add column purpose text, add column traceparent text;
update inbox set
    source = envelope ->> 'source', happened_at = (envelope ->> 'time')::timestamptz, role = envelope ->> 'role',
    purpose = envelope ->> 'purpose', traceparent = envelope ->> 'traceparent';
alter table inbox
    alter column source set not null, alter column happened_at set not null, alter column role set not null,
    alter column purpose set not null, drop column envelope;
comment on column inbox.happened_at is 'When the event happened, as its envelope says';

-- Rows come in the order of their places, and are read again by ranges of them.
drop index inbox_place;
create index inbox_place on inbox using brin (place) with (autosummarize = on);

drop function inbox_keep(uuid, text, text, uuid[], uuid[], integer[], uuid[], text[], text[], text[], text[]);

create function inbox_keep(
    p_board uuid, p_subscription text, p_topic text,
    p_keys text[], p_streams uuid[], p_sequences integer[], p_events uuid[], p_types text[],
    p_sources text[], p_happened_at timestamptz[], p_roles text[], p_purposes text[], p_traceparents text[],
    p_data text[], p_outcomes text[], p_which boolean[]
)
    returns setof uuid language plpgsql as
$$
begin
    perform set_config('stodvag.board', p_board::text, true);
    delete from attempts where subscription = p_subscription and event_id = any (p_events);
    return query
        insert into inbox (board_id, subscription, stream_id, sequence, event_id, type, key, topic,
                           source, happened_at, role, purpose, traceparent, data, outcome)
        select p_board, p_subscription, a.stream, a.sequence, a.event, a.type, a.key::uuid, p_topic,
               a.source, a.happened_at, a.role, a.purpose, a.traceparent, a.data::json, a.outcome
        from unnest(p_keys, p_streams, p_sequences, p_events, p_types, p_sources, p_happened_at, p_roles, p_purposes, p_traceparents,
                    p_data, p_outcomes, p_which) with ordinality
            a (key, stream, sequence, event, type, source, happened_at, role, purpose, traceparent, data, outcome, which, n)
        where a.which order by a.n
        on conflict do nothing returning event_id;
end
$$;

comment on function inbox_keep is
    'Keeps those events of one board and topic that are marked, in the order given, and returns the ids of what was not kept yet';

create function inbox_take(
    p_board uuid, p_subscription text, p_topic text,
    p_keys text[], p_streams uuid[], p_sequences integer[], p_events uuid[], p_types text[],
    p_sources text[], p_happened_at timestamptz[], p_roles text[], p_purposes text[], p_traceparents text[],
    p_data text[], p_outcomes text[]
)
    returns text[] language plpgsql as
$$
declare
    v_standings text[] := inbox_standing(p_board, p_subscription, p_topic, false, p_keys, p_streams, p_sequences, p_events);
    v_hindered text[] := array(
        select distinct a.key from unnest(p_keys, v_standings) a (key, standing) where a.standing not in ('next', 'known'));
    v_which boolean[] := array(
        select a.standing = 'next' and a.key <> all (v_hindered)
        from unnest(p_keys, v_standings) with ordinality a (key, standing, n) order by a.n);
    v_kept uuid[] := array(
        select inbox_keep(p_board, p_subscription, p_topic, p_keys, p_streams, p_sequences, p_events, p_types, p_sources,
                          p_happened_at, p_roles, p_purposes, p_traceparents, p_data, p_outcomes, v_which));
begin
    if cardinality(v_kept) = cardinality(p_events) then
        return v_standings;
    end if;
    return array(
        select case when a.which and a.event <> all (v_kept) then 'known' else a.standing end
        from unnest(p_events, v_standings, v_which) with ordinality a (event, standing, which, n) order by a.n);
end
$$;

comment on function inbox_take is
    'Where each of these events of one board and topic stands (see inbox_standing), and keeps what stands next, unless its key has '
    'something that stands in the way';

grant execute on function inbox_keep, inbox_take to :app;
