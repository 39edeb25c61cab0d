-- From which day on age may have changed whose yes a support takes. It follows from the age band and the day of asking,
-- so that the birth date stays sealed.

alter table askings add column check_age_from date;
comment on column askings.check_age_from is 'Told by the age band of asking alone; null where age changes nothing any more, and until the support changes or views are rebuilt';

-- How whoever wants to talk is to be reached, so that the list does not promise a call to who gets in touch themself.

alter table talks add column way text;
comment on column talks.way is 'phone, sms, e-mail, letter or none; null until the talk changes or views are rebuilt';

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
        on conflict (support_id) do update set
            safe = excluded.safe, waits_for = excluded.waits_for, check_age_from = excluded.check_age_from;
    end if;
    if p_rows ? 'consent_codes' then
        insert into consent_codes select * from jsonb_populate_recordset(null::consent_codes, p_rows -> 'consent_codes')
        on conflict (code) do nothing;
    end if;
end
$$;
