-- Commands that come at the same time share a round trip, a transaction and a flush: all of them happen, or none does.
-- The functions that served one at a time go, so the service stands still while this runs.

drop function append(
    uuid, uuid, uuid, text, integer, timestamptz, uuid, bytea, bytea, text, text, text, text, uuid[], text[], text[], integer[],
    uuid[], text[], text[], jsonb, text[], text[], timestamptz[], uuid[], uuid[], text, timestamptz, jsonb);
drop function load_stream(uuid, uuid, integer);
drop function case_keys(uuid, uuid);

-- What an event's headers say on Kafka stands with the event already: the relay reads it there.
alter table outbox add column stream_id uuid, add column version integer, add column type text;
update outbox o
set stream_id = e.stream_id, version = e.version, type = h.told ->> 'ce_type'
from (select i.position, json_object_agg(p.pair ->> 0, p.pair ->> 1) as told
      from outbox i, json_array_elements(i.headers::json) p (pair) group by i.position) h,
     events e
where h.position = o.position and e.stream_id = (h.told ->> 'ce_stream')::uuid and e.event_id = o.event_id;
drop function outbox_head(bigint[], integer);
alter table outbox alter column stream_id set not null, alter column version set not null, alter column type set not null,
    drop column event_id, drop column key, drop column headers;
comment on column outbox.type is 'The published type of the event; what else its headers say stands with the event';

create function outbox_head(p_inflight bigint[], p_count integer)
    returns table ("position" bigint, key uuid, event_id uuid, type text, board_id uuid, stream_id uuid, sequence integer, role text,
                   purpose text, traceparent text, recorded_at timestamptz, value text)
    language sql stable security definer set search_path = public, pg_temp
begin atomic
    select o.position, e.case_id, e.event_id, o.type, e.board_id, e.stream_id, e.published, e.role,
           e.purpose, e.traceparent, e.recorded_at, o.value
    from (select i.* from outbox i
          where not i.position <@ (select coalesce(range_agg(int8range(n, n, '[]')), '{}') from unnest(p_inflight) n)
          order by i.position limit p_count) o
    join events e on e.stream_id = o.stream_id and e.version = o.version
    order by o.position;
end;

create function append(
    p_board uuid,
    -- Of each stream that is written to; what follows refers to these by their place.
    p_streams uuid[], p_expected integer[], p_cases uuid[], p_kinds text[], p_commands uuid[], p_roles text[], p_actors text[],
    p_purposes text[], p_traceparents text[], p_at timestamptz[],
    -- Commands that can come again, timers that rang, and events that were heard.
    p_asked integer[], p_fingerprints bytea[], p_answers bytea[],
    p_rung integer[], p_rung_names text[], p_rung_due timestamptz[],
    p_marks text[],
    -- Events, and their published forms where they have one.
    p_of integer[], p_nth integer[], p_ids uuid[], p_types text[], p_data text[], p_published integer[],
    p_out_types text[], p_out_values text[],
    p_rows jsonb,
    p_off integer[], p_off_names text[],
    p_on integer[], p_on_names text[], p_on_due timestamptz[],
    p_bound integer[], p_persons uuid[], p_keys uuid[],
    out known_fingerprint bytea,
    out known_answer bytea
)
    language plpgsql as
$$
declare
    v_count integer;
begin
    perform set_config('stodvag.board', p_board::text, true);

    if p_asked <> '{}' then
        insert into commands (board_id, command_id, fingerprint, answer, recorded_at)
        select p_board, p_commands[c.of], c.fingerprint, c.answer, p_at[c.of]
        from unnest(p_asked, p_fingerprints, p_answers) c (of, fingerprint, answer) order by 2
        on conflict do nothing;
        get diagnostics v_count = row_count;
        if v_count < cardinality(p_asked) then
            if cardinality(p_asked) > 1 or p_commands[p_asked[1]] <> any (p_commands) then
                raise exception 'one of several commands is known' using errcode = 'SV003';
            end if;
            select c.fingerprint, c.answer into known_fingerprint, known_answer
            from commands c where c.command_id = p_commands[p_asked[1]] and c.board_id = p_board;
            return;
        end if;
    end if;

    if p_rung <> '{}' then
        delete from timers t using unnest(p_rung, p_rung_names, p_rung_due) r (of, name, due)
        where t.stream_id = p_streams[r.of] and t.name = r.name and t.due_at = r.due;
        get diagnostics v_count = row_count;
        if v_count < cardinality(p_rung) then
            raise exception 'timer gone' using errcode = 'SV002';
        end if;
    end if;

    if p_marks <> '{}' then
        insert into inbox (board_id, subscription, stream_id, sequence, event_id, type, key, topic,
                           source, happened_at, role, purpose, traceparent, outcome)
        select p_board, m.subscription, m.stream_id, m.sequence, m.event_id, m.type, m.key, m.topic,
               m.source, m.happened_at, m.role, m.purpose, m.traceparent, m.outcome
        from unnest(p_marks) p (mark), json_populate_record(null::inbox, p.mark::json) m;
    end if;

    insert into events (board_id, stream_id, version, case_id, kind, event_id, type, data, published,
                        command_id, role, actor, purpose, traceparent, recorded_at)
    select p_board, p_streams[e.of], p_expected[e.of] + e.nth, p_cases[e.of], p_kinds[e.of], e.id, e.type, e.data::json, e.published,
           p_commands[e.of], p_roles[e.of], p_actors[e.of], p_purposes[e.of], p_traceparents[e.of], p_at[e.of]
    from unnest(p_of, p_nth, p_ids, p_types, p_data, p_published) e (of, nth, id, type, data, published);

    insert into outbox (board_id, stream_id, version, type, value)
    select p_board, p_streams[o.of], p_expected[o.of] + o.nth, o.type, o.value
    from unnest(p_of, p_nth, p_out_types, p_out_values) o (of, nth, type, value) where o.value is not null;

    if p_rows is not null then
        perform save_views(p_rows);
    end if;

    if p_off <> '{}' then
        delete from timers t using unnest(p_off, p_off_names) r (of, name)
        where t.stream_id = p_streams[r.of] and t.name = r.name;
    end if;
    if p_on <> '{}' then
        insert into timers (board_id, stream_id, kind, case_id, name, due_at, next_at, traceparent)
        select p_board, p_streams[t.of], p_kinds[t.of], p_cases[t.of], t.name, t.due, t.due, p_traceparents[t.of]
        from unnest(p_on, p_on_names, p_on_due) t (of, name, due)
        on conflict (stream_id, name) do update
        set due_at = excluded.due_at, next_at = excluded.next_at, traceparent = excluded.traceparent;
    end if;

    if p_bound <> '{}' then
        insert into keys (board_id, case_id, person_id, key_id)
        select p_board, p_cases[k.of], k.person, k.key from unnest(p_bound, p_persons, p_keys) k (of, person, key);
    end if;
end
$$;

comment on function append is
    'The whole effect of commands of one board in one round trip: their ids and answers, events at the expected versions, the '
    'outbox, views, timers and keys. Returns what is known of a single command that was carried out before; SV003 says that one of '
    'several was. Fails with unique_violation on events_pkey or keys_pkey when another writer was first, on inbox_pkey when an event '
    'had its effect already, and with SV002 when another worker took a timer, or it was moved';

create function load_streams(p_board uuid, p_streams uuid[], p_after integer[], p_cases uuid[])
    returns table (place bigint, version integer, published integer, kind text, event_id uuid, type text, data text,
                   recorded_at timestamptz, role text, actor text, person_id uuid, key_id uuid)
    language plpgsql as
$$
begin
    perform set_config('stodvag.board', p_board::text, true);
    -- Each stream's events are ordered by themselves, which leaves the planner no way but the primary key.
    return query
        select a.place, e.*, null::uuid, null::uuid
        from unnest(p_streams, p_after) with ordinality a (stream, after, place),
             lateral (select e.version, e.published, e.kind, e.event_id, e.type, e.data::text, e.recorded_at, e.role, e.actor
                      from events e where e.stream_id = a.stream and e.version > a.after order by e.version) e;
    return query
        select a.place, null::integer, null::integer, null::text, null::uuid, null::text, null::text, null::timestamptz, null::text,
               null::text, k.person_id, k.key_id
        from unnest(p_cases) with ordinality a (case_, place),
             lateral (select k.person_id, k.key_id from keys k where k.case_id = a.case_ offset 0) k;
end
$$;

comment on function load_streams is
    'Streams'' events after a version each, and whose data which key seals in their cases where those are named, in one round trip';

create function case_keys(p_board uuid, p_cases uuid[]) returns table (case_id uuid, person_id uuid, key_id uuid)
    language plpgsql as
$$
begin
    perform set_config('stodvag.board', p_board::text, true);
    return query select k.case_id, k.person_id, k.key_id from keys k where k.case_id = any (p_cases);
end
$$;

comment on function case_keys is 'Whose data which key seals in these cases, in one round trip';

grant execute on function outbox_head, append, load_streams, case_keys to :app;
