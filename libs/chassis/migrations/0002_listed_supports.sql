-- What the boards' catalogues list, for services that listen to direct-access (see chassis.listed_supports).

create table listed_supports (
    board_id uuid not null,
    support text not null,
    version integer not null,
    name text not null,
    basis text not null,
    valid_from date not null,
    valid_to date,
    primary key (board_id, support)
);
comment on table listed_supports is 'Each support that a board has decided on, by the newest version heard of. Empty where the service does not listen';

call isolate('listed_supports', 'select, insert, update');

create function save_listed_supports(p_listed jsonb) returns void
    language sql as
$$
    insert into listed_supports
    select current_board(), l.support, l.version, l.name, l.basis, l.valid_from, l.valid_to
    from jsonb_populate_recordset(null::listed_supports, p_listed) l order by l.support
    on conflict (board_id, support) do update set
        version = excluded.version, name = excluded.name, basis = excluded.basis,
        valid_from = excluded.valid_from, valid_to = excluded.valid_to
    where excluded.version > listed_supports.version;
$$;

grant execute on function save_listed_supports to :app;
