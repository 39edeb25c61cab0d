-- What is written in one call comes as rows instead of columns: an array of rows costs the driver half of what as many
-- arrays as they have columns do. The service stands still while this runs.

create type arrival as (
    event_id uuid, type text, source text, happened_at timestamptz, board_id uuid, stream_id uuid, sequence integer, role text,
    purpose text, traceparent text, key text, data text, outcome text
);
comment on type arrival is 'A published event of another service as it arrives: its envelope, its key, what is kept of its payload';

create type new_command as (command_id uuid, fingerprint bytea, answer bytea, recorded_at timestamptz);
comment on type new_command is 'A command that can come again, and what it is answered';

create type new_event as (
    stream_id uuid, version integer, case_id uuid, kind text, event_id uuid, type text, data text, published integer, command_id uuid,
    role text, actor text, purpose text, traceparent text, recorded_at timestamptz, out_type text, out_value text
);
comment on type new_event is 'An event to append, with its published form where it has one';

create type new_timer as (stream_id uuid, kind text, case_id uuid, name text, due_at timestamptz, traceparent text);
comment on type new_timer is 'A timer to set';

create type old_timer as (stream_id uuid, name text, due_at timestamptz);
comment on type old_timer is 'A timer to delete; with a time only if it is due then still';

create type new_key as (case_id uuid, person_id uuid, key_id uuid);
comment on type new_key is 'A key to bind to a person in a case';

drop function inbox_take(uuid, text, text, text[], uuid[], integer[], uuid[], text[], text[], timestamptz[], text[], text[], text[],
                         text[], text[]);
drop function inbox_keep(uuid, text, text, text[], uuid[], integer[], uuid[], text[], text[], timestamptz[], text[], text[], text[],
                         text[], text[], boolean[]);
drop function inbox_standing(uuid, text, text, boolean, text[], uuid[], integer[], uuid[]);
drop function append(
    uuid, uuid[], integer[], uuid[], text[], uuid[], text[], text[], text[], text[], timestamptz[], integer[], bytea[], bytea[],
    integer[], text[], timestamptz[], text[], integer[], integer[], uuid[], text[], text[], integer[], text[], text[], jsonb,
    integer[], text[], integer[], text[], timestamptz[], integer[], uuid[], uuid[]);

create function inbox_standing(p_board uuid, p_subscription text, p_topic text, p_redrive boolean, p_arrivals arrival[])
    returns text[] language plpgsql as
$$
declare
    v_parked text[] := case when p_redrive then '{}'
                       else parked_among(p_subscription, p_topic, array(select key from unnest(p_arrivals))) end;
begin
    perform set_config('stodvag.board', p_board::text, true);
    return array(
        with arrived as (
            select a.stream_id, a.sequence, a.event_id, a.key, a.n, max(a.sequence) over (
                partition by a.stream_id order by a.n rows between unbounded preceding and 1 preceding) as before
            from unnest(p_arrivals) with ordinality
                a (event_id, type, source, happened_at, board_id, stream_id, sequence, role, purpose, traceparent, key, data, outcome, n)
        ), kept as materialized (
            select s.stream_id, coalesce((
                select i.sequence from inbox i
                where i.subscription = p_subscription and i.topic = p_topic and i.stream_id = s.stream_id
                order by i.sequence desc limit 1), 0) as last
            from (select distinct stream_id from arrived) s
        )
        select case
            when a.sequence <= k.last then case
                when exists (
                    select from inbox i where i.subscription = p_subscription and i.topic = p_topic and i.stream_id = a.stream_id
                    and i.sequence = a.sequence and i.event_id <> a.event_id) then 'clash'
                else 'known' end
            when a.key = any (v_parked) then 'behind'
            when a.sequence <= a.before then 'known'
            when a.sequence > greatest(a.before, k.last) + 1 then 'early'
            else 'next' end
        from arrived a join kept k using (stream_id) order by a.n);
end
$$;

comment on function inbox_standing is
    'Where each of these events of one board and topic stands: next, known (it had its effect), behind (its key is parked), early '
    '(one before it is missing) or clash (another event has its place)';

create function inbox_keep(p_board uuid, p_subscription text, p_topic text, p_arrivals arrival[])
    returns uuid[] language plpgsql as
$$
declare
    v_kept uuid[];
begin
    perform set_config('stodvag.board', p_board::text, true);
    delete from attempts where subscription = p_subscription and event_id in (select a.event_id from unnest(p_arrivals) a);
    -- An array is read from its first place to its last, so rows have their places in the order given. Something is kept
    -- already only where another member of the group had the same records a moment ago: a plain insert costs a third less.
    begin
        insert into inbox (board_id, subscription, stream_id, sequence, event_id, type, key, topic,
                           source, happened_at, role, purpose, traceparent, data, outcome)
        select p_board, p_subscription, a.stream_id, a.sequence, a.event_id, a.type, a.key::uuid, p_topic,
               a.source, a.happened_at, a.role, a.purpose, a.traceparent, a.data, a.outcome
        from unnest(p_arrivals) a;
        return array(select a.event_id from unnest(p_arrivals) a);
    exception when unique_violation then
        with kept as (
            insert into inbox (board_id, subscription, stream_id, sequence, event_id, type, key, topic,
                               source, happened_at, role, purpose, traceparent, data, outcome)
            select p_board, p_subscription, a.stream_id, a.sequence, a.event_id, a.type, a.key::uuid, p_topic,
                   a.source, a.happened_at, a.role, a.purpose, a.traceparent, a.data, a.outcome
            from unnest(p_arrivals) a
            on conflict do nothing returning event_id
        )
        select coalesce(array_agg(event_id), '{}') from kept into v_kept;
        return v_kept;
    end;
end
$$;

comment on function inbox_keep is
    'Keeps events of one board and topic in the order given, and returns the ids of what was not kept yet';

create function inbox_take(p_board uuid, p_subscription text, p_topic text, p_arrivals arrival[])
    returns text[] language plpgsql as
$$
declare
    v_standings text[] := inbox_standing(p_board, p_subscription, p_topic, false, p_arrivals);
    v_hindered text[];
    v_kept uuid[];
begin
    if 'next' = all (v_standings) then
        v_kept := inbox_keep(p_board, p_subscription, p_topic, p_arrivals);
        if cardinality(v_kept) = cardinality(p_arrivals) then
            return v_standings;
        end if;
    else
        v_hindered := array(
            select distinct p_arrivals[n].key from unnest(v_standings) with ordinality s (standing, n)
            where s.standing not in ('next', 'known'));
        v_kept := inbox_keep(p_board, p_subscription, p_topic, array(
            select p_arrivals[n] from unnest(v_standings) with ordinality s (standing, n)
            where s.standing = 'next' and p_arrivals[n].key <> all (v_hindered) order by n));
    end if;
    return array(
        select case when s.standing = 'next' and p_arrivals[n].key <> all (coalesce(v_hindered, '{}'))
                         and p_arrivals[n].event_id <> all (v_kept) then 'known' else s.standing end
        from unnest(v_standings) with ordinality s (standing, n) order by n);
end
$$;

comment on function inbox_take is
    'Where each of these events of one board and topic stands (see inbox_standing), and keeps what stands next, unless its key has '
    'something that stands in the way';

create function append(
    p_board uuid,
    -- Whether all this is of one command.
    p_alone boolean,
    p_commands new_command[],
    p_rung old_timer[],
    p_marks text[],
    p_events new_event[],
    p_rows jsonb,
    p_timers_off old_timer[],
    p_timers_on new_timer[],
    p_keys new_key[],
    out known_fingerprint bytea,
    out known_answer bytea
)
    language plpgsql as
$$
declare
    v_count integer;
begin
    perform set_config('stodvag.board', p_board::text, true);

    if p_commands <> '{}' then
        insert into commands (board_id, command_id, fingerprint, answer, recorded_at)
        select p_board, c.command_id, c.fingerprint, c.answer, c.recorded_at from unnest(p_commands) c order by 2
        on conflict do nothing;
        get diagnostics v_count = row_count;
        if v_count < cardinality(p_commands) then
            if not p_alone then
                raise exception 'one of several commands is known' using errcode = 'SV003';
            end if;
            select c.fingerprint, c.answer into known_fingerprint, known_answer
            from commands c where c.command_id = p_commands[1].command_id and c.board_id = p_board;
            return;
        end if;
    end if;

    if p_rung <> '{}' then
        delete from timers t using unnest(p_rung) r
        where t.stream_id = r.stream_id and t.name = r.name and t.due_at = r.due_at;
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
    select p_board, e.stream_id, e.version, e.case_id, e.kind, e.event_id, e.type, e.data::json, e.published,
           e.command_id, e.role, e.actor, e.purpose, e.traceparent, e.recorded_at
    from unnest(p_events) e;

    insert into outbox (board_id, stream_id, version, type, value)
    select p_board, e.stream_id, e.version, e.out_type, e.out_value from unnest(p_events) e where e.out_value is not null;

    if p_rows is not null then
        perform save_views(p_rows);
    end if;

    if p_timers_off <> '{}' then
        delete from timers t using unnest(p_timers_off) o where t.stream_id = o.stream_id and t.name = o.name;
    end if;
    if p_timers_on <> '{}' then
        insert into timers (board_id, stream_id, kind, case_id, name, due_at, next_at, traceparent)
        select p_board, t.stream_id, t.kind, t.case_id, t.name, t.due_at, t.due_at, t.traceparent from unnest(p_timers_on) t
        on conflict (stream_id, name) do update
        set due_at = excluded.due_at, next_at = excluded.next_at, traceparent = excluded.traceparent;
    end if;

    if p_keys <> '{}' then
        insert into keys (board_id, case_id, person_id, key_id)
        select p_board, k.case_id, k.person_id, k.key_id from unnest(p_keys) k;
    end if;
end
$$;

comment on function append is
    'The whole effect of commands of one board in one round trip: their ids and answers, events at the expected versions, the '
    'outbox, views, timers and keys. Returns what is known of a single command that was carried out before; SV003 says that one of '
    'several was. Fails with unique_violation on events_pkey or keys_pkey when another writer was first, on inbox_pkey when an event '
    'had its effect already, and with SV002 when another worker took a timer, or it was moved';

grant execute on function inbox_standing, inbox_keep, inbox_take, append to :app;
