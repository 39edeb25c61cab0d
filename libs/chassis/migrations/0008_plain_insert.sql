-- A row is in the inbox already only where another member of the group had the same records a moment ago. So a batch is
-- inserted plainly, which costs a third less than looking for a conflict row by row, and again with that look if need be.
-- The payload is text that the reader has checked to be JSON.

alter table inbox alter column data type text;
comment on column inbox.data is 'The payload as it came, JSON; null where it is not kept';

create or replace function inbox_keep(
    p_board uuid, p_subscription text, p_topic text,
    p_keys text[], p_streams uuid[], p_sequences integer[], p_events uuid[], p_types text[],
    p_sources text[], p_happened_at timestamptz[], p_roles text[], p_purposes text[], p_traceparents text[],
    p_data text[], p_outcomes text[], p_which boolean[]
)
    returns setof uuid language plpgsql as
$$
declare
    v_kept uuid[];
begin
    perform set_config('stodvag.board', p_board::text, true);
    delete from attempts where subscription = p_subscription and event_id = any (p_events);
    -- Arrays are read from their first place to their last, so rows have their places in the order given. Ids are collected
    -- before they are returned: what a failed insert has returned already would stay among the rows.
    begin
        with kept as (
            insert into inbox (board_id, subscription, stream_id, sequence, event_id, type, key, topic,
                               source, happened_at, role, purpose, traceparent, data, outcome)
            select p_board, p_subscription, a.stream, a.sequence, a.event, a.type, a.key::uuid, p_topic,
                   a.source, a.happened_at, a.role, a.purpose, a.traceparent, a.data, a.outcome
            from unnest(p_keys, p_streams, p_sequences, p_events, p_types, p_sources, p_happened_at, p_roles, p_purposes,
                        p_traceparents, p_data, p_outcomes, p_which)
                a (key, stream, sequence, event, type, source, happened_at, role, purpose, traceparent, data, outcome, which)
            where a.which
            returning event_id
        )
        select array_agg(event_id) from kept into v_kept;
    exception when unique_violation then
        with kept as (
            insert into inbox (board_id, subscription, stream_id, sequence, event_id, type, key, topic,
                               source, happened_at, role, purpose, traceparent, data, outcome)
            select p_board, p_subscription, a.stream, a.sequence, a.event, a.type, a.key::uuid, p_topic,
                   a.source, a.happened_at, a.role, a.purpose, a.traceparent, a.data, a.outcome
            from unnest(p_keys, p_streams, p_sequences, p_events, p_types, p_sources, p_happened_at, p_roles, p_purposes,
                        p_traceparents, p_data, p_outcomes, p_which)
                a (key, stream, sequence, event, type, source, happened_at, role, purpose, traceparent, data, outcome, which)
            where a.which
            on conflict do nothing returning event_id
        )
        select array_agg(event_id) from kept into v_kept;
    end;
    return query select unnest(v_kept);
end
$$;
