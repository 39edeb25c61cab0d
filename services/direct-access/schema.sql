-- Made by `make generate`: what the migrations add up to.

CREATE TYPE public.arrival AS (
	event_id uuid,
	type text,
	source text,
	happened_at timestamp with time zone,
	board_id uuid,
	stream_id uuid,
	sequence integer,
	role text,
	purpose text,
	traceparent text,
	key text,
	data text,
	outcome text
);

COMMENT ON TYPE public.arrival IS 'A published event of another service as it arrives: its envelope, its key, what is kept of its payload';

CREATE TYPE public.new_command AS (
	command_id uuid,
	fingerprint bytea,
	answer bytea,
	recorded_at timestamp with time zone
);

COMMENT ON TYPE public.new_command IS 'A command that can come again, and what it is answered';

CREATE TYPE public.new_event AS (
	stream_id uuid,
	version integer,
	case_id uuid,
	kind text,
	event_id uuid,
	type text,
	data text,
	published integer,
	command_id uuid,
	role text,
	actor text,
	purpose text,
	traceparent text,
	recorded_at timestamp with time zone,
	out_type text,
	out_value text
);

COMMENT ON TYPE public.new_event IS 'An event to append, with its published form where it has one';

CREATE TYPE public.new_key AS (
	case_id uuid,
	person_id uuid,
	key_id uuid
);

COMMENT ON TYPE public.new_key IS 'A key to bind to a person in a case';

CREATE TYPE public.new_timer AS (
	stream_id uuid,
	kind text,
	case_id uuid,
	name text,
	due_at timestamp with time zone,
	traceparent text
);

COMMENT ON TYPE public.new_timer IS 'A timer to set';

CREATE TYPE public.old_timer AS (
	stream_id uuid,
	name text,
	due_at timestamp with time zone
);

COMMENT ON TYPE public.old_timer IS 'A timer to delete; with a time only if it is due then still';

CREATE FUNCTION public.append(p_board uuid, p_alone boolean, p_commands public.new_command[], p_rung public.old_timer[], p_marks text[], p_events public.new_event[], p_rows jsonb, p_timers_off public.old_timer[], p_timers_on public.new_timer[], p_keys public.new_key[], OUT known_fingerprint bytea, OUT known_answer bytea) RETURNS record
    LANGUAGE plpgsql
    AS $$
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

COMMENT ON FUNCTION public.append(p_board uuid, p_alone boolean, p_commands public.new_command[], p_rung public.old_timer[], p_marks text[], p_events public.new_event[], p_rows jsonb, p_timers_off public.old_timer[], p_timers_on public.new_timer[], p_keys public.new_key[], OUT known_fingerprint bytea, OUT known_answer bytea) IS 'The whole effect of commands of one board in one round trip: their ids and answers, events at the expected versions, the outbox, views, timers and keys. Returns what is known of a single command that was carried out before; SV003 says that one of several was. Fails with unique_violation on events_pkey or keys_pkey when another writer was first, on inbox_pkey when an event had its effect already, and with SV002 when another worker took a timer, or it was moved';

CREATE FUNCTION public.case_keys(p_board uuid, p_cases uuid[]) RETURNS TABLE(case_id uuid, person_id uuid, key_id uuid)
    LANGUAGE plpgsql
    AS $$
begin
    perform set_config('stodvag.board', p_board::text, true);
    return query select k.case_id, k.person_id, k.key_id from keys k where k.case_id = any (p_cases);
end
$$;

COMMENT ON FUNCTION public.case_keys(p_board uuid, p_cases uuid[]) IS 'Whose data which key seals in these cases, in one round trip';

CREATE TABLE public.commands (
    board_id uuid NOT NULL,
    command_id uuid NOT NULL,
    fingerprint bytea NOT NULL,
    answer bytea NOT NULL,
    recorded_at timestamp with time zone NOT NULL
);

COMMENT ON TABLE public.commands IS 'What each command was answered, sealed, so that the same command sent again has one effect and the same answer';

CREATE FUNCTION public.commands_expire(p_before timestamp with time zone, p_count integer) RETURNS bigint
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    BEGIN ATOMIC
 WITH gone AS (
          DELETE FROM public.commands
           WHERE (commands.ctid IN ( SELECT commands_1.ctid
                    FROM public.commands commands_1
                   WHERE (commands_1.recorded_at < commands_expire.p_before)
                  LIMIT commands_expire.p_count))
           RETURNING 1 AS "?column?"
         )
  SELECT count(*) AS count
    FROM gone;
END;

CREATE FUNCTION public.current_board() RETURNS uuid
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (NULLIF(current_setting('stodvag.board'::text, true), ''::text))::uuid;

COMMENT ON FUNCTION public.current_board() IS 'The board (nämnd) of this transaction, or null, which sees nothing';

CREATE FUNCTION public.erase_draft(p_id bytea) RETURNS boolean
    LANGUAGE plpgsql
    AS $$
begin
    perform set_config('stodvag.draft', encode(p_id, 'hex'), true);
    delete from drafts where draft_id = p_id;
    return found;
end
$$;

CREATE TABLE public.drafts (
    draft_id bytea NOT NULL,
    sealed bytea NOT NULL,
    erase_at timestamp with time zone NOT NULL
);

COMMENT ON TABLE public.drafts IS 'Unsent forms, each sealed with a key that follows from a code which only its writer has. Belongs to no board and no person';

COMMENT ON COLUMN public.drafts.draft_id IS 'A keyed digest of the code';

CREATE FUNCTION public.erase_due_drafts(p_now timestamp with time zone) RETURNS bigint
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    BEGIN ATOMIC
 WITH erased AS (
          DELETE FROM public.drafts
           WHERE (drafts.erase_at <= erase_due_drafts.p_now)
           RETURNING 1 AS "?column?"
         )
  SELECT count(*) AS count
    FROM erased;
END;

CREATE TABLE public.outbox (
    "position" bigint NOT NULL,
    board_id uuid NOT NULL,
    value text NOT NULL,
    put_at timestamp with time zone DEFAULT now() NOT NULL,
    stream_id uuid NOT NULL,
    version integer NOT NULL,
    type text NOT NULL
);

COMMENT ON TABLE public.outbox IS 'Published events on their way to Kafka, in order; a row is deleted once the broker has acknowledged it';

COMMENT ON COLUMN public.outbox.put_at IS 'When its command was carried out, to measure how long it waits';

COMMENT ON COLUMN public.outbox.type IS 'The published type of the event; what else its headers say stands with the event';

CREATE TABLE public.parked (
    board_id uuid NOT NULL,
    subscription text NOT NULL,
    topic text NOT NULL,
    key text NOT NULL,
    place bigint NOT NULL,
    event_id uuid NOT NULL,
    stream_id uuid,
    sequence integer,
    headers text NOT NULL,
    value bytea NOT NULL,
    reason text NOT NULL,
    attempts integer NOT NULL,
    parked_at timestamp with time zone DEFAULT now() NOT NULL
);

COMMENT ON TABLE public.parked IS 'Events that failed, and those of the same key behind them, in order. The nil board stands for a record that names none';

COMMENT ON COLUMN public.parked.event_id IS 'The event''s id; of a record that cannot be read, one that follows from its bytes';

COMMENT ON COLUMN public.parked.headers IS 'The record''s headers as JSON pairs, each byte of a value as the character of its number';

CREATE TABLE public.timers (
    board_id uuid NOT NULL,
    stream_id uuid NOT NULL,
    kind text NOT NULL,
    case_id uuid NOT NULL,
    name text NOT NULL,
    due_at timestamp with time zone NOT NULL,
    next_at timestamp with time zone NOT NULL,
    traceparent text
);

COMMENT ON TABLE public.timers IS 'What is to happen to a stream when time has passed';

COMMENT ON COLUMN public.timers.next_at IS 'When to look at it: when it is due, or later where it has failed';

COMMENT ON COLUMN public.timers.traceparent IS 'The trace of the command that set it';

CREATE FUNCTION public.gauges() RETURNS TABLE(gauge text, of text, value double precision)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    BEGIN ATOMIC
 WITH head AS (
          SELECT outbox."position",
             outbox.put_at
            FROM public.outbox
           ORDER BY outbox."position"
          LIMIT 1
         ), soon AS (
          SELECT timers.kind,
             timers.due_at
            FROM public.timers
           WHERE (timers.next_at <= (now() + '1 day'::interval))
         )
  SELECT 'outbox.depth'::text,
     ''::text,
     COALESCE(((( SELECT max(outbox."position") AS max
            FROM public.outbox) - ( SELECT head."position"
            FROM head)) + 1), (0)::bigint) AS "coalesce"
 UNION ALL
  SELECT 'outbox.age'::text,
     ''::text,
     COALESCE(( SELECT GREATEST(EXTRACT(epoch FROM (now() - head.put_at)), (0)::numeric) AS "greatest"
            FROM head), (0)::numeric) AS "coalesce"
 UNION ALL
  SELECT 'parked.keys'::text,
     parked.subscription,
     count(DISTINCT ROW(parked.topic, parked.key)) AS count
    FROM public.parked
   GROUP BY parked.subscription
 UNION ALL
  SELECT 'timers.due'::text,
     soon.kind,
     count(*) AS count
    FROM soon
   GROUP BY soon.kind
 UNION ALL
  SELECT 'timers.overdue'::text,
     soon.kind,
     count(*) AS count
    FROM soon
   WHERE (soon.due_at < (now() - '00:01:00'::interval))
   GROUP BY soon.kind;
END;

COMMENT ON FUNCTION public.gauges() IS 'Outbox: how many numbers lie from the first row to the last, and how many seconds the first has waited. Parked keys by subscription. Timers by kind of stream: due within a day, and those a minute late or more';

CREATE FUNCTION public.inbox_keep(p_board uuid, p_subscription text, p_topic text, p_arrivals public.arrival[]) RETURNS uuid[]
    LANGUAGE plpgsql
    AS $$
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

COMMENT ON FUNCTION public.inbox_keep(p_board uuid, p_subscription text, p_topic text, p_arrivals public.arrival[]) IS 'Keeps events of one board and topic in the order given, and returns the ids of what was not kept yet';

CREATE FUNCTION public.inbox_standing(p_board uuid, p_subscription text, p_topic text, p_redrive boolean, p_arrivals public.arrival[]) RETURNS text[]
    LANGUAGE plpgsql
    AS $$
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

COMMENT ON FUNCTION public.inbox_standing(p_board uuid, p_subscription text, p_topic text, p_redrive boolean, p_arrivals public.arrival[]) IS 'Where each of these events of one board and topic stands: next, known (it had its effect), behind (its key is parked), early (one before it is missing) or clash (another event has its place)';

CREATE FUNCTION public.inbox_take(p_board uuid, p_subscription text, p_topic text, p_arrivals public.arrival[]) RETURNS text[]
    LANGUAGE plpgsql
    AS $$
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

COMMENT ON FUNCTION public.inbox_take(p_board uuid, p_subscription text, p_topic text, p_arrivals public.arrival[]) IS 'Where each of these events of one board and topic stands (see inbox_standing), and keeps what stands next, unless its key has something that stands in the way';

CREATE TABLE public.discarded (
    board_id uuid NOT NULL,
    subscription text NOT NULL,
    event_id uuid NOT NULL,
    topic text NOT NULL,
    key text NOT NULL,
    trouble text NOT NULL,
    reason text NOT NULL,
    actor text NOT NULL,
    discarded_at timestamp with time zone DEFAULT now() NOT NULL
);

COMMENT ON TABLE public.discarded IS 'Unreadable records that operations set aside, why and by whom; delivered again, they are passed over. Holds nothing that they said';

COMMENT ON COLUMN public.discarded.event_id IS 'An id that follows from the record''s bytes';

CREATE FUNCTION public.is_discarded(p_subscription text, p_event uuid) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    BEGIN ATOMIC
 SELECT (EXISTS ( SELECT
            FROM public.discarded d
           WHERE ((d.subscription = is_discarded.p_subscription) AND (d.event_id = is_discarded.p_event)))) AS "exists";
END;

CREATE PROCEDURE public.isolate(IN p_table regclass, IN p_rights text)
    LANGUAGE plpgsql
    AS $$
begin
    execute format('alter table %s enable row level security', p_table);
    execute format(
        'create policy board on %s using (board_id = (select current_board())) with check (board_id = (select current_board()))',
        p_table);
    execute format('grant %s on %s to %I', p_rights, p_table, current_setting('stodvag.app_role'));
end
$$;

COMMENT ON PROCEDURE public.isolate(IN p_table regclass, IN p_rights text) IS 'Keeps boards apart in a table and grants the runtime role its rights on it';

CREATE FUNCTION public.keep_draft(p_id bytea, p_sealed bytea, p_erase_at timestamp with time zone) RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
    perform set_config('stodvag.draft', encode(p_id, 'hex'), true);
    insert into drafts values (p_id, p_sealed, p_erase_at);
end
$$;

CREATE FUNCTION public.load_streams(p_board uuid, p_streams uuid[], p_after integer[], p_cases uuid[]) RETURNS TABLE(place bigint, version integer, published integer, kind text, event_id uuid, type text, data text, recorded_at timestamp with time zone, role text, actor text, person_id uuid, key_id uuid)
    LANGUAGE plpgsql
    AS $$
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

COMMENT ON FUNCTION public.load_streams(p_board uuid, p_streams uuid[], p_after integer[], p_cases uuid[]) IS 'Streams'' events after a version each, and whose data which key seals in their cases where those are named, in one round trip';

CREATE TABLE public.migrations (
    folder text NOT NULL,
    name text NOT NULL,
    sha256 text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE FUNCTION public.migrated(p_folder text) RETURNS bigint
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    BEGIN ATOMIC
 SELECT count(*) AS count
    FROM public.migrations
   WHERE (migrations.folder = migrated.p_folder);
END;

COMMENT ON FUNCTION public.migrated(p_folder text) IS 'How many migrations of a folder have been applied, so that a service can tell whether it is too new for its database';

CREATE FUNCTION public.outbox_depth(OUT rows bigint, OUT oldest bigint) RETURNS record
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    BEGIN ATOMIC
 SELECT count(*) AS count,
     min(outbox."position") AS min
    FROM public.outbox;
END;

CREATE TABLE public.events (
    board_id uuid NOT NULL,
    stream_id uuid NOT NULL,
    version integer NOT NULL,
    case_id uuid NOT NULL,
    kind text NOT NULL,
    event_id uuid NOT NULL,
    type text NOT NULL,
    data json NOT NULL,
    published integer NOT NULL,
    command_id uuid NOT NULL,
    role text NOT NULL,
    actor text,
    purpose text NOT NULL,
    traceparent text,
    recorded_at timestamp with time zone NOT NULL,
    "position" bigint NOT NULL,
    CONSTRAINT events_version_check CHECK ((version > 0))
);

COMMENT ON TABLE public.events IS 'What happened, per stream, in order. Inserted and read, never changed or deleted by the runtime role';

COMMENT ON COLUMN public.events.published IS 'How many events of the stream had been published, this one included: the published sequence';

COMMENT ON COLUMN public.events.actor IS 'A pseudonym of who acted; null where nobody was signed in';

CREATE FUNCTION public.outbox_head(p_inflight bigint[], p_count integer) RETURNS TABLE("position" bigint, key uuid, event_id uuid, type text, board_id uuid, stream_id uuid, sequence integer, role text, purpose text, traceparent text, recorded_at timestamp with time zone, value text)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    BEGIN ATOMIC
 SELECT o."position",
     e.case_id,
     e.event_id,
     o.type,
     e.board_id,
     e.stream_id,
     e.published,
     e.role,
     e.purpose,
     e.traceparent,
     e.recorded_at,
     o.value
    FROM (( SELECT i."position",
             i.board_id,
             i.value,
             i.put_at,
             i.stream_id,
             i.version,
             i.type
            FROM public.outbox i
           WHERE (NOT (i."position" <@ ( SELECT COALESCE(range_agg(int8range(n.n, n.n, '[]'::text)), '{}'::int8multirange) AS "coalesce"
                    FROM unnest(outbox_head.p_inflight) n(n))))
           ORDER BY i."position"
          LIMIT outbox_head.p_count) o
      JOIN public.events e ON (((e.stream_id = o.stream_id) AND (e.version = o.version))))
   ORDER BY o."position";
END;

CREATE FUNCTION public.outbox_sent(p_positions bigint[]) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    BEGIN ATOMIC
 DELETE FROM public.outbox
   WHERE (outbox."position" = ANY (outbox_sent.p_positions));
END;

CREATE FUNCTION public.parked_among(p_subscription text, p_topic text, p_keys text[]) RETURNS text[]
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    BEGIN ATOMIC
 SELECT COALESCE(array_agg(DISTINCT p.key), '{}'::text[]) AS "coalesce"
    FROM public.parked p
   WHERE ((p.subscription = parked_among.p_subscription) AND (p.topic = parked_among.p_topic) AND (p.key = ANY (parked_among.p_keys)));
END;

CREATE FUNCTION public.parked_head(p_subscription text, p_topic text, p_key text) RETURNS SETOF public.parked
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    BEGIN ATOMIC
 SELECT p.board_id,
     p.subscription,
     p.topic,
     p.key,
     p.place,
     p.event_id,
     p.stream_id,
     p.sequence,
     p.headers,
     p.value,
     p.reason,
     p.attempts,
     p.parked_at
    FROM public.parked p
   WHERE ((p.subscription = parked_head.p_subscription) AND (p.topic = parked_head.p_topic) AND (p.key = parked_head.p_key))
   ORDER BY p.place
  LIMIT 1;
END;

CREATE FUNCTION public.parked_keys(p_subscription text) RETURNS TABLE(topic text, key text, board_id uuid, event_id uuid, unreadable boolean, waiting bigint, reason text, attempts integer, parked_at timestamp with time zone)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    BEGIN ATOMIC
 SELECT DISTINCT ON (p.topic, p.key) p.topic,
     p.key,
     p.board_id,
     p.event_id,
     (p.stream_id IS NULL),
     count(*) OVER (PARTITION BY p.topic, p.key) AS count,
     p.reason,
     p.attempts,
     p.parked_at
    FROM public.parked p
   WHERE (p.subscription = parked_keys.p_subscription)
   ORDER BY p.topic, p.key, p.place;
END;

CREATE FUNCTION public.read_draft(p_id bytea, p_now timestamp with time zone) RETURNS bytea
    LANGUAGE plpgsql
    AS $$
begin
    perform set_config('stodvag.draft', encode(p_id, 'hex'), true);
    return (select sealed from drafts where draft_id = p_id and erase_at > p_now);
end
$$;

CREATE FUNCTION public.save_asking(p_rows jsonb) RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
    if p_rows ? 'bookings' then
        update bookings set released = given_up.released
        from jsonb_populate_recordset(null::bookings, p_rows -> 'bookings') as given_up
        where bookings.support_id = given_up.support_id and bookings.time_id = given_up.time_id
            and bookings.released <> given_up.released;
    end if;
    if p_rows ? 'askings' then
        insert into askings select * from jsonb_populate_recordset(null::askings, p_rows -> 'askings')
        on conflict (support_id) do update set
            safe = excluded.safe, waits_for = excluded.waits_for, check_age_from = excluded.check_age_from;
    end if;
    if p_rows ? 'consent_codes' then
        insert into consent_codes select * from jsonb_populate_recordset(null::consent_codes, p_rows -> 'consent_codes')
        on conflict (code) do nothing;
    end if;
end
$$;

CREATE FUNCTION public.save_catalogue(p_rows jsonb) RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
    if p_rows ? 'catalogue' then
        insert into catalogue select * from jsonb_populate_recordset(null::catalogue, p_rows -> 'catalogue')
        on conflict (entry_id) do update set
            version = excluded.version, name = excluded.name, what = excluded.what, basis = excluded.basis,
            kind = excluded.kind, documentation = excluded.documentation, age_from = excluded.age_from,
            age_to = excluded.age_to, districts = excluded.districts, capacity = excluded.capacity,
            valid_from = excluded.valid_from, valid_to = excluded.valid_to, decision = excluded.decision,
            special_reasons = excluded.special_reasons, purpose = excluded.purpose, dose = excluded.dose,
            place = excluded.place, method = excluded.method, needs = excluded.needs, situation = excluded.situation,
            languages = excluded.languages, forms = excluded.forms, provider = excluded.provider,
            cost = excluded.cost, ksi = excluded.ksi, evidence_status = excluded.evidence_status,
            evidence_references = excluded.evidence_references, secrecy = excluded.secrecy,
            conditions = excluded.conditions, reason = excluded.reason, next_steps = excluded.next_steps,
            wait = excluded.wait,
            content = excluded.content, counted_as = excluded.counted_as, missing = excluded.missing;
    end if;
    if p_rows ? 'catalogue_openings' then
        insert into catalogue_openings
        select * from jsonb_populate_recordset(null::catalogue_openings, p_rows -> 'catalogue_openings')
        on conflict (entry_id, day) do update set
            open = excluded.open, reason = excluded.reason, instead = excluded.instead;
    end if;
end
$$;

CREATE FUNCTION public.save_listed_supports(p_listed jsonb) RETURNS void
    LANGUAGE sql
    AS $$
    insert into listed_supports
    select current_board(), l.support, l.version, l.name, l.basis, l.valid_from, l.valid_to
    from jsonb_populate_recordset(null::listed_supports, p_listed) l order by l.support
    on conflict (board_id, support) do update set
        version = excluded.version, name = excluded.name, basis = excluded.basis,
        valid_from = excluded.valid_from, valid_to = excluded.valid_to
    where excluded.version > listed_supports.version;
$$;

CREATE FUNCTION public.save_messages(p_rows jsonb) RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
    if p_rows ? 'reminders' then
        insert into reminders select * from jsonb_populate_recordset(null::reminders, p_rows -> 'reminders')
        on conflict (support_id, time_id) do update set
            message_id = excluded.message_id, due_at = excluded.due_at, until_at = excluded.until_at,
            wanted = excluded.wanted, way = excluded.way;
    end if;
    if p_rows ? 'messages' then
        insert into messages select * from jsonb_populate_recordset(null::messages, p_rows -> 'messages')
        on conflict (message_id) do update set
            again_at = excluded.again_at, outcome = excluded.outcome, why = excluded.why;
    end if;
end
$$;

CREATE FUNCTION public.save_times(p_rows jsonb) RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
    if p_rows ? 'bookings' then
        insert into bookings select * from jsonb_populate_recordset(null::bookings, p_rows -> 'bookings')
        on conflict (support_id, time_id) do update set outcome = excluded.outcome;
    end if;
    if p_rows ? 'queues' then
        insert into queues select * from jsonb_populate_recordset(null::queues, p_rows -> 'queues')
        on conflict (queue_id) do update set
            waiting = excluded.waiting, ready = excluded.ready, resting = excluded.resting,
            usual_days = excluded.usual_days, next_expiry = excluded.next_expiry;
    end if;
    if p_rows ? 'walk_ins' then
        insert into walk_ins select * from jsonb_populate_recordset(null::walk_ins, p_rows -> 'walk_ins')
        on conflict (count_id) do update set walk_ins = excluded.walk_ins;
    end if;
end
$$;

CREATE FUNCTION public.save_views(p_rows jsonb) RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
    perform save_catalogue(p_rows);
    perform save_times(p_rows);
    if p_rows ? 'supports' then
        insert into supports select * from jsonb_populate_recordset(null::supports, p_rows -> 'supports')
        on conflict (support_id) do update set
            step = excluded.step, to_check = excluded.to_check, to_book = excluded.to_book,
            to_inform = excluded.to_inform, meetings = excluded.meetings;
    end if;
    if p_rows ? 'times' then
        insert into times select * from jsonb_populate_recordset(null::times, p_rows -> 'times')
        on conflict (time_id) do update set seats_left = excluded.seats_left;
    end if;
    if p_rows ? 'visits' then
        insert into visits select * from jsonb_populate_recordset(null::visits, p_rows -> 'visits')
        on conflict (visit_id) do update set measures = excluded.measures;
    end if;
    if p_rows ? 'talks' then
        insert into talks select * from jsonb_populate_recordset(null::talks, p_rows -> 'talks')
        on conflict (talk_id) do update set late = excluded.late, answered_at = excluded.answered_at;
    end if;
    perform save_asking(p_rows);
    perform save_messages(p_rows);
end
$$;

COMMENT ON FUNCTION public.save_views(p_rows jsonb) IS 'Each service replaces this by its own, which saves the rows of its views: {"table": [row, …], …}';

CREATE FUNCTION public.timers_due(p_now timestamp with time zone, p_count integer) RETURNS SETOF public.timers
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    BEGIN ATOMIC
 SELECT timers.board_id,
     timers.stream_id,
     timers.kind,
     timers.case_id,
     timers.name,
     timers.due_at,
     timers.next_at,
     timers.traceparent
    FROM public.timers
   WHERE (timers.next_at <= timers_due.p_now)
   ORDER BY timers.next_at
  LIMIT timers_due.p_count;
END;

CREATE TABLE public.askings (
    board_id uuid NOT NULL,
    support_id uuid NOT NULL,
    safe boolean NOT NULL,
    waits_for text[] NOT NULL,
    check_age_from date
);

COMMENT ON TABLE public.askings IS 'Of each support: whether contact is safe, and whose yes is missing';

COMMENT ON COLUMN public.askings.check_age_from IS 'Told by the age band of asking alone; null where age changes nothing any more, and until the support changes or views are rebuilt';

CREATE TABLE public.attempts (
    board_id uuid NOT NULL,
    subscription text NOT NULL,
    event_id uuid NOT NULL,
    count integer NOT NULL,
    reason text NOT NULL
);

COMMENT ON TABLE public.attempts IS 'How often an event has failed, counted outside the transaction that failed, so that a rebalance forgets nothing';

CREATE TABLE public.bookings (
    board_id uuid NOT NULL,
    support_id uuid NOT NULL,
    time_id uuid NOT NULL,
    starts_at timestamp with time zone NOT NULL,
    place text NOT NULL,
    released boolean DEFAULT false NOT NULL,
    outcome text DEFAULT 'booked'::text NOT NULL
);

COMMENT ON TABLE public.bookings IS 'Who is expected when';

COMMENT ON COLUMN public.bookings.outcome IS 'booked, arrived or did-not-come';

CREATE TABLE public.catalogue (
    board_id uuid NOT NULL,
    entry_id uuid NOT NULL,
    code text NOT NULL,
    version integer NOT NULL,
    name text NOT NULL,
    what text NOT NULL,
    basis text NOT NULL,
    kind text NOT NULL,
    documentation text NOT NULL,
    age_from integer,
    age_to integer,
    districts text[] NOT NULL,
    capacity text[] NOT NULL,
    valid_from date NOT NULL,
    valid_to date,
    decision text NOT NULL,
    special_reasons text,
    purpose text DEFAULT ''::text NOT NULL,
    dose text DEFAULT ''::text NOT NULL,
    place text DEFAULT ''::text NOT NULL,
    method text DEFAULT ''::text NOT NULL,
    needs text[] DEFAULT '{}'::text[] NOT NULL,
    situation text DEFAULT ''::text NOT NULL,
    languages text[] DEFAULT '{}'::text[] NOT NULL,
    forms text[] DEFAULT '{}'::text[] NOT NULL,
    provider text DEFAULT ''::text NOT NULL,
    cost text DEFAULT ''::text NOT NULL,
    ksi text DEFAULT ''::text NOT NULL,
    evidence_status text,
    evidence_references text[] DEFAULT '{}'::text[] NOT NULL,
    secrecy text DEFAULT 'social-services'::text NOT NULL,
    conditions text DEFAULT ''::text NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    next_steps text DEFAULT ''::text NOT NULL,
    wait text DEFAULT ''::text NOT NULL,
    content text,
    counted_as text,
    missing text[] DEFAULT '{}'::text[] NOT NULL
);

COMMENT ON TABLE public.catalogue IS 'The support that a board has decided on, as it holds now';

CREATE TABLE public.catalogue_openings (
    board_id uuid NOT NULL,
    entry_id uuid NOT NULL,
    day date NOT NULL,
    open boolean NOT NULL,
    reason text NOT NULL,
    instead text
);

COMMENT ON TABLE public.catalogue_openings IS 'From which day a support is open or closed; before the first it is open';

CREATE TABLE public.consent_codes (
    board_id uuid NOT NULL,
    code uuid NOT NULL,
    support_id uuid NOT NULL,
    who uuid NOT NULL
);

COMMENT ON TABLE public.consent_codes IS 'Whose code it is: a guardian''s or the person''s. The code itself stands sealed in the answer of its command, for 30 days';

COMMENT ON COLUMN public.consent_codes.code IS 'A keyed digest of the code';

ALTER TABLE public.events ALTER COLUMN "position" ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.events_position_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.inbox (
    board_id uuid NOT NULL,
    subscription text NOT NULL,
    stream_id uuid NOT NULL,
    sequence integer NOT NULL,
    event_id uuid NOT NULL,
    type text NOT NULL,
    key uuid NOT NULL,
    topic text NOT NULL,
    data text,
    outcome text NOT NULL,
    received_at timestamp with time zone DEFAULT now() NOT NULL,
    place bigint NOT NULL,
    source text NOT NULL,
    happened_at timestamp with time zone NOT NULL,
    role text NOT NULL,
    purpose text NOT NULL,
    traceparent text
);

COMMENT ON TABLE public.inbox IS 'Which published events have had their effect here. Projections keep the payload too and rebuild from it';

COMMENT ON COLUMN public.inbox.data IS 'The payload as it came, JSON; null where it is not kept';

COMMENT ON COLUMN public.inbox.outcome IS 'applied, unhandled (an unknown type), refused:<code>, or discarded:<reason> (unreadable, and its place counts as taken)';

COMMENT ON COLUMN public.inbox.happened_at IS 'When the event happened, as its envelope says';

ALTER TABLE public.inbox ALTER COLUMN place ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.inbox_place_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.keys (
    board_id uuid NOT NULL,
    case_id uuid NOT NULL,
    person_id uuid NOT NULL,
    key_id uuid NOT NULL
);

COMMENT ON TABLE public.keys IS 'Which key seals a person''s data in a case. The key itself is in the keyring';

CREATE TABLE public.listed_supports (
    board_id uuid NOT NULL,
    support text NOT NULL,
    version integer NOT NULL,
    name text NOT NULL,
    basis text NOT NULL,
    valid_from date NOT NULL,
    valid_to date
);

COMMENT ON TABLE public.listed_supports IS 'Each support that a board has decided on, by the newest version heard of. Empty where the service does not listen';

CREATE TABLE public.messages (
    board_id uuid NOT NULL,
    message_id uuid NOT NULL,
    kind text NOT NULL,
    support_id uuid NOT NULL,
    starts_at timestamp with time zone,
    until_at timestamp with time zone NOT NULL,
    again_at timestamp with time zone,
    outcome text,
    why text
);

COMMENT ON TABLE public.messages IS 'What became of each message';

COMMENT ON COLUMN public.messages.kind IS 'reminder, offer or closing';

COMMENT ON COLUMN public.messages.starts_at IS 'When the time begins that it is about; null where it is about a place in a queue';

COMMENT ON COLUMN public.messages.again_at IS 'While it is not over: when it is tried again';

COMMENT ON COLUMN public.messages.outcome IS 'sent, given-up or dropped; null while it is not over';

ALTER TABLE public.outbox ALTER COLUMN "position" ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.outbox_position_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE public.parked ALTER COLUMN place ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.parked_place_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.queues (
    board_id uuid NOT NULL,
    queue_id uuid NOT NULL,
    support text NOT NULL,
    waiting integer NOT NULL,
    ready integer NOT NULL,
    resting integer NOT NULL,
    usual_days integer,
    next_expiry timestamp with time zone
);

COMMENT ON TABLE public.queues IS 'How many wait for the times of each support';

COMMENT ON COLUMN public.queues.ready IS 'Who can be offered a seat now';

COMMENT ON COLUMN public.queues.resting IS 'Who has let two offers pass, and is offered none until they say that they still wait';

CREATE TABLE public.reminders (
    board_id uuid NOT NULL,
    support_id uuid NOT NULL,
    time_id uuid NOT NULL,
    message_id uuid NOT NULL,
    starts_at timestamp with time zone NOT NULL,
    due_at timestamp with time zone NOT NULL,
    until_at timestamp with time zone NOT NULL,
    wanted boolean NOT NULL,
    way text
);

COMMENT ON TABLE public.reminders IS 'A reminder of each booked time: when, and neither its words nor where it goes';

COMMENT ON COLUMN public.reminders.message_id IS 'Another one where the time is booked anew';

COMMENT ON COLUMN public.reminders.wanted IS 'False once the time was given up, or where nothing may be sent';

COMMENT ON COLUMN public.reminders.way IS 'sms or e-mail, or another that nothing is sent by; null until its support changes or views are rebuilt';

CREATE TABLE public.supports (
    board_id uuid NOT NULL,
    support_id uuid NOT NULL,
    support text NOT NULL,
    district text NOT NULL,
    step text NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    to_check boolean NOT NULL,
    to_book boolean NOT NULL,
    to_inform boolean NOT NULL,
    meetings integer NOT NULL,
    asker text NOT NULL,
    code uuid
);

COMMENT ON TABLE public.supports IS 'Each person''s direct support: which step it is at and what is left to do';

COMMENT ON COLUMN public.supports.asker IS 'Sealed. Opened on reading, by whom it concerns';

COMMENT ON COLUMN public.supports.code IS 'A keyed digest of the code on the receipt. The code itself stands sealed in the answer of its command, for 30 days';

CREATE TABLE public.talks (
    board_id uuid NOT NULL,
    talk_id uuid NOT NULL,
    district text NOT NULL,
    requested_at timestamp with time zone NOT NULL,
    due_at timestamp with time zone NOT NULL,
    late boolean NOT NULL,
    answered_at timestamp with time zone,
    asker text NOT NULL,
    way text
);

COMMENT ON TABLE public.talks IS 'Who asked to talk with us, and whether somebody has reached them';

COMMENT ON COLUMN public.talks.asker IS 'Sealed. Opened on reading, by whom it concerns';

COMMENT ON COLUMN public.talks.way IS 'phone, sms, e-mail, letter or none; null until the talk changes or views are rebuilt';

CREATE TABLE public.times (
    board_id uuid NOT NULL,
    time_id uuid NOT NULL,
    support text NOT NULL,
    district text NOT NULL,
    place text NOT NULL,
    starts_at timestamp with time zone NOT NULL,
    minutes integer NOT NULL,
    seats integer NOT NULL,
    seats_left integer NOT NULL
);

COMMENT ON TABLE public.times IS 'Times that can be booked';

CREATE TABLE public.visits (
    board_id uuid NOT NULL,
    visit_id uuid NOT NULL,
    started_on date NOT NULL,
    support text NOT NULL,
    district text NOT NULL,
    measures integer NOT NULL
);

COMMENT ON TABLE public.visits IS 'Visits where identity is not documented (SoL 14:5): days and places, to be counted';

CREATE TABLE public.walk_ins (
    board_id uuid NOT NULL,
    count_id uuid NOT NULL,
    support text NOT NULL,
    counted_on date NOT NULL,
    walk_ins integer NOT NULL
);

COMMENT ON TABLE public.walk_ins IS 'How many walked in on a day, as staff counted them; nothing of who it was';

ALTER TABLE ONLY public.askings
    ADD CONSTRAINT askings_pkey PRIMARY KEY (support_id);

ALTER TABLE ONLY public.attempts
    ADD CONSTRAINT attempts_pkey PRIMARY KEY (subscription, event_id);

ALTER TABLE ONLY public.bookings
    ADD CONSTRAINT bookings_pkey PRIMARY KEY (support_id, time_id);

ALTER TABLE ONLY public.catalogue_openings
    ADD CONSTRAINT catalogue_openings_pkey PRIMARY KEY (entry_id, day);

ALTER TABLE ONLY public.catalogue
    ADD CONSTRAINT catalogue_pkey PRIMARY KEY (entry_id);

ALTER TABLE ONLY public.commands
    ADD CONSTRAINT commands_pkey PRIMARY KEY (command_id, board_id);

ALTER TABLE ONLY public.consent_codes
    ADD CONSTRAINT consent_codes_pkey PRIMARY KEY (code);

ALTER TABLE ONLY public.discarded
    ADD CONSTRAINT discarded_pkey PRIMARY KEY (subscription, event_id);

ALTER TABLE ONLY public.drafts
    ADD CONSTRAINT drafts_pkey PRIMARY KEY (draft_id);

ALTER TABLE ONLY public.events
    ADD CONSTRAINT events_pkey PRIMARY KEY (stream_id, version);

ALTER TABLE ONLY public.inbox
    ADD CONSTRAINT inbox_pkey PRIMARY KEY (stream_id, subscription, topic, sequence);

ALTER TABLE ONLY public.keys
    ADD CONSTRAINT keys_pkey PRIMARY KEY (case_id, person_id);

ALTER TABLE ONLY public.listed_supports
    ADD CONSTRAINT listed_supports_pkey PRIMARY KEY (board_id, support);

ALTER TABLE ONLY public.messages
    ADD CONSTRAINT messages_pkey PRIMARY KEY (message_id);

ALTER TABLE ONLY public.migrations
    ADD CONSTRAINT migrations_pkey PRIMARY KEY (folder, name);

ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY ("position");

ALTER TABLE ONLY public.parked
    ADD CONSTRAINT parked_pkey PRIMARY KEY (subscription, topic, key, place);

ALTER TABLE ONLY public.parked
    ADD CONSTRAINT parked_subscription_event_id_key UNIQUE (subscription, event_id);

ALTER TABLE ONLY public.queues
    ADD CONSTRAINT queues_pkey PRIMARY KEY (queue_id);

ALTER TABLE ONLY public.reminders
    ADD CONSTRAINT reminders_pkey PRIMARY KEY (support_id, time_id);

ALTER TABLE ONLY public.supports
    ADD CONSTRAINT supports_pkey PRIMARY KEY (support_id);

ALTER TABLE ONLY public.talks
    ADD CONSTRAINT talks_pkey PRIMARY KEY (talk_id);

ALTER TABLE ONLY public.timers
    ADD CONSTRAINT timers_pkey PRIMARY KEY (stream_id, name);

ALTER TABLE ONLY public.times
    ADD CONSTRAINT times_pkey PRIMARY KEY (time_id);

ALTER TABLE ONLY public.visits
    ADD CONSTRAINT visits_pkey PRIMARY KEY (visit_id);

ALTER TABLE ONLY public.walk_ins
    ADD CONSTRAINT walk_ins_pkey PRIMARY KEY (count_id);

CREATE INDEX bookings_by_time ON public.bookings USING btree (board_id, starts_at);

CREATE INDEX drafts_due ON public.drafts USING btree (erase_at);

CREATE INDEX events_position ON public.events USING brin ("position") WITH (autosummarize='on');

CREATE INDEX inbox_place ON public.inbox USING brin (place) WITH (autosummarize='on');

CREATE INDEX messages_given_up ON public.messages USING btree (board_id, starts_at) WHERE (outcome = 'given-up'::text);

CREATE INDEX reminders_by_due ON public.reminders USING btree (board_id, due_at) WHERE wanted;

CREATE UNIQUE INDEX supports_by_code ON public.supports USING btree (board_id, code);

CREATE INDEX supports_open ON public.supports USING btree (board_id, asked_at) WHERE ((step <> 'ended'::text) OR to_inform);

CREATE INDEX talks_waiting ON public.talks USING btree (board_id, due_at) WHERE (answered_at IS NULL);

CREATE INDEX timers_next ON public.timers USING btree (next_at);

CREATE INDEX times_ahead ON public.times USING btree (board_id, support, starts_at);

CREATE INDEX visits_by_day ON public.visits USING btree (board_id, started_on);

CREATE INDEX walk_ins_by_day ON public.walk_ins USING btree (board_id, counted_on);

ALTER TABLE public.askings ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.attempts ENABLE ROW LEVEL SECURITY;

CREATE POLICY board ON public.askings USING ((board_id = ( SELECT public.current_board() AS current_board))) WITH CHECK ((board_id = ( SELECT public.current_board() AS current_board)));

CREATE POLICY board ON public.attempts USING ((board_id = ( SELECT public.current_board() AS current_board))) WITH CHECK ((board_id = ( SELECT public.current_board() AS current_board)));

CREATE POLICY board ON public.bookings USING ((board_id = ( SELECT public.current_board() AS current_board))) WITH CHECK ((board_id = ( SELECT public.current_board() AS current_board)));

CREATE POLICY board ON public.catalogue USING ((board_id = ( SELECT public.current_board() AS current_board))) WITH CHECK ((board_id = ( SELECT public.current_board() AS current_board)));

CREATE POLICY board ON public.catalogue_openings USING ((board_id = ( SELECT public.current_board() AS current_board))) WITH CHECK ((board_id = ( SELECT public.current_board() AS current_board)));

CREATE POLICY board ON public.commands USING ((board_id = ( SELECT public.current_board() AS current_board))) WITH CHECK ((board_id = ( SELECT public.current_board() AS current_board)));

CREATE POLICY board ON public.consent_codes USING ((board_id = ( SELECT public.current_board() AS current_board))) WITH CHECK ((board_id = ( SELECT public.current_board() AS current_board)));

CREATE POLICY board ON public.discarded USING ((board_id = ( SELECT public.current_board() AS current_board))) WITH CHECK ((board_id = ( SELECT public.current_board() AS current_board)));

CREATE POLICY board ON public.events USING ((board_id = ( SELECT public.current_board() AS current_board))) WITH CHECK ((board_id = ( SELECT public.current_board() AS current_board)));

CREATE POLICY board ON public.inbox USING ((board_id = ( SELECT public.current_board() AS current_board))) WITH CHECK ((board_id = ( SELECT public.current_board() AS current_board)));

CREATE POLICY board ON public.keys USING ((board_id = ( SELECT public.current_board() AS current_board))) WITH CHECK ((board_id = ( SELECT public.current_board() AS current_board)));

CREATE POLICY board ON public.listed_supports USING ((board_id = ( SELECT public.current_board() AS current_board))) WITH CHECK ((board_id = ( SELECT public.current_board() AS current_board)));

CREATE POLICY board ON public.messages USING ((board_id = ( SELECT public.current_board() AS current_board))) WITH CHECK ((board_id = ( SELECT public.current_board() AS current_board)));

CREATE POLICY board ON public.outbox USING ((board_id = ( SELECT public.current_board() AS current_board))) WITH CHECK ((board_id = ( SELECT public.current_board() AS current_board)));

CREATE POLICY board ON public.parked USING ((board_id = ( SELECT public.current_board() AS current_board))) WITH CHECK ((board_id = ( SELECT public.current_board() AS current_board)));

CREATE POLICY board ON public.queues USING ((board_id = ( SELECT public.current_board() AS current_board))) WITH CHECK ((board_id = ( SELECT public.current_board() AS current_board)));

CREATE POLICY board ON public.reminders USING ((board_id = ( SELECT public.current_board() AS current_board))) WITH CHECK ((board_id = ( SELECT public.current_board() AS current_board)));

CREATE POLICY board ON public.supports USING ((board_id = ( SELECT public.current_board() AS current_board))) WITH CHECK ((board_id = ( SELECT public.current_board() AS current_board)));

CREATE POLICY board ON public.talks USING ((board_id = ( SELECT public.current_board() AS current_board))) WITH CHECK ((board_id = ( SELECT public.current_board() AS current_board)));

CREATE POLICY board ON public.timers USING ((board_id = ( SELECT public.current_board() AS current_board))) WITH CHECK ((board_id = ( SELECT public.current_board() AS current_board)));

CREATE POLICY board ON public.times USING ((board_id = ( SELECT public.current_board() AS current_board))) WITH CHECK ((board_id = ( SELECT public.current_board() AS current_board)));

CREATE POLICY board ON public.visits USING ((board_id = ( SELECT public.current_board() AS current_board))) WITH CHECK ((board_id = ( SELECT public.current_board() AS current_board)));

CREATE POLICY board ON public.walk_ins USING ((board_id = ( SELECT public.current_board() AS current_board))) WITH CHECK ((board_id = ( SELECT public.current_board() AS current_board)));

ALTER TABLE public.bookings ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.catalogue ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.catalogue_openings ENABLE ROW LEVEL SECURITY;

CREATE POLICY code ON public.drafts USING ((draft_id = decode(current_setting('stodvag.draft'::text, true), 'hex'::text))) WITH CHECK ((draft_id = decode(current_setting('stodvag.draft'::text, true), 'hex'::text)));

ALTER TABLE public.commands ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.consent_codes ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.discarded ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.drafts ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.events ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.inbox ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.keys ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.listed_supports ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.messages ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.outbox ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.parked ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.queues ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.reminders ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.supports ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.talks ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.timers ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.times ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.visits ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.walk_ins ENABLE ROW LEVEL SECURITY;

GRANT USAGE ON SCHEMA public TO app;

GRANT ALL ON FUNCTION public.append(p_board uuid, p_alone boolean, p_commands public.new_command[], p_rung public.old_timer[], p_marks text[], p_events public.new_event[], p_rows jsonb, p_timers_off public.old_timer[], p_timers_on public.new_timer[], p_keys public.new_key[], OUT known_fingerprint bytea, OUT known_answer bytea) TO app;

GRANT ALL ON FUNCTION public.case_keys(p_board uuid, p_cases uuid[]) TO app;

GRANT SELECT,INSERT ON TABLE public.commands TO app;

GRANT ALL ON FUNCTION public.commands_expire(p_before timestamp with time zone, p_count integer) TO app;

GRANT ALL ON FUNCTION public.current_board() TO app;

GRANT ALL ON FUNCTION public.erase_draft(p_id bytea) TO app;

GRANT SELECT,INSERT,DELETE ON TABLE public.drafts TO app;

GRANT ALL ON FUNCTION public.erase_due_drafts(p_now timestamp with time zone) TO app;

GRANT INSERT ON TABLE public.outbox TO app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.parked TO app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.timers TO app;

GRANT ALL ON FUNCTION public.gauges() TO app;

GRANT ALL ON FUNCTION public.inbox_keep(p_board uuid, p_subscription text, p_topic text, p_arrivals public.arrival[]) TO app;

GRANT ALL ON FUNCTION public.inbox_standing(p_board uuid, p_subscription text, p_topic text, p_redrive boolean, p_arrivals public.arrival[]) TO app;

GRANT ALL ON FUNCTION public.inbox_take(p_board uuid, p_subscription text, p_topic text, p_arrivals public.arrival[]) TO app;

GRANT SELECT,INSERT ON TABLE public.discarded TO app;

GRANT ALL ON FUNCTION public.is_discarded(p_subscription text, p_event uuid) TO app;

GRANT ALL ON FUNCTION public.keep_draft(p_id bytea, p_sealed bytea, p_erase_at timestamp with time zone) TO app;

GRANT ALL ON FUNCTION public.load_streams(p_board uuid, p_streams uuid[], p_after integer[], p_cases uuid[]) TO app;

GRANT ALL ON FUNCTION public.migrated(p_folder text) TO app;

GRANT ALL ON FUNCTION public.outbox_depth(OUT rows bigint, OUT oldest bigint) TO app;

GRANT SELECT,INSERT ON TABLE public.events TO app;

GRANT ALL ON FUNCTION public.outbox_head(p_inflight bigint[], p_count integer) TO app;

GRANT ALL ON FUNCTION public.outbox_sent(p_positions bigint[]) TO app;

GRANT ALL ON FUNCTION public.parked_among(p_subscription text, p_topic text, p_keys text[]) TO app;

GRANT ALL ON FUNCTION public.parked_head(p_subscription text, p_topic text, p_key text) TO app;

GRANT ALL ON FUNCTION public.parked_keys(p_subscription text) TO app;

GRANT ALL ON FUNCTION public.read_draft(p_id bytea, p_now timestamp with time zone) TO app;

GRANT ALL ON FUNCTION public.save_listed_supports(p_listed jsonb) TO app;

GRANT ALL ON FUNCTION public.save_views(p_rows jsonb) TO app;

GRANT ALL ON FUNCTION public.timers_due(p_now timestamp with time zone, p_count integer) TO app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.askings TO app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.attempts TO app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.bookings TO app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.catalogue TO app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.catalogue_openings TO app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.consent_codes TO app;

GRANT SELECT,INSERT ON TABLE public.inbox TO app;

GRANT SELECT,INSERT ON TABLE public.keys TO app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.listed_supports TO app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.messages TO app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.queues TO app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.reminders TO app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.supports TO app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.talks TO app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.times TO app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.visits TO app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.walk_ins TO app;
