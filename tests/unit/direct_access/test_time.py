"""Times that can be booked: the last seat goes to exactly one."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from tests.given import given
from tests.unit.direct_access import a_catalogue as a

from chassis.decider import Refused
from direct_access.decide.queue import NOTICE
from direct_access.decide.time import Command, HoldSeat, OfferTime, ReleaseHold, ReleaseSeat, TakeSeat
from direct_access.model.catalogue import Capacity
from direct_access.model.time import HoldReleased, Offered, SeatHeld, SeatReleased, SeatTaken, TimeOffered
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
PEOPLE = st.sampled_from([UUID(int=number) for number in range(6)])


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


@pytest.mark.parametrize("capacity", [(Capacity.WAITING_LIST,), (Capacity.WAITING_LIST, Capacity.BOOKABLE)])
def test_what_one_can_stand_in_a_queue_for_has_times(capacity: tuple[Capacity, ...]) -> None:
    entry = a.listed(replace(a.YOUTH_TALKS, capacity=capacity))
    given(TIME).when(replace(OFFER, entry=entry)).then(OFFERED)
    assert entry.terms.has_times
    assert entry.terms.only_by_queue is (Capacity.BOOKABLE not in capacity)


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


def test_a_seat_that_is_given_back_is_free_at_once() -> None:
    back = ReleaseSeat(support_id=a.CASE, at=a.NOW)
    state = given(TIME, OFFERED, TAKEN).when(back).then(SeatReleased(support_id=a.CASE, released_at=a.NOW))
    assert TIME.rows(state)["times"][0]["seats_left"] == 1
    given(TIME, OFFERED).when(back).then()


def test_a_seat_kept_for_the_first_in_line_is_nobody_else_s() -> None:
    held = SeatHeld(support_id=a.CASE, held_at=a.NOW)
    state = given(TIME, OFFERED).when(HoldSeat(support_id=a.CASE, at=a.NOW)).then(held)
    assert TIME.rows(state)["times"][0]["seats_left"] == 0
    given(TIME, OFFERED, held).when(replace(SEAT, support_id=a.PERSON)).refused("time-full")
    given(TIME, OFFERED, held).when(SEAT).then(TAKEN)
    released = HoldReleased(support_id=a.CASE, released_at=a.NOW)
    given(TIME, OFFERED, held).when(ReleaseHold(support_id=a.CASE, at=a.NOW)).then(released)
    given(TIME, OFFERED, held, released).when(replace(SEAT, support_id=a.PERSON)).then(
        replace(TAKEN, support_id=a.PERSON)
    )


class Seats(RuleBasedStateMachine):
    """Whatever is taken, given back, kept and let go, and in whatever order."""

    def __init__(self) -> None:
        super().__init__()
        self.state = TIME.evolve(TIME.initial, replace(OFFERED, seats=3))
        self.seated: set[UUID] = set()
        self.kept: set[UUID] = set()

    def _give(self, command: Command) -> bool:
        try:
            events = TIME.decide(command, self.state)
        except Refused:
            return False
        for event in events:
            self.state = TIME.evolve(self.state, event)
        return True

    @rule(who=PEOPLE)
    def take(self, who: UUID) -> None:
        free = 3 - len(self.seated) - len(self.kept)
        possible = who not in self.seated and (free > 0 or who in self.kept)
        assert self._give(replace(SEAT, support_id=who)) == possible
        if possible:
            self.seated.add(who)
            self.kept.discard(who)

    @rule(who=PEOPLE)
    def take_by_the_queue_alone(self, who: UUID) -> None:
        possible = who in self.kept and who not in self.seated
        assert self._give(replace(SEAT, support_id=who, only_by_queue=True)) == possible, "only what was offered"
        if possible:
            self.seated.add(who)
            self.kept.discard(who)

    @rule(who=PEOPLE)
    def give_back(self, who: UUID) -> None:
        assert self._give(ReleaseSeat(support_id=who, at=a.NOW))
        self.seated.discard(who)

    @rule(who=PEOPLE)
    def keep(self, who: UUID) -> None:
        if self._give(HoldSeat(support_id=who, at=a.NOW)):
            self.kept.add(who)

    @rule(who=PEOPLE)
    def let_go(self, who: UUID) -> None:
        self._give(ReleaseHold(support_id=who, at=a.NOW))
        self.kept.discard(who)

    @invariant()
    def never_more_people_than_seats(self) -> None:
        assert isinstance(self.state, Offered)
        assert (self.state.taken_by, self.state.held_for) == (frozenset(self.seated), frozenset(self.kept))
        assert self.state.left == 3 - len(self.seated) - len(self.kept) >= 0


test_seats_in_any_order = Seats.TestCase


def test_where_others_wait_a_free_seat_is_theirs_unless_it_begins_too_soon_to_be_offered() -> None:
    past_others = replace(SEAT, others_wait=True)
    held = SeatHeld(support_id=a.CASE, held_at=a.NOW)
    given(TIME, OFFERED).when(past_others).refused("others-wait", instead=("join-queue",))
    given(TIME, OFFERED, held).when(past_others).then(TAKEN)
    given(TIME, replace(OFFERED, starts_at=a.NOW + NOTICE)).when(past_others).then(TAKEN)


def test_where_seats_go_by_the_queue_alone_nobody_picks_one_however_soon_it_begins() -> None:
    picks = replace(SEAT, only_by_queue=True)
    held = SeatHeld(support_id=a.CASE, held_at=a.NOW)
    given(TIME, OFFERED).when(picks).refused("only-by-queue", instead=("join-queue",))
    soon = replace(OFFERED, starts_at=a.NOW + NOTICE)
    given(TIME, soon).when(picks).refused("only-by-queue")
    given(TIME, soon).when(SEAT).then(TAKEN)  # Staff call somebody.
    given(TIME, OFFERED, held).when(picks).then(TAKEN)
