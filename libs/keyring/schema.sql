-- Made by `make generate`: what the migrations add up to.

CREATE SCHEMA keyring;

CREATE TABLE keyring.master (
    only_row boolean DEFAULT true NOT NULL,
    fingerprint bytea NOT NULL,
    CONSTRAINT master_only_row_check CHECK (only_row)
);

CREATE FUNCTION keyring.claim_master(claimed bytea) RETURNS boolean
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    BEGIN ATOMIC
 INSERT INTO keyring.master (fingerprint)
   VALUES (claim_master.claimed) ON CONFLICT DO NOTHING;
 SELECT (master.fingerprint = claim_master.claimed)
    FROM keyring.master;
END;

CREATE FUNCTION keyring.destroy(key_ids uuid[], why text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    moment timestamptz;
BEGIN
    PERFORM pg_advisory_xact_lock('keyring.keys'::regclass::oid::bigint);
    SELECT greatest(clock_timestamp(), max(destroyed_at)) INTO moment FROM keyring.keys WHERE destroyed_at IS NOT NULL;
    PERFORM keyring.replay(
        key_ids, array_fill(moment, ARRAY[cardinality(key_ids)]), array_fill(why, ARRAY[cardinality(key_ids)])
    );
END
$$;

CREATE TABLE keyring.keys (
    key_id uuid NOT NULL,
    wrapped bytea,
    retention_class text,
    retain_until date,
    destroyed_at timestamp with time zone,
    reason text,
    CONSTRAINT keys_reason_check CHECK ((reason ~ '^[a-z][a-z0-9-]{0,62}$'::text)),
    CONSTRAINT keys_retention_class_check CHECK ((retention_class ~ '^[a-z][a-z0-9-]{0,62}$'::text)),
    CONSTRAINT wrapped_or_tombstone CHECK ((num_nulls(destroyed_at, reason) =
CASE
    WHEN (wrapped IS NULL) THEN 0
    ELSE 2
END))
);

CREATE FUNCTION keyring.destroyed_since(since timestamp with time zone) RETURNS TABLE(key_id uuid, destroyed_at timestamp with time zone, reason text)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    BEGIN ATOMIC
 SELECT keys.key_id,
     keys.destroyed_at,
     keys.reason
    FROM keyring.keys
   WHERE (keys.destroyed_at >= destroyed_since.since)
   ORDER BY keys.destroyed_at, keys.key_id;
END;

CREATE FUNCTION keyring.mint(key_ids uuid[], wrapped_keys bytea[]) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    BEGIN ATOMIC
 INSERT INTO keyring.keys (key_id, wrapped)  SELECT unnest.unnest,
             unnest.unnest_1 AS unnest
            FROM UNNEST(mint.key_ids, mint.wrapped_keys) unnest(unnest, unnest_1);
END;

CREATE FUNCTION keyring.open(wanted uuid[]) RETURNS TABLE(key_id uuid, wrapped bytea)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    BEGIN ATOMIC
 SELECT keys.key_id,
     keys.wrapped
    FROM keyring.keys
   WHERE (keys.key_id = ANY (open.wanted));
END;

CREATE TABLE keyring.persons (
    board_id uuid NOT NULL,
    number_index bytea NOT NULL,
    person_id uuid NOT NULL
);

CREATE FUNCTION keyring.person(board uuid, index_of_number bytea) RETURNS uuid
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    BEGIN ATOMIC
 INSERT INTO keyring.persons (board_id, number_index, person_id)
   VALUES (person.board, person.index_of_number, gen_random_uuid()) ON CONFLICT(board_id, number_index) DO NOTHING;
 SELECT persons.person_id
    FROM keyring.persons
   WHERE ((persons.board_id = person.board) AND (persons.number_index = person.index_of_number));
END;

CREATE FUNCTION keyring.replay(key_ids uuid[], moments timestamp with time zone[], reasons text[]) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    BEGIN ATOMIC
 INSERT INTO keyring.keys AS known (key_id, destroyed_at, reason)  SELECT DISTINCT ON (tombstone.key_id) tombstone.key_id,
             tombstone.destroyed_at,
             tombstone.reason
            FROM UNNEST(replay.key_ids, replay.moments, replay.reasons) tombstone(key_id, destroyed_at, reason)
           ORDER BY tombstone.key_id, tombstone.destroyed_at ON CONFLICT(key_id) DO UPDATE SET wrapped = NULL::bytea, destroyed_at = excluded.destroyed_at, reason = excluded.reason
   WHERE (known.wrapped IS NOT NULL);
END;

CREATE FUNCTION keyring.set_retention(wanted uuid, new_class text, new_date date) RETURNS boolean
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    BEGIN ATOMIC
 UPDATE keyring.keys SET retention_class = set_retention.new_class, retain_until = set_retention.new_date
   WHERE ((keys.key_id = set_retention.wanted) AND (keys.wrapped IS NOT NULL));
 SELECT (EXISTS ( SELECT
            FROM keyring.keys
           WHERE (keys.key_id = set_retention.wanted))) AS "exists";
END;

CREATE TABLE public.migrations (
    folder text NOT NULL,
    name text NOT NULL,
    sha256 text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE ONLY keyring.keys
    ADD CONSTRAINT keys_pkey PRIMARY KEY (key_id);

ALTER TABLE ONLY keyring.master
    ADD CONSTRAINT master_pkey PRIMARY KEY (only_row);

ALTER TABLE ONLY keyring.persons
    ADD CONSTRAINT persons_person_id_key UNIQUE (person_id);

ALTER TABLE ONLY keyring.persons
    ADD CONSTRAINT persons_pkey PRIMARY KEY (board_id, number_index);

ALTER TABLE ONLY public.migrations
    ADD CONSTRAINT migrations_pkey PRIMARY KEY (folder, name);

CREATE INDEX keys_destroyed ON keyring.keys USING btree (destroyed_at) WHERE (destroyed_at IS NOT NULL);

GRANT USAGE ON SCHEMA keyring TO app;

REVOKE ALL ON FUNCTION keyring.claim_master(claimed bytea) FROM PUBLIC;
GRANT ALL ON FUNCTION keyring.claim_master(claimed bytea) TO app;

REVOKE ALL ON FUNCTION keyring.destroy(key_ids uuid[], why text) FROM PUBLIC;
GRANT ALL ON FUNCTION keyring.destroy(key_ids uuid[], why text) TO app;

REVOKE ALL ON FUNCTION keyring.destroyed_since(since timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION keyring.destroyed_since(since timestamp with time zone) TO app;

REVOKE ALL ON FUNCTION keyring.mint(key_ids uuid[], wrapped_keys bytea[]) FROM PUBLIC;
GRANT ALL ON FUNCTION keyring.mint(key_ids uuid[], wrapped_keys bytea[]) TO app;

REVOKE ALL ON FUNCTION keyring.open(wanted uuid[]) FROM PUBLIC;
GRANT ALL ON FUNCTION keyring.open(wanted uuid[]) TO app;

REVOKE ALL ON FUNCTION keyring.person(board uuid, index_of_number bytea) FROM PUBLIC;
GRANT ALL ON FUNCTION keyring.person(board uuid, index_of_number bytea) TO app;

REVOKE ALL ON FUNCTION keyring.replay(key_ids uuid[], moments timestamp with time zone[], reasons text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION keyring.replay(key_ids uuid[], moments timestamp with time zone[], reasons text[]) TO app;

REVOKE ALL ON FUNCTION keyring.set_retention(wanted uuid, new_class text, new_date date) FROM PUBLIC;
GRANT ALL ON FUNCTION keyring.set_retention(wanted uuid, new_class text, new_date date) TO app;
