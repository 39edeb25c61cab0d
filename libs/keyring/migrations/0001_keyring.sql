-- Wrapped data keys, tombstones of the destroyed ones, and the index from person number to pseudonym.
-- The keyring is the only database that services share, so they meet it through functions alone: the runtime role
-- may execute those and has no right to any table.

CREATE SCHEMA keyring;

-- Tells a wrong master key at start, before it wraps keys that nobody else can open or gives a person a second pseudonym.
CREATE TABLE keyring.master (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    fingerprint bytea NOT NULL
);

-- A key is either here in its wrapping, or a tombstone that says when and why it was destroyed.
CREATE TABLE keyring.keys (
    key_id uuid PRIMARY KEY,
    wrapped bytea,
    retention_class text CHECK (retention_class ~ '^[a-z][a-z0-9-]{0,62}$'),
    retain_until date,
    destroyed_at timestamptz,
    reason text CHECK (reason ~ '^[a-z][a-z0-9-]{0,62}$'),
    CONSTRAINT wrapped_or_tombstone CHECK (num_nulls(destroyed_at, reason) = CASE WHEN wrapped IS NULL THEN 0 ELSE 2 END)
);

CREATE INDEX keys_destroyed ON keyring.keys (destroyed_at) WHERE destroyed_at IS NOT NULL;

CREATE TABLE keyring.persons (
    board_id uuid NOT NULL,
    number_index bytea NOT NULL,
    person_id uuid NOT NULL UNIQUE,
    PRIMARY KEY (board_id, number_index)
);


-- True when the fingerprint is that of the master key which this keyring was first opened with.
CREATE FUNCTION keyring.claim_master(claimed bytea) RETURNS boolean
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    INSERT INTO keyring.master (fingerprint) VALUES (claimed) ON CONFLICT DO NOTHING;
    SELECT master.fingerprint = claimed FROM keyring.master;
END;

CREATE FUNCTION keyring.mint(key_ids uuid[], wrapped_keys bytea[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    INSERT INTO keyring.keys (key_id, wrapped) SELECT * FROM unnest(key_ids, wrapped_keys);
END;

-- One row for each known key; a destroyed one comes without its wrapped bytes, an unknown one does not come.
CREATE FUNCTION keyring.open(wanted uuid[]) RETURNS TABLE (key_id uuid, wrapped bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT keys.key_id, keys.wrapped FROM keyring.keys WHERE keys.key_id = ANY (wanted);
END;

-- False when the key is unknown. A destroyed key keeps nothing, so there the call has no effect.
CREATE FUNCTION keyring.set_retention(wanted uuid, new_class text, new_date date) RETURNS boolean
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    UPDATE keyring.keys SET retention_class = new_class, retain_until = new_date
    WHERE keys.key_id = wanted AND keys.wrapped IS NOT NULL;
    SELECT EXISTS (SELECT FROM keyring.keys WHERE keys.key_id = wanted);
END;

-- Writes tombstones as they are given. A key that this database does not know (it was minted after the backup that
-- was restored) becomes a tombstone as well; one that is destroyed already keeps its first time and reason.
CREATE FUNCTION keyring.replay(key_ids uuid[], moments timestamptz[], reasons text[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    INSERT INTO keyring.keys AS known (key_id, destroyed_at, reason)
    SELECT DISTINCT ON (tombstone.key_id) tombstone.key_id, tombstone.destroyed_at, tombstone.reason
    FROM unnest(key_ids, moments, reasons) AS tombstone (key_id, destroyed_at, reason)
    ORDER BY tombstone.key_id, tombstone.destroyed_at
    ON CONFLICT (key_id) DO UPDATE
    SET wrapped = NULL, destroyed_at = excluded.destroyed_at, reason = excluded.reason
    WHERE known.wrapped IS NOT NULL;
END;

-- One destroys at a time, and reads the clock only when it is its turn: so tombstones are committed in the order of
-- their times, and whoever copies the list from the last time seen misses none.
CREATE FUNCTION keyring.destroy(key_ids uuid[], why text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
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

CREATE FUNCTION keyring.destroyed_since(since timestamptz)
RETURNS TABLE (key_id uuid, destroyed_at timestamptz, reason text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT keys.key_id, keys.destroyed_at, keys.reason FROM keyring.keys
    WHERE keys.destroyed_at >= since ORDER BY keys.destroyed_at, keys.key_id;
END;

-- The same pseudonym for the same index within a board, drawn at random the first time. Two who come first at once
-- get one answer: the second waits for the first, and its next statement sees the row.
CREATE FUNCTION keyring.person(board uuid, index_of_number bytea) RETURNS uuid
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    INSERT INTO keyring.persons (board_id, number_index, person_id)
    VALUES (board, index_of_number, gen_random_uuid()) ON CONFLICT (board_id, number_index) DO NOTHING;
    SELECT persons.person_id FROM keyring.persons
    WHERE persons.board_id = board AND persons.number_index = index_of_number;
END;

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA keyring FROM PUBLIC;
GRANT USAGE ON SCHEMA keyring TO :app;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA keyring TO :app;
