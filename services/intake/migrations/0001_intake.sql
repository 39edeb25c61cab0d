-- What caseworkers see of intake, and how a person finds their own application again.

create table work_list (
    board_id uuid not null,
    case_id uuid primary key,
    matter text not null check (matter in ('report', 'application')),
    received_at timestamptz not null,
    step text not null,
    open boolean not null,
    due_on date,
    due_clock text,
    near boolean not null,
    late boolean not null
);
create index work_list_open on work_list (board_id, due_on) where open;
comment on table work_list is 'One row a case: where it stands. Holds no words, no reasons and nobody''s name (7 a § SoLPUL)';

create table receipts (
    board_id uuid not null,
    code_hash text primary key,
    case_id uuid not null
);
comment on table receipts is 'Finds an application by the keyed digest of the code on its receipt';

call isolate('work_list', 'select, insert, update');
call isolate('receipts', 'select, insert, update');

create or replace function save_views(p_rows jsonb) returns void
    language plpgsql as
$$
begin
    insert into work_list
    select * from jsonb_populate_recordset(null::work_list, p_rows -> 'work_list')
    on conflict (case_id) do update
        set step = excluded.step, open = excluded.open, due_on = excluded.due_on,
            due_clock = excluded.due_clock, near = excluded.near, late = excluded.late;
    insert into receipts
    select * from jsonb_populate_recordset(null::receipts, p_rows -> 'receipts')
    on conflict (code_hash) do nothing;
end
$$;
