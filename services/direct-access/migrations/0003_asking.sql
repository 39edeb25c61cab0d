-- Who asked and whose yes is waited for, the codes that a yes is said with, and times that were given up.

create table askings (
    board_id uuid not null,
    support_id uuid primary key,
    safe boolean not null,
    waits_for text[] not null
);
comment on table askings is 'Of each support: whether contact is safe, and whose yes is missing';

create table consent_codes (
    board_id uuid not null,
    code uuid primary key,
    support_id uuid not null,
    who uuid not null
);
comment on table consent_codes is 'Whose code it is: a guardian''s or the person''s. The code itself is kept nowhere';
comment on column consent_codes.code is 'A keyed digest of the code';

alter table bookings add column released boolean not null default false;

call isolate('askings', 'select, insert, update');
call isolate('consent_codes', 'select, insert, update');

create or replace function save_asking(p_rows jsonb) returns void
    language plpgsql as
$$
begin
    if p_rows ? 'bookings' then
        update bookings set released = given_up.released
        from jsonb_populate_recordset(null::bookings, p_rows -> 'bookings') as given_up
        where bookings.support_id = given_up.support_id and bookings.time_id = given_up.time_id
            and bookings.released <> given_up.released;
    end if;
    if p_rows ? 'askings' then
        insert into askings select * from jsonb_populate_recordset(null::askings, p_rows -> 'askings')
        on conflict (support_id) do update set waits_for = excluded.waits_for;
    end if;
    if p_rows ? 'consent_codes' then
        insert into consent_codes select * from jsonb_populate_recordset(null::consent_codes, p_rows -> 'consent_codes')
        on conflict (code) do nothing;
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
    perform save_asking(p_rows);
end
$$;
