-- The sample service's view of its ledgers, and what it heard of others'.

create table ledgers (
    board_id uuid not null,
    stream_id uuid not null primary key,
    total bigint not null check (total < 1000000),
    open boolean not null,
    owner text
);
create index ledgers_by_total on ledgers (board_id, total);

create table heard (
    board_id uuid not null,
    stream_id uuid not null primary key,
    total bigint not null,
    events integer not null
);

call isolate('ledgers', 'select, insert, update');
call isolate('heard', 'select, insert, update');

create or replace function save_views(p_rows jsonb) returns void
    language plpgsql as
$$
begin
    insert into ledgers
    select * from jsonb_populate_recordset(null::ledgers, p_rows -> 'ledgers')
    on conflict (stream_id) do update set total = excluded.total, open = excluded.open, owner = excluded.owner;
end
$$;
