-- The rest of what a board decides of a support, and whether it takes people over time.

alter table catalogue
    add column purpose text not null default '',
    add column dose text not null default '',
    add column place text not null default '',
    add column method text not null default '',
    add column needs text[] not null default '{}',
    add column situation text not null default '',
    add column languages text[] not null default '{}',
    add column forms text[] not null default '{}',
    add column provider text not null default '',
    add column cost text not null default '',
    add column ksi text not null default '',
    add column evidence_status text,
    add column evidence_references text[] not null default '{}',
    add column secrecy text not null default 'social-services',
    add column conditions text not null default '',
    add column reason text not null default '',
    add column next_steps text not null default '',
    add column wait text not null default '',
    add column content text,
    add column counted_as text,
    add column missing text[] not null default '{}';

create table catalogue_openings (
    board_id uuid not null,
    entry_id uuid not null,
    day date not null,
    open boolean not null,
    reason text not null,
    instead text,
    primary key (entry_id, day)
);
comment on table catalogue_openings is 'From which day a support is open or closed; before the first it is open';
call isolate('catalogue_openings', 'select, insert, update');

create function save_catalogue(p_rows jsonb) returns void
    language plpgsql as
$$
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

create or replace function save_views(p_rows jsonb) returns void
    language plpgsql as
$$
begin
    perform save_catalogue(p_rows);
    if p_rows ? 'supports' then
        insert into supports select * from jsonb_populate_recordset(null::supports, p_rows -> 'supports')
        on conflict (support_id) do update set
            step = excluded.step, to_check = excluded.to_check, to_book = excluded.to_book,
            to_inform = excluded.to_inform, meetings = excluded.meetings;
    end if;
    if p_rows ? 'bookings' then
        insert into bookings select * from jsonb_populate_recordset(null::bookings, p_rows -> 'bookings')
        on conflict (support_id, time_id) do nothing;
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
end
$$;
