"""Times that can be booked: the last seat goes to exactly one."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from hypothesis import given as for_all
from hypothesis import strategies as st
from tests.given import given
from tests.unit.direct_access import a_catalogue as a

from chassis.decider import Refused
from direct_access.decide.time import OfferTime, TakeSeat
from direct_access.model.catalogue import Capacity
from direct_access.model.time import SeatTaken, TimeOffered
from direct_access.store import TIME

STARTS = a.NOW + timedelta(days=2)
OFFER = OfferTime(
    board=a.BOARD,
    time=a.TIME,
    entry=a.listed(),
    starts_at=STARTS,
    minutes=45,
    seats=1,
    district="centrum",
    place="Hamngatan 3",
    at=a.NOW,
)
OFFERED = TimeOffered(
    board=a.BOARD,
    time=a.TIME,
    support="ungdomssamtal",
    starts_at=STARTS,
    minutes=45,
    seats=1,
    district="centrum",
    place="Hamngatan 3",
    offered_at=a.NOW,
)
SEAT = TakeSeat(support="ungdomssamtal", support_id=a.CASE, at=a.NOW)
TAKEN = SeatTaken(support_id=a.CASE, taken_at=a.NOW)


def test_staff_offer_a_time_and_somebody_takes_its_seat() -> None:
    given(TIME).when(OFFER).then(OFFERED)
    state = given(TIME, OFFERED).when(SEAT).then(TAKEN)
    assert TIME.rows(state)["times"][0]["seats_left"] == 0


def test_a_full_time_leads_to_another() -> None:
    other = replace(SEAT, support_id=a.PERSON)
    given(TIME, OFFERED, TAKEN).when(other).refused("time-full", instead=("choose-another-time",))


def test_nobody_takes_two_seats() -> None:
    given(TIME, replace(OFFERED, seats=2), TAKEN).when(SEAT).refused("time-booked-already")


def test_a_time_that_has_begun_cannot_be_booked_or_offered() -> None:
    given(TIME, OFFERED).when(replace(SEAT, at=STARTS)).refused("time-passed", instead=("choose-another-time",))
    given(TIME).when(replace(OFFER, starts_at=a.NOW)).refused("time-passed")


def test_a_seat_belongs_to_the_support_it_was_offered_for() -> None:
    given(TIME, OFFERED).when(replace(SEAT, support="foraldrakurs")).refused("time-of-another-support")


def test_an_unknown_time_has_no_seats() -> None:
    given(TIME).when(SEAT).refused("time-not-found")


def test_a_time_is_offered_once() -> None:
    given(TIME, OFFERED).when(OFFER).refused("time-offered-already")


def test_only_what_the_board_lets_be_booked_has_times() -> None:
    by_phone = a.listed(replace(a.YOUTH_TALKS, capacity=(Capacity.PHONE,)))
    given(TIME).when(replace(OFFER, entry=by_phone)).refused("not-bookable")
    given(TIME).when(replace(OFFER, entry=a.listed(a.DROP_IN))).refused("come-without-name", "SoL 14:5")


def test_a_time_lies_within_what_the_board_decided() -> None:
    over_by_then = a.listed(replace(a.YOUTH_TALKS, valid_to=a.NOW.date()))
    given(TIME).when(replace(OFFER, entry=over_by_then)).refused("support-not-offered-now", "SoL 11:5")


@for_all(seats=st.integers(1, 8), askers=st.lists(st.uuids(version=4), min_size=1, max_size=12))
def test_there_are_never_more_people_than_seats(seats: int, askers: list[UUID]) -> None:
    state = TIME.evolve(TIME.initial, replace(OFFERED, seats=seats))
    seated = 0
    for asker in askers:
        try:
            events = TIME.decide(replace(SEAT, support_id=asker), state)
        except Refused:
            continue
        seated += len(events)
        for event in events:
            state = TIME.evolve(state, event)
    assert seated == min(seats, len(set(askers)))
