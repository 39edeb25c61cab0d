-- Booked times that can be changed: the code on a receipt leads to its support, and a booking has an outcome.

alter table supports add column code uuid;
create unique index supports_by_code on supports (board_id, code);
comment on column supports.code is 'A keyed digest of the code on the receipt; the code itself is kept nowhere';

alter table bookings add column outcome text not null default 'booked';
comment on column bookings.outcome is 'booked, arrived or did-not-come';

create table queues (
    board_id uuid not null,
    queue_id uuid primary key,
    support text not null,
    waiting integer not null,
    ready integer not null,
    resting integer not null,
    usual_days integer,
    next_expiry timestamptz
);
comment on table queues is 'How many wait for the times of each support';
comment on column queues.ready is 'Who can be offered a seat now';
comment on column queues.resting is 'Who has let two offers pass, and is offered none until they say that they still wait';
call isolate('queues', 'select, insert, update');

create table walk_ins (
    board_id uuid not null,
    count_id uuid primary key,
    support text not null,
    counted_on date not null,
    walk_ins integer not null
);
create index walk_ins_by_day on walk_ins (board_id, counted_on);
comment on table walk_ins is 'How many walked in on a day, as staff counted them; nothing of who it was';
call isolate('walk_ins', 'select, insert, update');

create function save_times(p_rows jsonb) returns void
    language plpgsql as
$$
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

create or replace function save_views(p_rows jsonb) returns void
    language plpgsql as
$$
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
end
$$;
