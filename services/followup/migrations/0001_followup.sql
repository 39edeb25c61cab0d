-- What others' events tell of each case, for the results; and the list of children's follow-ups, which is this service's own.

create table cases (
    board_id uuid not null,
    case_id uuid primary key,
    path text not null,
    came text,
    asked_on date,
    opened_on date,
    decided_on date,
    outcome text,
    closed_on date,
    age_band text,
    gender text,
    district text
);
create index cases_of_board on cases (board_id);
comment on table cases is 'A case on either way to support: days and group facts. Days are Europe/Stockholm';
comment on column cases.path is 'direct or assessed';
comment on column cases.came is 'How it began: application, report, request, talk or visit (SoL 14:5)';

create table supports (
    board_id uuid not null,
    case_id uuid not null,
    support text not null,
    asked_on date,
    offered_on date,
    granted_on date,
    declined_on date,
    decline_reason text,
    started_on date,
    ended_on date,
    end_reason text,
    primary key (case_id, support)
);
comment on table supports is 'What became of each support in a case';

create table measures (
    board_id uuid not null,
    event_id uuid primary key,
    case_id uuid not null,
    support text not null,
    instrument text not null,
    point text not null,
    score integer not null,
    taken_on date not null,
    place integer not null
);
create index measures_of_support on measures (case_id, support);
comment on table measures is 'Each answer to a measure. Higher is better';
comment on column measures.place is 'The event''s place in its stream, since several measures can be of one day';

create table names (
    board_id uuid not null,
    support text not null,
    version integer not null,
    entry_id uuid not null,
    name text not null,
    primary key (board_id, support)
);
comment on table names is 'What the board''s catalogue calls each support, by its newest version';

create table child_follow_ups (
    board_id uuid not null,
    case_id uuid primary key,
    started_on date not null,
    last_day date not null,
    warned boolean not null,
    ended_on date,
    reason text
);
create index child_follow_ups_running on child_follow_ups (board_id, last_day) where ended_on is null;
comment on table child_follow_ups is 'Follow-up of children''s situations (SoL 23 kap.) and the last day of each';

call isolate('cases', 'select, insert, update');
call isolate('supports', 'select, insert, update');
call isolate('measures', 'select, insert, update');
call isolate('names', 'select, insert, update');
call isolate('child_follow_ups', 'select, insert, update');

create function save_facts(p_facts jsonb) returns void
    language plpgsql as
$$
begin
    insert into cases
    select current_board(), f.case_id, f.path, f.came, f.asked_on, f.opened_on, f.decided_on, f.outcome, f.closed_on,
           f.age_band, f.gender, f.district
    from jsonb_populate_recordset(null::cases, p_facts -> 'cases') f order by f.case_id
    on conflict (case_id) do update set
        came = coalesce(excluded.came, cases.came),
        asked_on = coalesce(excluded.asked_on, cases.asked_on),
        opened_on = coalesce(excluded.opened_on, cases.opened_on),
        decided_on = coalesce(excluded.decided_on, cases.decided_on),
        outcome = coalesce(excluded.outcome, cases.outcome),
        closed_on = coalesce(excluded.closed_on, cases.closed_on),
        (age_band, gender, district) = (
            select excluded.age_band, excluded.gender, excluded.district
            where excluded.age_band is not null and (excluded.opened_on is not null or cases.opened_on is null)
            union all
            select cases.age_band, cases.gender, cases.district
            limit 1);

    insert into supports
    select current_board(), f.case_id, f.support, f.asked_on, f.offered_on, f.granted_on, f.declined_on, f.decline_reason,
           f.started_on, f.ended_on, f.end_reason
    from jsonb_populate_recordset(null::supports, p_facts -> 'supports') f order by f.case_id, f.support
    on conflict (case_id, support) do update set
        asked_on = coalesce(excluded.asked_on, supports.asked_on),
        offered_on = coalesce(excluded.offered_on, supports.offered_on),
        granted_on = coalesce(excluded.granted_on, supports.granted_on),
        declined_on = coalesce(excluded.declined_on, supports.declined_on),
        decline_reason = coalesce(excluded.decline_reason, supports.decline_reason),
        started_on = coalesce(excluded.started_on, supports.started_on),
        ended_on = coalesce(excluded.ended_on, supports.ended_on),
        end_reason = coalesce(excluded.end_reason, supports.end_reason);

    insert into measures
    select current_board(), f.event_id, f.case_id, f.support, f.instrument, f.point, f.score, f.taken_on, f.place
    from jsonb_populate_recordset(null::measures, p_facts -> 'measures') f
    on conflict (event_id) do nothing;

    insert into names
    select current_board(), f.support, f.version, f.entry_id, f.name
    from jsonb_populate_recordset(null::names, p_facts -> 'names') f order by f.support
    on conflict (board_id, support) do update set
        version = excluded.version, entry_id = excluded.entry_id, name = excluded.name
    where (excluded.version, excluded.entry_id) > (names.version, names.entry_id);
end
$$;

comment on function save_facts is
    'Writes what a batch of one board''s events tells. A column that is left out tells nothing new. '
    'Of the person, what an investigation says stands over what was said before it';

create or replace function save_views(p_rows jsonb) returns void
    language plpgsql as
$$
begin
    insert into child_follow_ups
    select * from jsonb_populate_recordset(null::child_follow_ups, p_rows -> 'child_follow_ups')
    on conflict (case_id) do update set
        warned = excluded.warned, ended_on = excluded.ended_on, reason = excluded.reason;
end
$$;
