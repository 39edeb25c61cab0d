-- Whether contact is safe is told anew when staff learn of it.

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
        on conflict (support_id) do update set safe = excluded.safe, waits_for = excluded.waits_for;
    end if;
    if p_rows ? 'consent_codes' then
        insert into consent_codes select * from jsonb_populate_recordset(null::consent_codes, p_rows -> 'consent_codes')
        on conflict (code) do nothing;
    end if;
end
$$;
