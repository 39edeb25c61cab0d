-- Messages to people about their times: the reminders that are to be sent, and what became of each message.

create table reminders (
    board_id uuid not null,
    support_id uuid not null,
    time_id uuid not null,
    message_id uuid not null,
    starts_at timestamptz not null,
    due_at timestamptz not null,
    until_at timestamptz not null,
    wanted boolean not null,
    primary key (support_id, time_id)
);
create index reminders_by_due on reminders (board_id, due_at) where wanted;
comment on table reminders is 'A reminder of each booked time: when, and neither its words nor where it goes';
comment on column reminders.message_id is 'Another one where the time is booked anew';
comment on column reminders.wanted is 'False once the time was given up, or where nothing may be sent';
call isolate('reminders', 'select, insert, update');

create table messages (
    board_id uuid not null,
    message_id uuid primary key,
    kind text not null,
    support_id uuid not null,
    starts_at timestamptz not null,
    until_at timestamptz not null,
    again_at timestamptz,
    outcome text,
    why text
);
create index messages_given_up on messages (board_id, starts_at) where outcome = 'given-up';
comment on table messages is 'What became of each message';
comment on column messages.kind is 'reminder or offer';
comment on column messages.again_at is 'While it is not over: when it is tried again';
comment on column messages.outcome is 'sent, given-up or dropped; null while it is not over';
call isolate('messages', 'select, insert, update');

create function save_messages(p_rows jsonb) returns void
    language plpgsql as
$$
begin
    if p_rows ? 'reminders' then
        insert into reminders select * from jsonb_populate_recordset(null::reminders, p_rows -> 'reminders')
        on conflict (support_id, time_id) do update set
            message_id = excluded.message_id, due_at = excluded.due_at, until_at = excluded.until_at,
            wanted = excluded.wanted;
    end if;
    if p_rows ? 'messages' then
        insert into messages select * from jsonb_populate_recordset(null::messages, p_rows -> 'messages')
        on conflict (message_id) do update set
            again_at = excluded.again_at, outcome = excluded.outcome, why = excluded.why;
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
    perform save_messages(p_rows);
end
$$;
