-- What the boards give, as far as their breadth and conditions can be compared.

create table catalogue (
    board_id uuid not null,
    support text not null,
    version integer not null,
    entry_id uuid not null,
    basis text not null,
    documentation text not null,
    valid_from date not null,
    valid_to date,
    needs text[] not null,
    complete boolean,
    with_conditions boolean,
    primary key (board_id, support)
);
comment on table catalogue is 'Each support that the board has decided on, by its newest version';

create table openings (
    board_id uuid not null,
    support text not null,
    day date not null,
    place integer not null,
    open boolean not null,
    primary key (board_id, support, day)
);
comment on table openings is 'From which day a support is open or closed; before the first it is open';
comment on column openings.place is 'The event''s place in its stream: of one day, what was said last holds';

call isolate('catalogue', 'select, insert, update');
call isolate('openings', 'select, insert, update');

create function save_catalogue(p_facts jsonb) returns void
    language plpgsql as
$$
begin
    insert into catalogue
    select current_board(), f.support, f.version, f.entry_id, f.basis, f.documentation, f.valid_from, f.valid_to, f.needs,
           f.complete, f.with_conditions
    from jsonb_populate_recordset(null::catalogue, p_facts -> 'catalogue') f order by f.support
    on conflict (board_id, support) do update set
        version = excluded.version, entry_id = excluded.entry_id, basis = excluded.basis,
        documentation = excluded.documentation, valid_from = excluded.valid_from, valid_to = excluded.valid_to,
        needs = excluded.needs, complete = excluded.complete, with_conditions = excluded.with_conditions
    where (excluded.version, excluded.entry_id) > (catalogue.version, catalogue.entry_id);

    insert into openings
    select current_board(), f.support, f.day, f.place, f.open
    from jsonb_populate_recordset(null::openings, p_facts -> 'openings') f order by f.support, f.day
    on conflict (board_id, support, day) do update set place = excluded.place, open = excluded.open
    where excluded.place > openings.place;
end
$$;

comment on function save_catalogue is 'Writes what a batch of one board''s events tells of its catalogue';
