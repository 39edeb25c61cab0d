-- What this service is seen by. Each row is a function of its stream's state, written whole by `save_views`.

create table catalogue (
    board_id uuid not null,
    entry_id uuid primary key,
    code text not null,
    version integer not null,
    name text not null,
    what text not null,
    basis text not null,
    kind text not null,
    documentation text not null,
    age_from integer,
    age_to integer,
    districts text[] not null,
    capacity text[] not null,
    valid_from date not null,
    valid_to date,
    decision text not null,
    special_reasons text
);
comment on table catalogue is 'The support that a board has decided on, as it holds now';

create table supports (
    board_id uuid not null,
    support_id uuid primary key,
    support text not null,
    district text not null,
    step text not null,
    asked_at timestamptz not null,
    to_check boolean not null,
    to_book boolean not null,
    to_inform boolean not null,
    meetings integer not null,
    asker text not null
);
create index supports_open on supports (board_id, asked_at) where step <> 'ended' or to_inform;
comment on table supports is 'Each person''s direct support: which step it is at and what is left to do';
comment on column supports.asker is 'Sealed. Opened on reading, by whom it concerns';

create table bookings (
    board_id uuid not null,
    support_id uuid not null,
    time_id uuid not null,
    starts_at timestamptz not null,
    place text not null,
    primary key (support_id, time_id)
);
create index bookings_by_time on bookings (board_id, starts_at);
comment on table bookings is 'Who is expected when';

create table times (
    board_id uuid not null,
    time_id uuid primary key,
    support text not null,
    district text not null,
    place text not null,
    starts_at timestamptz not null,
    minutes integer not null,
    seats integer not null,
    seats_left integer not null
);
create index times_ahead on times (board_id, support, starts_at);
comment on table times is 'Times that can be booked';

create table visits (
    board_id uuid not null,
    visit_id uuid primary key,
    started_on date not null,
    support text not null,
    district text not null,
    measures integer not null
);
create index visits_by_day on visits (board_id, started_on);
comment on table visits is 'Visits where identity is not documented (SoL 14:5): days and places, to be counted';

create table talks (
    board_id uuid not null,
    talk_id uuid primary key,
    district text not null,
    requested_at timestamptz not null,
    due_at timestamptz not null,
    late boolean not null,
    answered_at timestamptz,
    asker text not null
);
create index talks_waiting on talks (board_id, due_at) where answered_at is null;
comment on table talks is 'Who asked to talk with us, and whether somebody has reached them';
comment on column talks.asker is 'Sealed. Opened on reading, by whom it concerns';

call isolate('catalogue', 'select, insert, update');
call isolate('supports', 'select, insert, update');
call isolate('bookings', 'select, insert, update');
call isolate('times', 'select, insert, update');
call isolate('visits', 'select, insert, update');
call isolate('talks', 'select, insert, update');

create or replace function save_views(p_rows jsonb) returns void
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
            special_reasons = excluded.special_reasons;
    end if;
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
