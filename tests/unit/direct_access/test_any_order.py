"""No order of commands, at any age, gives a start that the Act forbids; every no has its paragraph and another way."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from tests.given import fold
from tests.unit.direct_access.a_catalogue import ASK, DROP_IN, PERSON, YOUTH_TALKS, listed

from chassis.decider import Refused
from chassis.personal import Personal
from contracts.direct_access import Documentation, LegalBasis
from contracts.vocabulary import EndReason
from direct_access.decide.consent import (
    CheckCustody,
    GiveCode,
    GiveConsent,
    GiveOwnYes,
    NameGuardian,
    NoteHindered,
    WithdrawConsent,
    WithdrawOwnYes,
    bookings_ahead,
    may_message,
)
from direct_access.decide.support import (
    AskForSupport,
    BookTime,
    CheckSuitability,
    Chosen,
    EndSupport,
    Guardian,
    HoldMeeting,
    MoveBooking,
    TellContact,
    TellSafety,
)
from direct_access.model.support import (
    Asked,
    AskedBy,
    By,
    CodeGiven,
    ContactWay,
    MeetingHeld,
    NotAsked,
    SaidBy,
    TimeBooked,
    initial,
    record_of,
)
from direct_access.store import SUPPORT
from statute.ages import age_on
from statute.clocks import stockholm_day

FIRST, SECOND, STRANGER = (UUID(int=number) for number in (1, 2, 3))
GUARDIANS = st.sampled_from([FIRST, SECOND])
BY = st.sampled_from([SaidBy.CODE, SaidBy.STAFF])
SUPPORTS = [
    listed(replace(YOUTH_TALKS, age_from=None, age_to=None)),
    listed(YOUTH_TALKS),
    listed(DROP_IN),
    listed(replace(YOUTH_TALKS, basis=LegalBasis.ASSESSED, age_from=None)),
    listed(replace(YOUTH_TALKS, valid_to=date(2026, 6, 30), age_from=None, age_to=None)),
    listed(replace(YOUTH_TALKS, documentation=Documentation.ADVICE, age_from=None, age_to=None)),
]
ABOUT_HOW_IT_STANDS = {
    "already-asked",
    "support-not-found",
    "support-ended",
    "suitability-not-needed",
    "own-yes-said-already",
    "changed-meanwhile",
    "meeting-too-early",
}
"""Refusals that no paragraph says: they tell how things stand."""


def named(guardians: tuple[UUID, ...]) -> tuple[Guardian, ...]:
    """As they are told of when the support is asked for."""
    return tuple(Guardian(id=each, who=Personal("who", each, {})) for each in guardians)


class Support(RuleBasedStateMachine):
    """One support from asking on, while days pass, guardians and the person change their minds, and staff act."""

    def __init__(self) -> None:
        super().__init__()
        self.state: Any = initial
        self.at = datetime(2026, 3, 10, 12, tzinfo=UTC)
        self.born = date(2012, 1, 1)
        self.times = 100
        self.safe = True
        self.contact = ContactWay.PHONE
        self.told_by_others = False
        self.judged: bool | None = None
        self.own_yes = False
        self.asked: UUID | None = None
        """The guardian who asked."""
        self.custody: set[UUID] = set()
        self.hindered: set[UUID] = set()
        self.agreeing: set[UUID] = set()
        self.refusing: set[UUID] = set()

    def give(self, command: Any) -> list[Any]:
        """Give a command; the events of it, none where it was refused. What may follow is held against the Act."""
        told: Refused | None = None
        events: list[Any] = []
        try:
            events = list(SUPPORT.decide(command, self.state))
        except Refused as refused:
            told = refused
        if told:
            assert told.code in ABOUT_HOW_IT_STANDS or (told.rule and told.instead), told.code
            return []
        for event in events:
            if isinstance(event, TimeBooked):
                assert self.everyone_has_said_yes(self.at), "booked before everyone said yes"
            if isinstance(event, MeetingHeld):
                assert self.may_be_given(event.held_at), "given although the Act forbids it"
            if isinstance(event, CodeGiven) and not isinstance(command, AskForSupport):
                assert self.safe, "a code where contact is not safe"
        self.state = fold(SUPPORT, events, self.state)
        return events

    def age(self, at: datetime) -> int:
        return age_on(self.born, stockholm_day(at))

    def guardians_agree(self) -> bool:
        asked = self.custody - self.hindered
        return bool(asked) and asked <= self.agreeing and not self.custody & self.refusing

    def is_heard(self, guardian: UUID, by: SaidBy) -> bool:
        """Whether a yes or no of somebody's counts: of who is named, and has custody as far as is known.

        Said with a code, where contact is not safe, only that of the guardian who asked.
        """
        if isinstance(self.state, NotAsked) or self.over():
            return False
        if by is SaidBy.CODE and not self.safe and guardian != self.asked:
            return False
        return guardian in record_of(self.state).guardians and (not self.custody or guardian in self.custody)

    def everyone_has_said_yes(self, at: datetime) -> bool:
        return self.guardians_agree() if self.age(at) < 15 else self.own_yes

    def may_be_given(self, at: datetime) -> bool:
        if not self.everyone_has_said_yes(at):
            return False
        return not 15 <= self.age(at) < 18 or self.judged is True or self.guardians_agree()

    @initialize(
        entry=st.sampled_from(SUPPORTS),
        born=st.dates(date(2005, 1, 1), date(2025, 12, 31)) | st.dates(date(2010, 6, 1), date(2013, 1, 1)),
        asked_by=st.sampled_from(AskedBy),
        safe=st.booleans(),
        contact=st.sampled_from(ContactWay),
        guardians=st.sampled_from([(), (FIRST,), (FIRST, SECOND)]),
        chosen=st.booleans(),
    )
    def ask(
        self,
        entry: Any,
        born: date,
        asked_by: AskedBy,
        safe: bool,
        contact: ContactWay,
        guardians: tuple[UUID, ...],
        chosen: bool,
    ) -> None:
        self.born, self.own_yes, self.safe, self.contact = born, asked_by is AskedBy.SELF, safe, contact
        command = replace(
            ASK,
            entry=entry,
            born=born,
            asked_by=asked_by,
            safe=safe,
            contact=contact,
            at=self.at,
            chosen=self.a_time() if chosen else None,
            own_code=UUID(int=9),
            guardians=named(guardians),
        )
        young = self.age(self.at) < 15
        if not self.give(command):
            # Of what is refused at once nothing more would be learned: it is asked for as it can be.
            asked_by = AskedBy.GUARDIAN if young else AskedBy.SELF
            self.own_yes = not young
            self.give(
                replace(command, entry=SUPPORTS[0], asked_by=asked_by, chosen=None, guardians=named((FIRST, SECOND)))
            )
        assert isinstance(self.state, Asked)
        if young:
            assert asked_by is AskedBy.GUARDIAN, "only a guardian asks for a child under 15"
            self.agreeing.add(FIRST)
            self.asked = FIRST

    def a_time(self) -> Chosen:
        self.times += 1
        return Chosen(time=UUID(int=self.times), starts_at=self.at + timedelta(days=9), place="Hamngatan 3")

    @rule(days=st.integers(1, 500))
    def wait(self, days: int) -> None:
        self.at += timedelta(days=days)

    @rule(who=GUARDIANS)
    def name(self, who: UUID) -> None:
        if not isinstance(self.state, NotAsked) and who not in record_of(self.state).guardians:
            self.give(NameGuardian(guardian=who, who=Personal("who", who, {}), at=self.at))

    @rule(who=st.sampled_from([FIRST, SECOND, STRANGER, PERSON]))
    def hand_out_a_code(self, who: UUID) -> None:
        self.give(GiveCode(who=who, code=UUID(int=9), at=self.at))

    @rule(guardians=st.sampled_from([(FIRST,), (FIRST, SECOND), (SECOND,), (STRANGER,)]))
    def check_custody(self, guardians: tuple[UUID, ...]) -> None:
        if self.give(CheckCustody(guardians=guardians, at=self.at)):
            self.custody = set(guardians)

    @rule(safe=st.booleans())
    def tell_safety(self, safe: bool) -> None:
        if self.give(TellSafety(safe=safe, at=self.at)):
            self.safe = safe

    @rule(contact=st.sampled_from(ContactWay), by=st.sampled_from(By), own=st.booleans())
    def tell_contact(self, contact: ContactWay, by: By, own: bool) -> None:
        if self.give(TellContact(contact=contact, reach=Personal("reach", PERSON, {}), by=by, own=own, at=self.at)):
            self.contact, self.told_by_others = contact, not own
            assert record_of(self.state).safe is self.safe, "where contact is not safe it stays so"

    @rule(who=GUARDIANS)
    def note_hindered(self, who: UUID) -> None:
        if self.give(NoteHindered(guardian=who, grounds=Personal("grounds", who, {}), at=self.at)):
            assert who not in self.refusing, "who says no is not hindered"
            self.hindered.add(who)

    @rule(who=GUARDIANS, by=BY)
    def consent(self, who: UUID, by: SaidBy) -> None:
        heard = self.is_heard(who, by)
        self.give(GiveConsent(guardian=who, by=by, at=self.at))
        if heard:
            self.agreeing.add(who)
            self.refusing.discard(who)
            self.hindered.discard(who)

    @rule(who=GUARDIANS, by=BY)
    def withdraw(self, who: UUID, by: SaidBy) -> None:
        heard, ahead = self.is_heard(who, by), self.ahead()
        self.give(WithdrawConsent(guardian=who, by=by, freed=ahead, at=self.at))
        if heard:
            self.agreeing.discard(who)
            self.hindered.discard(who)
            self.refusing.add(who)
            assert not self.ahead(), "a time is left although the answer was no"
        else:
            assert self.ahead() == ahead, "a time was given up for the word of somebody without a say"

    @rule(by=BY)
    def say_yes(self, by: SaidBy) -> None:
        if self.give(GiveOwnYes(by=by, at=self.at)):
            self.own_yes = True

    @rule(by=BY)
    def say_no(self, by: SaidBy) -> None:
        self.give(WithdrawOwnYes(by=by, freed=self.ahead(), at=self.at))
        if not self.over():
            self.own_yes = False
            assert not self.ahead()

    @rule(suitable=st.booleans())
    def judge(self, suitable: bool) -> None:
        grounds = Personal("grounds", PERSON, {})
        if self.give(CheckSuitability(suitable=suitable, grounds=grounds, at=self.at)):
            self.judged = suitable

    @rule(by=BY)
    def everyone_agrees(self, by: SaidBy) -> None:
        """Seldom reached by chance alone, and where most can go wrong from."""
        for who in (FIRST, SECOND):
            self.name(who)
        self.check_custody((FIRST, SECOND))
        for who in (FIRST, SECOND):
            self.consent(who, by)
        self.say_yes(by)
        self.judge(True)
        self.book()

    @rule()
    def book(self) -> None:
        self.give(BookTime(chosen=self.a_time(), born=self.born, informed=False, at=self.at))

    @rule()
    def move(self) -> None:
        for time in self.ahead():
            self.give(MoveBooking(time=time, chosen=self.a_time(), born=self.born, by=By.STAFF, at=self.at))

    @rule(days_ago=st.sampled_from([0, 1, 30, 300, 9000]))
    def meet(self, days_ago: int) -> None:
        self.give(HoldMeeting(held_at=self.at - timedelta(days=days_ago), born=self.born, at=self.at))

    @rule()
    def ask_again(self) -> None:
        if not isinstance(self.state, NotAsked):
            assert not self.give(replace(ASK, at=self.at))

    @rule(now=st.sampled_from([False, False, False, True]))
    def end(self, now: bool) -> None:
        if not now:
            return
        self.give(EndSupport(reason=EndReason.PERSON_CHOSE, freed=self.ahead(), at=self.at))
        assert isinstance(self.state, NotAsked) or self.over(), "ending is never blocked"
        assert not self.ahead(), "a time is left in what has ended"

    def ahead(self) -> frozenset[UUID]:
        return frozenset() if isinstance(self.state, NotAsked) else bookings_ahead(record_of(self.state), self.at)

    def over(self) -> bool:
        return not isinstance(self.state, Asked) and type(self.state).__name__ != "Running"

    @invariant()
    def no_message_where_contact_is_not_safe(self) -> None:
        if not isinstance(self.state, NotAsked):
            record = record_of(self.state)
            wished = self.contact in {ContactWay.SMS, ContactWay.EMAIL, ContactWay.LETTER}
            chosen = wished and not self.told_by_others
            agreed = record.own_yes or FIRST in self.agreeing
            assert not may_message(record) or (self.safe and chosen and agreed)
            assert self.safe or record.contact is ContactWay.NONE


TestSupport = Support.TestCase
TestSupport.settings = settings(max_examples=100, stateful_step_count=25, deadline=None)
