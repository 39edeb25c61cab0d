"""No order of commands, at any age, gives a start that the Act forbids; every no has its paragraph and another way.

Beside the support stands what is known to have been said and done, kept by other means. After each command everything
that could happen next is tried, without effect, and held against it.
"""

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
    ContactWay,
    NotAsked,
    SaidBy,
    TimeBooked,
    TimeReleased,
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
    "meeting-in-the-future",
}
"""Refusals that no paragraph says: they tell how things stand."""


def named(guardians: tuple[UUID, ...]) -> tuple[Guardian, ...]:
    """As they are told of when the support is asked for."""
    return tuple(Guardian(id=each, who=Personal("who", each, {})) for each in guardians)


ACT_IN_FORCE = date(2025, 7, 1)
CHOOSES = {AskedBy.SELF, AskedBy.PROFESSIONAL}
"""Where the person said how contact is safe."""


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
        self.asked_by = AskedBy.SELF
        self.asked_young = False
        self.ended = False
        self.booked: dict[UUID, datetime] = {}
        self.custody: set[UUID] = set()
        self.hindered: set[UUID] = set()
        self.agreeing: set[UUID] = set()
        self.refusing: set[UUID] = set()

    def decide(self, command: Any) -> list[Any] | None:
        """What a command would make happen; None where it is refused, as a refusal should be."""
        try:
            return list(SUPPORT.decide(command, self.state))
        except Refused as refused:
            told = refused
        assert told.code in ABOUT_HOW_IT_STANDS or (told.rule and told.instead), told.code
        return None

    def give(self, command: Any) -> list[Any]:
        """Give a command; the events of it, none where it was refused."""
        events = self.decide(command) or []
        self.state = fold(SUPPORT, events, self.state)
        for event in events:
            if isinstance(event, TimeBooked):
                self.booked[event.time] = event.starts_at
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
        if isinstance(self.state, NotAsked) or self.ended:
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
        born=st.dates(date(2005, 1, 1), date(2025, 12, 31)) | st.dates(date(2010, 6, 1), date(2012, 1, 1)),
        asked_by=st.sampled_from(AskedBy),
        safe=st.booleans(),
        contact=st.sampled_from(ContactWay),
        guardians=st.sampled_from([(), (FIRST,), (FIRST, SECOND)]),
        chosen=st.booleans(),
        agreed=st.booleans(),
        judged=st.sampled_from([None, True, False]),
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
        agreed: bool,
        judged: bool | None,
    ) -> None:
        self.born, self.safe, self.contact = born, safe, contact
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
        as_it_can_be = replace(command, entry=SUPPORTS[0], chosen=None, guardians=named((FIRST, SECOND)))
        young = self.age(self.at) < 15
        for who in AskedBy:
            if asked := self.decide(replace(as_it_can_be, asked_by=who)):
                assert record_of(fold(SUPPORT, asked, initial)).own_yes is (who is AskedBy.SELF)
            if who is not AskedBy.SELF:
                at_once = replace(command, asked_by=who, chosen=self.a_time())
                assert self.decide(at_once) is None, "nobody is booked by somebody else"
            if young and (who is not AskedBy.GUARDIAN or not guardians):
                assert self.decide(replace(command, asked_by=who)) is None, "for a child under 15 a known guardian asks"
        if not self.give(command):
            # Of what is refused at once nothing more would be learned: it is asked for as it can be.
            asked_by = AskedBy.GUARDIAN if young else asked_by
            self.give(replace(as_it_can_be, asked_by=asked_by))
        assert isinstance(self.state, Asked)
        self.asked_by, self.asked_young, self.own_yes = asked_by, young, asked_by is AskedBy.SELF
        if young:
            self.agreeing.add(FIRST)
            self.asked = FIRST
        if agreed:
            self.everyone_agrees(SaidBy.STAFF)
        if judged is not None:
            self.judge(judged)

    def a_time(self, days: int = 300) -> Chosen:
        self.times += 1
        return Chosen(time=UUID(int=self.times), starts_at=self.at + timedelta(days=days), place="Hamngatan 3")

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

    @rule(who=GUARDIANS, alone=st.booleans())
    def note_hindered(self, who: UUID, alone: bool) -> None:
        if self.give(NoteHindered(guardian=who, grounds=Personal("grounds", who, {}), at=self.at)):
            self.hindered.add(who)
            if alone:
                self.check_custody((who,))

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
            self.booked = {time: start for time, start in self.booked.items() if time not in ahead}

    @rule(by=BY)
    def say_yes(self, by: SaidBy) -> None:
        if self.give(GiveOwnYes(by=by, at=self.at)):
            self.own_yes = True

    @rule(by=BY)
    def say_no(self, by: SaidBy) -> None:
        ahead = self.ahead()
        self.give(WithdrawOwnYes(by=by, freed=ahead, at=self.at))
        if not self.ended:
            self.own_yes = False
            self.booked = {time: start for time, start in self.booked.items() if time not in ahead}

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
        self.book(300)

    @rule(days=st.sampled_from([9, 300]))
    def book(self, days: int) -> None:
        self.give(BookTime(chosen=self.a_time(days), born=self.born, informed=False, at=self.at))

    @rule()
    def move(self) -> None:
        for time in self.ahead():
            if self.give(MoveBooking(time=time, chosen=self.a_time(), born=self.born, by=By.STAFF, at=self.at)):
                del self.booked[time]

    @rule()
    def meet(self) -> None:
        self.give(HoldMeeting(held_at=self.at, born=self.born, at=self.at))

    @rule()
    def ask_again(self) -> None:
        if not isinstance(self.state, NotAsked):
            assert not self.give(replace(ASK, at=self.at))

    @rule(now=st.sampled_from([False, False, False, True]))
    def end(self, now: bool) -> None:
        if not now or isinstance(self.state, NotAsked):
            return
        ahead = self.ahead()
        self.give(EndSupport(reason=EndReason.PERSON_CHOSE, freed=ahead, at=self.at))
        self.ended = True
        self.booked = {time: start for time, start in self.booked.items() if time not in ahead}

    def ahead(self) -> frozenset[UUID]:
        return frozenset(time for time, start in self.booked.items() if start > self.at)

    @invariant()
    def nothing_forbidden_can_be_next(self) -> None:
        if isinstance(self.state, NotAsked):
            return
        book = BookTime(chosen=self.a_time(), born=self.born, informed=False, at=self.at)
        may_book = not self.ended and self.everyone_has_said_yes(self.at)
        assert (self.decide(book) is not None) is may_book, "a time can be booked just when everyone has said yes"
        for time in self.ahead():
            move = MoveBooking(time=time, chosen=self.a_time(), born=self.born, by=By.STAFF, at=self.at)
            assert (self.decide(move) is not None) is may_book, "and a new one rests on the same yes"
        for days_ago in (0, 1, 30, 300, 9000):
            held_at = self.at - timedelta(days=days_ago)
            day = stockholm_day(held_at)
            may_meet = not self.ended and day >= max(self.born, ACT_IN_FORCE) and self.may_be_given(held_at)
            met = self.decide(HoldMeeting(held_at=held_at, born=self.born, at=self.at))
            assert (met is not None) is may_meet, "given just when the Act allows it on that day"
        tomorrow = self.at + timedelta(days=1)
        assert not self.decide(HoldMeeting(held_at=tomorrow, born=self.born, at=self.at)), "it has not been yet"

    @invariant()
    def a_code_goes_only_to_who_has_a_say_and_where_contact_is_safe(self) -> None:
        if isinstance(self.state, NotAsked):
            return
        for who in (FIRST, SECOND, STRANGER, PERSON):
            heard = (
                not self.ended and self.asked_by is not AskedBy.SELF
                if who == PERSON
                else self.is_heard(who, SaidBy.STAFF)
            )
            given = self.decide(GiveCode(who=who, code=UUID(int=9), at=self.at))
            assert (given is not None) is (self.safe and heard)

    @invariant()
    def nobody_who_has_a_say_is_passed_over_and_nobody_else_gets_one(self) -> None:
        if isinstance(self.state, NotAsked):
            return
        assert self.decide(CheckCustody(guardians=(FIRST, STRANGER), at=self.at)) is None
        for who in (FIRST, SECOND, STRANGER):
            may = not self.ended and who in self.custody - self.refusing and bool(self.custody - self.hindered - {who})
            grounds = Personal("grounds", who, {})
            noted = self.decide(NoteHindered(guardian=who, grounds=grounds, at=self.at))
            assert (noted is not None) is may, (
                "hindered is who has custody, has not said no, and leaves somebody to ask"
            )
            yes = self.decide(GiveConsent(guardian=who, by=SaidBy.CODE, at=self.at))
            assert (yes is not None) is self.is_heard(who, SaidBy.CODE)

    @invariant()
    def a_no_gives_up_the_times_ahead_and_only_of_who_has_a_say(self) -> None:
        if isinstance(self.state, NotAsked):
            return
        ahead, kept = self.ahead(), frozenset[UUID]()
        assert bookings_ahead(record_of(self.state), self.at) == ahead
        assert self.freed_by(WithdrawOwnYes(by=SaidBy.CODE, freed=ahead, at=self.at)) == (kept if self.ended else ahead)
        for who in (FIRST, SECOND, STRANGER):
            freed = self.freed_by(WithdrawConsent(guardian=who, by=SaidBy.CODE, freed=ahead, at=self.at))
            assert freed == (ahead if self.is_heard(who, SaidBy.CODE) else kept)
        end = EndSupport(reason=EndReason.PERSON_CHOSE, freed=ahead, at=self.at)
        assert self.ended or self.decide(end) is not None, "ending is never blocked"
        assert self.freed_by(end) == (kept if self.ended else ahead), "no time is left in what has ended"

    def freed_by(self, command: Any) -> frozenset[UUID]:
        """The times that a command would give up."""
        return frozenset(event.time for event in self.decide(command) or [] if isinstance(event, TimeReleased))

    @invariant()
    def no_message_where_contact_is_not_safe(self) -> None:
        if isinstance(self.state, NotAsked):
            return
        record = record_of(self.state)
        wished = self.contact in {ContactWay.SMS, ContactWay.EMAIL, ContactWay.LETTER} and not self.told_by_others
        of_guardian = self.asked_young and FIRST in self.agreeing and (not self.custody or FIRST in self.custody)
        agreed = (self.own_yes and self.asked_by in CHOOSES) or of_guardian
        assert may_message(record) is (self.safe and wished and agreed)
        assert self.safe or record.contact is ContactWay.NONE


TestSupport = Support.TestCase
TestSupport.settings = settings(max_examples=100, stateful_step_count=25, deadline=None)
