-- A case that goes on has no new receipt: nothing is written for a table that has no rows.

create or replace function save_views(p_rows jsonb) returns void
    language plpgsql as
$$
begin
    if p_rows ? 'work_list' then
        insert into work_list
        select * from jsonb_populate_recordset(null::work_list, p_rows -> 'work_list')
        on conflict (case_id) do update
            set step = excluded.step, open = excluded.open, due_on = excluded.due_on,
                due_clock = excluded.due_clock, near = excluded.near, late = excluded.late;
    end if;
    if p_rows ? 'receipts' then
        insert into receipts
        select * from jsonb_populate_recordset(null::receipts, p_rows -> 'receipts')
        on conflict (code_hash) do nothing;
    end if;
end
$$;
