-- What people have written and not sent, kept because they asked for it (see chassis.drafts).

create table drafts (
    draft_id bytea primary key,
    sealed bytea not null,
    erase_at timestamptz not null
);
create index drafts_due on drafts (erase_at);
comment on table drafts is 'Unsent forms, each sealed with a key that follows from a code which only its writer has. Belongs to no board and no person';
comment on column drafts.draft_id is 'A keyed digest of the code';

-- A row is seen by who names it, and nobody can ask which there are.
alter table drafts enable row level security;
create policy code on drafts
    using (draft_id = decode(current_setting('stodvag.draft', true), 'hex'))
    with check (draft_id = decode(current_setting('stodvag.draft', true), 'hex'));
grant select, insert, delete on drafts to :app;

create function keep_draft(p_id bytea, p_sealed bytea, p_erase_at timestamptz) returns void
    language plpgsql as
$$
begin
    perform set_config('stodvag.draft', encode(p_id, 'hex'), true);
    insert into drafts values (p_id, p_sealed, p_erase_at);
end
$$;

create function read_draft(p_id bytea, p_now timestamptz) returns bytea
    language plpgsql as
$$
begin
    perform set_config('stodvag.draft', encode(p_id, 'hex'), true);
    return (select sealed from drafts where draft_id = p_id and erase_at > p_now);
end
$$;

create function erase_draft(p_id bytea) returns boolean
    language plpgsql as
$$
begin
    perform set_config('stodvag.draft', encode(p_id, 'hex'), true);
    delete from drafts where draft_id = p_id;
    return found;
end
$$;

create function erase_due_drafts(p_now timestamptz) returns bigint
    language sql security definer set search_path = public, pg_temp
begin atomic
    with erased as (delete from drafts where erase_at <= p_now returning 1) select count(*) from erased;
end;

grant execute on function keep_draft, read_draft, erase_draft, erase_due_drafts to :app;
