-- By which way a reminder goes, so that those of a way that rests keep no place among those to be sent now.

alter table reminders add column way text;
comment on column reminders.way is 'sms or e-mail, or another that nothing is sent by; null until its support changes or views are rebuilt';

create or replace function save_messages(p_rows jsonb) returns void
    language plpgsql as
$$
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
