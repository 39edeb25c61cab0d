-- The work list: where each investigation stands and by when. No free text, no reasons, nothing of the person.

create table investigations (
    board_id uuid not null,
    case_id uuid not null primary key,
    stage text not null,
    opened_at timestamptz not null,
    last_day date,
    clock text,
    outcome text,
    support text,
    provision text,
    decided_at timestamptz,
    appeal_by date,
    closed_at timestamptz
);
create index investigations_in_order on investigations (board_id, opened_at);
comment on table investigations is 'One row for each investigation; may hold decided measures and their paragraph, never delicate circumstances (SoLPUL 7 a §)';
comment on column investigations.clock is 'running, warned or passed while a child''s four months run (SoL 20:3); null where no clock runs';

call isolate('investigations', 'select, insert, update');

create or replace function save_views(p_rows jsonb) returns void
    language plpgsql as
$$
begin
    insert into investigations
    select * from jsonb_populate_recordset(null::investigations, p_rows -> 'investigations')
    on conflict (case_id) do update set
        stage = excluded.stage,
        last_day = excluded.last_day,
        clock = excluded.clock,
        outcome = excluded.outcome,
        support = excluded.support,
        provision = excluded.provision,
        decided_at = excluded.decided_at,
        appeal_by = excluded.appeal_by,
        closed_at = excluded.closed_at;
end
$$;
