-- The tables that every service has, the same in each: its events, and what carries them in and out.
-- The owner role runs this. The runtime role (:app) gets the rights named here and no others.

create function current_board() returns uuid
    language sql stable parallel safe
    return nullif(current_setting('stodvag.board', true), '')::uuid;

comment on function current_board is 'The board (nämnd) of this transaction, or null, which sees nothing';

create procedure isolate(p_table regclass, p_rights text)
    language plpgsql as
$$
begin
    execute format('alter table %s enable row level security', p_table);
    execute format(
        'create policy board on %s using (board_id = (select current_board())) with check (board_id = (select current_board()))',
        p_table);
    execute format('grant %s on %s to %I', p_rights, p_table, current_setting('stodvag.app_role'));
end
$$;

comment on procedure isolate is 'Keeps boards apart in a table and grants the runtime role its rights on it';

create table events (
    board_id uuid not null,
    stream_id uuid not null,
    version integer not null check (version > 0),
    case_id uuid not null,
    kind text not null,
    event_id uuid not null,
    type text not null,
    data jsonb not null,
    published integer not null,
    command_id uuid not null,
    role text not null,
    actor text,
    purpose text not null,
    traceparent text,
    recorded_at timestamptz not null,
    position bigint generated always as identity,
    primary key (stream_id, version)
);
create index events_position on events using brin (position) with (autosummarize = on);
comment on table events is 'What happened, per stream, in order. Inserted and read, never changed or deleted by the runtime role';
comment on column events.published is 'How many events of the stream had been published, this one included: the published sequence';
comment on column events.actor is 'A pseudonym of who acted; null where nobody was signed in';

create table commands (
    board_id uuid not null,
    command_id uuid not null,
    fingerprint bytea not null,
    answer bytea not null,
    recorded_at timestamptz not null,
    primary key (command_id, board_id)
);
comment on table commands is 'What each command was answered, sealed, so that the same command sent again has one effect and the same answer';

create table outbox (
    position bigint generated always as identity primary key,
    board_id uuid not null,
    event_id uuid not null,
    key uuid not null,
    headers text not null,
    value text not null
);
comment on table outbox is 'Published events on their way to Kafka, in order; a row is deleted once the broker has acknowledged it';

create table inbox (
    board_id uuid not null,
    subscription text not null,
    stream_id uuid not null,
    sequence integer not null,
    event_id uuid not null,
    type text not null,
    key uuid not null,
    topic text not null,
    envelope jsonb not null,
    data jsonb,
    outcome text not null,
    received_at timestamptz not null default now(),
    place bigint generated always as identity,
    primary key (subscription, topic, stream_id, sequence)
);
create index inbox_place on inbox (place);
comment on table inbox is 'Which published events have had their effect here. Projections keep the payload too and rebuild from it';
comment on column inbox.outcome is 'applied, unhandled (an unknown type), or refused:<code>';

create table parked (
    board_id uuid not null,
    subscription text not null,
    topic text not null,
    key text not null,
    place bigint generated always as identity,
    event_id uuid not null,
    stream_id uuid,
    sequence integer,
    headers text not null,
    value bytea not null,
    reason text not null,
    attempts integer not null,
    parked_at timestamptz not null default now(),
    primary key (subscription, topic, key, place),
    unique (subscription, event_id)
);
comment on table parked is 'Events that failed, and those of the same key behind them, in order. The nil board stands for a record that names none';
comment on column parked.event_id is 'The event''s id; of a record that cannot be read, one that follows from its bytes';
comment on column parked.headers is 'The record''s headers as JSON pairs, each byte of a value as the character of its number';

create table attempts (
    board_id uuid not null,
    subscription text not null,
    event_id uuid not null,
    count integer not null,
    reason text not null,
    primary key (subscription, event_id)
);
comment on table attempts is 'How often an event has failed, counted outside the transaction that failed, so that a rebalance forgets nothing';

create table timers (
    board_id uuid not null,
    stream_id uuid not null,
    kind text not null,
    case_id uuid not null,
    name text not null,
    due_at timestamptz not null,
    next_at timestamptz not null,
    traceparent text,
    primary key (stream_id, name)
);
create index timers_next on timers (next_at);
comment on table timers is 'What is to happen to a stream when time has passed';
comment on column timers.next_at is 'When to look at it: when it is due, or later where it has failed';
comment on column timers.traceparent is 'The trace of the command that set it';

create table keys (
    board_id uuid not null,
    case_id uuid not null,
    person_id uuid not null,
    key_id uuid not null,
    primary key (case_id, person_id)
);
comment on table keys is 'Which key seals a person''s data in a case. The key itself is in the keyring';

call isolate('events', 'select, insert');
call isolate('commands', 'select, insert');
call isolate('outbox', 'insert');
call isolate('inbox', 'select, insert');
call isolate('parked', 'select, insert, update, delete');
call isolate('attempts', 'select, insert, update, delete');
call isolate('timers', 'select, insert, update, delete');
call isolate('keys', 'select, insert');

-- The platform's own loops serve all boards at once. Each sees just what its work needs, through a function of the owner's.

create function outbox_head(p_inflight bigint[], p_count integer) returns setof outbox
    language sql stable security definer set search_path = public, pg_temp
begin atomic
    select * from outbox
    where not position <@ (select coalesce(range_agg(int8range(i, i, '[]')), '{}') from unnest(p_inflight) i)
    order by position limit p_count;
end;

create function outbox_sent(p_positions bigint[]) returns void
    language sql security definer set search_path = public, pg_temp
begin atomic
    delete from outbox where position = any (p_positions);
end;

create function outbox_depth(out rows bigint, out oldest bigint)
    language sql stable security definer set search_path = public, pg_temp
begin atomic
    select count(*), min(position) from outbox;
end;

create function timers_due(p_now timestamptz, p_count integer) returns setof timers
    language sql stable security definer set search_path = public, pg_temp
begin atomic
    select * from timers where next_at <= p_now order by next_at limit p_count;
end;

create function parked_keys(p_subscription text)
    returns table (topic text, key text, board_id uuid, waiting bigint, reason text, attempts integer, parked_at timestamptz)
    language sql stable security definer set search_path = public, pg_temp
begin atomic
    select distinct on (p.topic, p.key)
        p.topic, p.key, p.board_id, count(*) over (partition by p.topic, p.key), p.reason, p.attempts, p.parked_at
    from parked p where p.subscription = p_subscription order by p.topic, p.key, p.place;
end;

create function parked_among(p_subscription text, p_topic text, p_keys text[]) returns text[]
    language sql stable security definer set search_path = public, pg_temp
begin atomic
    select coalesce(array_agg(distinct p.key), '{}') from parked p
    where p.subscription = p_subscription and p.topic = p_topic and p.key = any (p_keys);
end;

create function parked_head(p_subscription text, p_topic text, p_key text) returns setof parked
    language sql stable security definer set search_path = public, pg_temp
begin atomic
    select * from parked p where p.subscription = p_subscription and p.topic = p_topic and p.key = p_key
    order by p.place limit 1;
end;

create function commands_expire(p_before timestamptz, p_count integer) returns bigint
    language sql security definer set search_path = public, pg_temp
begin atomic
    with gone as (
        delete from commands where ctid in (select ctid from commands where recorded_at < p_before limit p_count) returning 1
    )
    select count(*) from gone;
end;

create function save_views(p_rows jsonb) returns void
    language plpgsql as
$$
begin
    raise exception 'this service has no views of its own to save';
end
$$;

comment on function save_views is 'Each service replaces this by its own, which saves the rows of its views: {"table": [row, …], …}';

create function append(
    p_board uuid,
    p_case uuid,
    p_stream uuid,
    p_kind text,
    p_expected integer,
    p_at timestamptz,
    p_command uuid,
    p_fingerprint bytea,
    p_answer bytea,
    p_role text,
    p_actor text,
    p_purpose text,
    p_traceparent text,
    p_ids uuid[],
    p_types text[],
    p_data text[],
    p_published integer[],
    p_out_ids uuid[],
    p_out_headers text[],
    p_out_values text[],
    p_rows jsonb,
    p_timers_off text[],
    p_timers_on text[],
    p_timers_due timestamptz[],
    p_persons uuid[],
    p_keys uuid[],
    p_timer text,
    p_timer_due timestamptz,
    p_mark jsonb,
    out outcome text,
    out known_fingerprint bytea,
    out known_answer bytea
)
    language plpgsql as
$$
begin
    perform set_config('stodvag.board', p_board::text, true);

    if p_fingerprint is not null then
        insert into commands (board_id, command_id, fingerprint, answer, recorded_at)
        values (p_board, p_command, p_fingerprint, p_answer, p_at)
        on conflict do nothing;
        if not found then
            outcome := 'known';
            select c.fingerprint, c.answer into known_fingerprint, known_answer
            from commands c where c.command_id = p_command and c.board_id = p_board;
            return;
        end if;
    end if;

    if p_timer is not null then
        delete from timers where stream_id = p_stream and name = p_timer and due_at = p_timer_due;
        if not found then
            raise exception 'timer gone' using errcode = 'SV002';
        end if;
    end if;

    if p_mark is not null then
        insert into inbox (board_id, subscription, stream_id, sequence, event_id, type, key, topic, envelope, outcome)
        select p_board, m.subscription, m.stream_id, m.sequence, m.event_id, m.type, m.key, m.topic, m.envelope, m.outcome
        from jsonb_populate_record(null::inbox, p_mark) m;
    end if;

    insert into events (board_id, stream_id, version, case_id, kind, event_id, type, data, published,
                        command_id, role, actor, purpose, traceparent, recorded_at)
    select p_board, p_stream, p_expected + e.n, p_case, p_kind, e.id, e.type, e.data::jsonb, e.published,
           p_command, p_role, p_actor, p_purpose, p_traceparent, p_at
    from unnest(p_ids, p_types, p_data, p_published) with ordinality e (id, type, data, published, n);

    if p_out_ids <> '{}' then
        insert into outbox (board_id, event_id, key, headers, value)
        select p_board, o.id, p_case, o.headers, o.value
        from unnest(p_out_ids, p_out_headers, p_out_values) o (id, headers, value);
    end if;

    if p_rows is not null then
        perform save_views(p_rows);
    end if;

    if p_timers_off <> '{}' then
        delete from timers where stream_id = p_stream and name = any (p_timers_off);
    end if;
    if p_timers_on <> '{}' then
        insert into timers (board_id, stream_id, kind, case_id, name, due_at, next_at, traceparent)
        select p_board, p_stream, p_kind, p_case, t.name, t.due_at, t.due_at, p_traceparent
        from unnest(p_timers_on, p_timers_due) t (name, due_at)
        on conflict (stream_id, name) do update
        set due_at = excluded.due_at, next_at = excluded.next_at, traceparent = excluded.traceparent;
    end if;

    if p_persons <> '{}' then
        insert into keys (board_id, case_id, person_id, key_id)
        select p_board, p_case, k.person, k.key from unnest(p_persons, p_keys) k (person, key);
    end if;

    outcome := 'done';
end
$$;

comment on function append is
    'One command''s whole effect in one round trip: its id and answer, its events at the expected version, the outbox, views, timers and keys. '
    'Fails with unique_violation on events_pkey or keys_pkey when another writer was first, on inbox_pkey when the event had its effect already, '
    'and with SV002 when another worker took the timer, or it was moved';

create function load_stream(p_board uuid, p_stream uuid, p_after integer)
    returns table (version integer, published integer, event_id uuid, type text, data text, recorded_at timestamptz, role text, actor text)
    language plpgsql as
$$
begin
    perform set_config('stodvag.board', p_board::text, true);
    return query
        select e.version, e.published, e.event_id, e.type, e.data::text, e.recorded_at, e.role, e.actor
        from events e where e.stream_id = p_stream and e.version > p_after order by e.version;
end
$$;

create function inbox_standing(
    p_board uuid, p_subscription text, p_topic text, p_redrive boolean,
    p_keys text[], p_streams uuid[], p_sequences integer[], p_events uuid[]
)
    returns text[] language plpgsql as
$$
declare
    v_parked text[] := case when p_redrive then '{}' else parked_among(p_subscription, p_topic, p_keys) end;
begin
    perform set_config('stodvag.board', p_board::text, true);
    return array(
        with arrived as (
            select a.*, max(a.sequence) over (
                partition by a.stream order by a.n rows between unbounded preceding and 1 preceding) as before
            from unnest(p_keys, p_streams, p_sequences, p_events) with ordinality a (key, stream, sequence, event, n)
        ), kept as materialized (
            select s.stream, coalesce((
                select i.sequence from inbox i where i.subscription = p_subscription and i.topic = p_topic and i.stream_id = s.stream
                order by i.sequence desc limit 1), 0) as last
            from (select distinct stream from arrived) s
        )
        select case
            when a.sequence <= k.last then case
                when exists (
                    select from inbox i where i.subscription = p_subscription and i.topic = p_topic and i.stream_id = a.stream
                    and i.sequence = a.sequence and i.event_id <> a.event) then 'clash'
                else 'known' end
            when a.key = any (v_parked) then 'behind'
            when a.sequence <= a.before then 'known'
            when a.sequence > greatest(a.before, k.last) + 1 then 'early'
            else 'next' end
        from arrived a join kept k using (stream) order by a.n);
end
$$;

comment on function inbox_standing is
    'Where each of these events of one board and topic stands: next, known (it had its effect), behind (its key is parked), early (one before it is missing) or clash (another event has its place)';

create function inbox_keep(
    p_board uuid, p_subscription text, p_topic text,
    p_keys uuid[], p_streams uuid[], p_sequences integer[], p_events uuid[], p_types text[],
    p_envelopes text[], p_data text[], p_outcomes text[]
)
    returns setof uuid language plpgsql as
$$
begin
    perform set_config('stodvag.board', p_board::text, true);
    delete from attempts where subscription = p_subscription and event_id = any (p_events);
    return query
        insert into inbox (board_id, subscription, stream_id, sequence, event_id, type, key, topic, envelope, data, outcome)
        select p_board, p_subscription, a.stream, a.sequence, a.event, a.type, a.key, p_topic,
               a.envelope::jsonb, a.data::jsonb, a.outcome
        from unnest(p_keys, p_streams, p_sequences, p_events, p_types, p_envelopes, p_data, p_outcomes)
            with ordinality a (key, stream, sequence, event, type, envelope, data, outcome, n)
        order by a.n
        on conflict do nothing returning event_id;
end
$$;

comment on function inbox_keep is 'Keeps events of one board and topic in the order given, and returns the ids of those that were not kept yet';

grant execute on all functions in schema public to :app;
grant usage on schema public to :app;
