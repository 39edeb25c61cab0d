"""The queue to a support's times: true places, offers that expire and pass on, and nobody who falls out of it."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from tests.given import fold, given
from tests.unit.direct_access import a_catalogue as a

from chassis.decider import Refused
from direct_access.decide.queue import (
    NOTICE,
    OFFER_STANDS,
    AcceptOffer,
    Command,
    ConfirmWait,
    ExpireOffer,
    JoinQueue,
    LeaveQueue,
    OfferSeat,
    WithdrawOffer,
    goes_to_queue,
)
from direct_access.model.catalogue import Opening
from direct_access.model.queue import (
    Event,
    NoQueue,
    OfferAccepted,
    OfferExpired,
    OfferWithdrawn,
    PlaceLeft,
    PlaceTaken,
    Queue,
    SeatOffered,
    WaitConfirmed,
    queue_id,
)
from direct_access.store import QUEUE
from statute.clocks import stockholm_day

ID = queue_id(a.BOARD, "ungdomssamtal")
ANNA, BO, CIM = UUID(int=1), UUID(int=2), UUID(int=3)
STARTS = a.NOW + timedelta(days=4)
LATER = a.NOW + OFFER_STANDS
CLOSED = replace(a.listed(), openings=(Opening(day=stockholm_day(a.NOW), open=False, reason="Vi målar om."),))


def joins(who: UUID, at: datetime = a.NOW) -> JoinQueue:
    return JoinQueue(board=a.BOARD, queue=ID, support="ungdomssamtal", support_id=who, at=at)


def placed(who: UUID, at: datetime = a.NOW) -> PlaceTaken:
    return PlaceTaken(board=a.BOARD, queue=ID, support="ungdomssamtal", support_id=who, joined_at=at)


def offer(who: UUID, at: datetime = a.NOW) -> OfferSeat:
    return OfferSeat(support_id=who, time=a.TIME, starts_at=STARTS, place="Hamngatan 3", at=at)


def offered(who: UUID, at: datetime = a.NOW) -> SeatOffered:
    return SeatOffered(
        support_id=who,
        time=a.TIME,
        starts_at=STARTS,
        place="Hamngatan 3",
        offered_at=at,
        expires_at=at + OFFER_STANDS,
    )


def expired(who: UUID) -> OfferExpired:
    return OfferExpired(support_id=who, time=a.TIME, expired_at=LATER)


def order(*events: Event) -> list[UUID]:
    state = fold(QUEUE, events, QUEUE.initial)
    assert isinstance(state, Queue)
    return [each.support_id for each in state.waiting]


def test_who_comes_first_stands_first_and_nobody_twice() -> None:
    state = given(QUEUE, placed(ANNA)).when(joins(BO)).then(placed(BO))
    assert isinstance(state, Queue)
    assert [state.number_of(who) for who in (ANNA, BO)] == [1, 2]
    given(QUEUE, placed(ANNA)).when(joins(ANNA)).refused("in-queue-already")


def test_only_the_first_in_line_is_offered_a_seat_and_then_the_next() -> None:
    two = (placed(ANNA), placed(BO))
    given(QUEUE, *two).when(offer(BO)).refused("not-first-in-queue")
    given(QUEUE, *two).when(offer(ANNA)).then(offered(ANNA))
    given(QUEUE, *two, offered(ANNA)).when(offer(BO)).then(offered(BO))
    given(QUEUE).when(offer(ANNA)).refused("not-in-queue")


def test_a_yes_in_time_leaves_the_queue_and_a_late_one_does_not() -> None:
    yes = AcceptOffer(support_id=ANNA, time=a.TIME, at=a.NOW)
    accepted = OfferAccepted(support_id=ANNA, time=a.TIME, accepted_at=a.NOW)
    state = given(QUEUE, placed(ANNA), offered(ANNA)).when(yes).then(accepted)
    assert QUEUE.rows(state)["queues"][0]["waiting"] == 0
    given(QUEUE, placed(ANNA), offered(ANNA)).when(replace(yes, at=LATER)).refused("offer-passed")
    given(QUEUE, placed(ANNA), offered(ANNA)).when(replace(yes, time=a.CASE)).refused("offer-passed")
    given(QUEUE, placed(ANNA)).when(yes).refused("offer-passed")


def test_one_offer_that_passes_puts_last_and_another_one_lets_rest_but_nobody_falls_out() -> None:
    events: list[Event] = [placed(ANNA), placed(BO), offered(ANNA)]
    expire = ExpireOffer(support_id=ANNA, time=a.TIME, at=LATER)
    given(QUEUE, *events).when(replace(expire, at=a.NOW)).refused("offer-stands")
    given(QUEUE, *events).when(expire).then(expired(ANNA))
    events.append(expired(ANNA))
    assert order(*events) == [BO, ANNA]
    events += [PlaceLeft(support_id=BO, left_at=a.NOW), offered(ANNA), expired(ANNA), placed(CIM)]
    assert order(*events) == [ANNA, CIM], "the place is kept"
    resting = given(QUEUE, *events).state
    assert isinstance(resting, Queue)
    assert resting.next == resting.find(CIM), "but nobody is offered anything who does not answer"
    assert resting.number_of(CIM) == 1, "nor stands in others' way"
    still = ConfirmWait(support_id=ANNA, at=LATER)
    awake = given(QUEUE, *events).when(still).then(WaitConfirmed(support_id=ANNA, confirmed_at=LATER))
    assert isinstance(awake, Queue)
    assert awake.next == awake.find(ANNA)


def test_an_offer_of_a_day_that_was_closed_is_withdrawn_and_nothing_is_missed_or_lost() -> None:
    withdraw = WithdrawOffer(support_id=ANNA, time=a.TIME, entry=CLOSED, at=LATER)
    withdrawn = OfferWithdrawn(support_id=ANNA, time=a.TIME, withdrawn_at=LATER)
    missed_before = (placed(ANNA), offered(ANNA), expired(ANNA), placed(BO), offered(ANNA))
    state = given(QUEUE, *missed_before).when(withdraw).then(withdrawn)
    assert isinstance(state, Queue)
    assert [(each.support_id, each.offer, each.missed) for each in state.waiting] == [(ANNA, None, 1), (BO, None, 0)]
    assert state.next == state.find(ANNA)
    for entry in (a.listed(), replace(CLOSED, openings=(replace(CLOSED.openings[0], open=True),))):
        given(QUEUE, *missed_before).when(replace(withdraw, entry=entry)).refused("offer-stands")
    given(QUEUE, placed(ANNA)).when(withdraw).refused("offer-passed")


def test_who_leaves_gives_back_the_seat_that_is_kept_also_one_kept_a_moment_ago() -> None:
    kept = (placed(ANNA), offered(ANNA))
    leave = LeaveQueue(support_id=ANNA, offered=a.TIME, at=a.NOW)
    left = PlaceLeft(support_id=ANNA, left_at=a.NOW)
    given(QUEUE, *kept).when(leave).then(left)
    given(QUEUE, *kept).when(replace(leave, offered=None)).refused("changed-meanwhile", None, ("try-again",))
    given(QUEUE, *kept, expired(ANNA)).when(leave).refused("changed-meanwhile")
    given(QUEUE, placed(ANNA)).when(replace(leave, offered=None)).then(left)


def test_an_offer_ends_well_before_its_time_and_what_begins_too_soon_is_open_to_all() -> None:
    soon = a.NOW + NOTICE + timedelta(hours=1)
    [made] = given(QUEUE, placed(ANNA)).when(replace(offer(ANNA), starts_at=soon)).events()
    assert isinstance(made, SeatOffered)
    assert a.NOW < made.expires_at < soon
    assert not goes_to_queue(a.NOW + NOTICE, a.NOW)
    given(QUEUE, placed(ANNA)).when(replace(offer(ANNA), starts_at=a.NOW + NOTICE)).refused("time-too-soon")


def test_the_expected_wait_is_what_has_happened_or_not_known_yet() -> None:
    events: list[Event] = []
    for days, who in ((2, ANNA), (4, BO), (9, CIM)):
        assert fold(QUEUE, events, QUEUE.initial) == NoQueue() or usual(events) is None
        at = a.NOW + timedelta(days=days)
        events += [placed(who), offered(who, at), OfferAccepted(support_id=who, time=a.TIME, accepted_at=at)]
    assert usual(events) == timedelta(days=4)


def usual(events: list[Event]) -> timedelta | None:
    state = fold(QUEUE, events, QUEUE.initial)
    assert isinstance(state, Queue)
    return state.expected_wait


PEOPLE = st.sampled_from([UUID(int=number) for number in range(1, 6)])
TIMES = st.sampled_from([UUID(int=number) for number in range(100, 103)])


class InAnyOrder(RuleBasedStateMachine):
    """Whatever people, staff and the clock do, and in whatever order."""

    def __init__(self) -> None:
        super().__init__()
        self.state = QUEUE.initial
        self.at = a.NOW
        self.inside: set[UUID] = set()

    def _give(self, command: Command) -> bool:
        try:
            events = QUEUE.decide(command, self.state)
        except Refused:
            return False
        for event in events:
            self.state = QUEUE.evolve(self.state, event)
        return True

    @property
    def _line(self) -> list[UUID]:
        return [each.support_id for each in self.state.waiting] if isinstance(self.state, Queue) else []

    @rule(who=PEOPLE)
    def join(self, who: UUID) -> None:
        before = self._line
        assert self._give(joins(who, self.at)) == (who not in self.inside)
        self.inside.add(who)
        assert self._line == before if who in before else self._line == [*before, who]

    @rule(who=PEOPLE)
    def leave(self, who: UUID) -> None:
        before = self._line
        place = self.state.find(who) if isinstance(self.state, Queue) else None
        offered = place.offered if place else None
        assert self._give(LeaveQueue(support_id=who, offered=offered, at=self.at)) == (who in self.inside)
        self.inside.discard(who)
        assert self._line == [each for each in before if each != who], "the others keep their order"

    @rule(time=TIMES)
    def offer_next(self, time: UUID) -> None:
        first = self.state.next if isinstance(self.state, Queue) else None
        if first is None:
            return
        starts_at = self.at + timedelta(days=3)
        assert self._give(replace(offer(first.support_id, self.at), time=time, starts_at=starts_at))

    @rule(who=PEOPLE, time=TIMES)
    def accept(self, who: UUID, time: UUID) -> None:
        if self._give(AcceptOffer(support_id=who, time=time, at=self.at)):
            self.inside.discard(who)

    @rule(who=PEOPLE, time=TIMES)
    def expire(self, who: UUID, time: UUID) -> None:
        before = self._line
        if self._give(ExpireOffer(support_id=who, time=time, at=self.at)):
            assert sorted(self._line) == sorted(before)
            assert [each for each in self._line if each != who] == [each for each in before if each != who]

    @rule(who=PEOPLE, time=TIMES)
    def withdraw(self, who: UUID, time: UUID) -> None:
        before = self._line
        place = self.state.find(who) if isinstance(self.state, Queue) else None
        if self._give(WithdrawOffer(support_id=who, time=time, entry=CLOSED, at=self.at)):
            assert self._line == before, "everyone keeps their place"
            assert isinstance(self.state, Queue)
            assert place is not None
            assert self.state.find(who) == replace(place, offer=None)

    @rule(who=PEOPLE)
    def confirm(self, who: UUID) -> None:
        self._give(ConfirmWait(support_id=who, at=self.at))

    @rule(hours=st.integers(1, 30))
    def pass_time(self, hours: int) -> None:
        self.at += timedelta(hours=hours)

    @invariant()
    def nobody_twice_and_nobody_lost(self) -> None:
        assert len(self._line) == len(set(self._line))
        assert set(self._line) == self.inside

    @invariant()
    def places_are_counted_from_one_without_gaps(self) -> None:
        if isinstance(self.state, Queue):
            numbers = [self.state.number_of(each.support_id) for each in self.state.awake]
            assert numbers == list(range(1, len(numbers) + 1))


test_the_queue_in_any_order = InAnyOrder.TestCase
