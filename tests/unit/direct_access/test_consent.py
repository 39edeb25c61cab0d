"""Whose yes a support rests on: the guardians' of a child, the person's own, and what a no stops."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from tests.given import given
from tests.unit.direct_access.a_catalogue import ADULT, ASK, ASKED, FOURTEEN, NOW, PERSON, TIME, YOUTH_TALKS, listed

from chassis.personal import Personal
from contracts.vocabulary import AgeBand
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
    code_opens,
    hangs_on_suitability,
    may_message,
    missing_yes,
    waits_for,
)
from direct_access.decide.message import reminders_of
from direct_access.decide.support import BookTime, Chosen, Guardian, HoldMeeting, MoveBooking, TellSafety
from direct_access.model.support import (
    AskedBy,
    BookingCancelled,
    By,
    CodeGiven,
    ConsentGiven,
    ConsentRefused,
    ConsentWithdrawn,
    ContactWay,
    CustodyChecked,
    Event,
    GuardianHindered,
    GuardianNamed,
    MeetingHeld,
    OwnYesGiven,
    OwnYesWithdrawn,
    Record,
    SafetyTold,
    SaidBy,
    SuitabilityChecked,
    SupportStarted,
    TimeBooked,
    TimeReleased,
    record_of,
)
from direct_access.store import SUPPORT

MOTHER = UUID("44444444-4444-4444-8444-444444444444")
FATHER = UUID("55555555-5555-4555-8555-555555555555")
CODE = UUID("66666666-6666-4666-8666-666666666666")
WAYS_WITH_ONE_YES = ("talk-with-us", "apply-assessed", "guardian-consents")

FAMILY = listed(replace(YOUTH_TALKS, age_from=None, age_to=None))
MOTHER_ASKS = replace(
    ASK,
    entry=FAMILY,
    born=FOURTEEN,
    asked_by=AskedBy.GUARDIAN,
    informed=False,
    helper=Personal("helper", MOTHER, {"name": "Mia Test"}),
    guardians=(
        Guardian(id=MOTHER, who=Personal("who", MOTHER, {"name": "Mia Test"}), code=CODE),
        Guardian(id=FATHER, who=Personal("who", FATHER, {"name": "Per Test"})),
    ),
)
FOR_CHILD = replace(
    ASKED,
    age_band=AgeBand.FROM_12,
    suitability_needed=False,
    asked_by=AskedBy.GUARDIAN,
    helper=MOTHER_ASKS.helper,
)
NAMED_MOTHER = GuardianNamed(guardian=MOTHER, who=MOTHER_ASKS.guardians[0].who, named_at=NOW)
NAMED_FATHER = GuardianNamed(guardian=FATHER, who=MOTHER_ASKS.guardians[1].who, named_at=NOW)
MOTHER_S_CODE = CodeGiven(who=MOTHER, code=CODE, given_at=NOW)
MOTHER_S_YES = ConsentGiven(guardian=MOTHER, by=SaidBy.ASKING, given_at=NOW)
FATHER_S_YES = ConsentGiven(guardian=FATHER, by=SaidBy.CODE, given_at=NOW)
BOTH_HAVE_CUSTODY = CustodyChecked(guardians=(MOTHER, FATHER), checked_at=NOW)
FROM_MOTHER = (FOR_CHILD, NAMED_MOTHER, NAMED_FATHER, MOTHER_S_CODE, MOTHER_S_YES)
AGREED = (*FROM_MOTHER, BOTH_HAVE_CUSTODY, FATHER_S_YES)

CHOSEN = Chosen(time=TIME, starts_at=NOW + timedelta(days=2), place="Hamngatan 3")
BOOKED = TimeBooked(time=TIME, starts_at=CHOSEN.starts_at, place=CHOSEN.place, booked_at=NOW)
BOOK = BookTime(chosen=CHOSEN, born=FOURTEEN, informed=False, at=NOW)
MEET = HoldMeeting(held_at=NOW, born=FOURTEEN, at=NOW)

FROM_NEAR = replace(ASKED, age_band=AgeBand.FROM_21, suitability_needed=False, asked_by=AskedBy.NEAR)
NEAR_ASKS = replace(ASK, entry=FAMILY, born=ADULT, asked_by=AskedBy.NEAR, informed=False)


def record(*events: Event) -> Record:
    return record_of(given(SUPPORT, *events).state)


def test_a_guardian_who_asks_says_yes_by_it_and_the_other_is_named_without_a_code() -> None:
    given(SUPPORT).when(MOTHER_ASKS).then(*FROM_MOTHER)


def test_nothing_is_booked_or_begun_before_staff_have_checked_custody() -> None:
    alone = (FOR_CHILD, NAMED_MOTHER, MOTHER_S_CODE, MOTHER_S_YES)
    given(SUPPORT, *alone).when(BOOK).refused("guardian-consent-required", "SoL 21:2")
    given(SUPPORT, *alone).when(MEET).refused("guardian-consent-required", "SoL 21:2")
    sole = CustodyChecked(guardians=(MOTHER,), checked_at=NOW)
    given(SUPPORT, *alone, sole).when(MEET).then(SupportStarted(started_at=NOW), MeetingHeld(held_at=NOW))


def test_both_guardians_must_agree_and_with_one_yes_the_assessed_path_is_shown() -> None:
    waiting = (*FROM_MOTHER, BOTH_HAVE_CUSTODY)
    given(SUPPORT, *waiting).when(BOOK).refused("guardian-consent-required", "SoL 21:2", WAYS_WITH_ONE_YES)
    infant = replace(MEET, born=date(2020, 1, 1))
    given(SUPPORT, *waiting).when(infant).refused("guardian-consent-required", "SoL 21:2", WAYS_WITH_ONE_YES)
    given(SUPPORT, *waiting).when(GiveConsent(guardian=FATHER, by=SaidBy.CODE, at=NOW)).then(FATHER_S_YES)
    given(SUPPORT, *AGREED).when(BOOK).then(BOOKED)


def test_one_guardian_suffices_where_the_other_is_hindered_but_never_none() -> None:
    grounds = Personal("grounds", FATHER, {"grounds": "Till sjöss utan täckning i tre veckor."})
    hinder = NoteHindered(guardian=FATHER, grounds=grounds, at=NOW)
    hindered = GuardianHindered(guardian=FATHER, grounds=grounds, hindered_at=NOW)
    waiting = (*FROM_MOTHER, BOTH_HAVE_CUSTODY)
    given(SUPPORT, *FROM_MOTHER).when(hinder).refused("custody-not-checked", "FB 6:13", ("check-custody",))
    given(SUPPORT, *waiting).when(hinder).then(hindered)
    given(SUPPORT, *waiting, hindered).when(BOOK).then(BOOKED)
    mother = replace(hinder, guardian=MOTHER)
    given(SUPPORT, *waiting, hindered).when(mother).refused("no-guardian-left", "FB 6:13", ("apply-assessed",))


NOT_SAFE = SafetyTold(safe=False, told_at=NOW)


def test_where_contact_is_not_safe_no_guardians_code_opens_anything_but_that_of_who_asked() -> None:
    before = (*FROM_MOTHER, BOTH_HAVE_CUSTODY, CodeGiven(who=FATHER, code=CODE, given_at=NOW))
    says_yes = GiveConsent(guardian=FATHER, by=SaidBy.CODE, at=NOW)
    assert code_opens(record(*before), FATHER)
    assert not code_opens(record(*before, NOT_SAFE), FATHER)
    assert code_opens(record(*before, NOT_SAFE), MOTHER)
    assert code_opens(record(*before, NOT_SAFE, SafetyTold(safe=True, told_at=NOW)), FATHER)
    for answer in (says_yes, FATHER_SAYS_NO):
        given(SUPPORT, *before, NOT_SAFE).when(answer).refused(
            "contact-not-safe", "OSL 26:1", ("talk-with-us", "apply-assessed")
        )
    told = replace(says_yes, by=SaidBy.STAFF)
    given(SUPPORT, *before, NOT_SAFE).when(told).then(replace(FATHER_S_YES, by=SaidBy.STAFF))
    takes_back = WithdrawConsent(guardian=MOTHER, by=SaidBy.CODE, freed=frozenset(), at=NOW)
    given(SUPPORT, *before, NOT_SAFE).when(takes_back).then(
        ConsentWithdrawn(guardian=MOTHER, by=SaidBy.CODE, withdrawn_at=NOW)
    )


def test_the_persons_own_code_is_theirs_also_where_contact_is_not_safe() -> None:
    beside = replace(ASKED, asked_by=AskedBy.PROFESSIONAL)
    assert code_opens(record(beside, NAMED_FATHER, NOT_SAFE), PERSON)
    assert not code_opens(record(beside, NAMED_FATHER, NOT_SAFE), FATHER), "named by staff, he did not ask"


HINDERED = GuardianHindered(guardian=FATHER, grounds=Personal("grounds", FATHER, {}), hindered_at=NOW)
FATHER_S_NO = ConsentRefused(guardian=FATHER, by=SaidBy.CODE, refused_at=NOW)
FATHER_SAYS_NO = WithdrawConsent(guardian=FATHER, by=SaidBy.CODE, freed=frozenset(), at=NOW)


@pytest.mark.parametrize("said_yes_first", [False, True])
def test_a_hindered_guardian_who_says_no_is_heard(said_yes_first: bool) -> None:
    before: tuple[Event, ...] = (
        *FROM_MOTHER,
        BOTH_HAVE_CUSTODY,
        *([FATHER_S_YES] if said_yes_first else []),
        HINDERED,
        BOOKED,
    )
    withdrawn = ConsentWithdrawn(guardian=FATHER, by=SaidBy.CODE, withdrawn_at=NOW)
    no = withdrawn if said_yes_first else FATHER_S_NO
    released = TimeReleased(time=TIME, released_at=NOW)
    given(SUPPORT, *before).when(replace(FATHER_SAYS_NO, freed=frozenset({TIME}))).then(no, released)
    after = (*before, no, released)
    given(SUPPORT, *after).when(MEET).refused("guardian-consent-required", "SoL 21:2", WAYS_WITH_ONE_YES)
    hinder = NoteHindered(guardian=FATHER, grounds=HINDERED.grounds, at=NOW)
    given(SUPPORT, *after).when(hinder).refused("guardian-said-no", "FB 6:13 a", ("apply-assessed",))
    given(SUPPORT, *after, FATHER_S_YES).when(hinder).then(HINDERED)
    yes = GiveConsent(guardian=FATHER, by=SaidBy.CODE, at=NOW)
    given(SUPPORT, *before).when(yes).then(FATHER_S_YES)


def test_a_first_no_is_kept_and_gives_up_no_seat_that_the_support_keeps() -> None:
    waiting = (*FROM_MOTHER, BOTH_HAVE_CUSTODY)
    given(SUPPORT, *waiting).when(FATHER_SAYS_NO).then(FATHER_S_NO)
    given(SUPPORT, *waiting, FATHER_S_NO).when(FATHER_SAYS_NO).then()
    assert SUPPORT.publish(FATHER_S_NO, given(SUPPORT, *waiting, FATHER_S_NO).state) is None
    given(SUPPORT, *waiting, FATHER_S_NO, BOOKED).when(FATHER_SAYS_NO).refused("changed-meanwhile")


def test_who_has_no_custody_is_given_no_code_and_neither_gives_nor_stops_anything() -> None:
    sole = CustodyChecked(guardians=(MOTHER,), checked_at=NOW)
    for command in (
        GiveConsent(guardian=FATHER, by=SaidBy.CODE, at=NOW),
        replace(FATHER_SAYS_NO, freed=frozenset({TIME})),
        GiveCode(who=FATHER, code=CODE, at=NOW),
    ):
        given(SUPPORT, *FROM_MOTHER, sole, BOOKED).when(command).refused(
            "without-custody", "FB 6:13", ("check-custody",)
        )
    given(SUPPORT, *FROM_MOTHER, sole).when(GiveCode(who=MOTHER, code=CODE, at=NOW)).then(MOTHER_S_CODE)


def test_a_yes_taken_back_frees_the_time_stops_the_start_and_stays_on_record() -> None:
    withdraw = WithdrawConsent(guardian=FATHER, by=SaidBy.CODE, freed=frozenset({TIME}), at=NOW)
    withdrawn = ConsentWithdrawn(guardian=FATHER, by=SaidBy.CODE, withdrawn_at=NOW)
    released = TimeReleased(time=TIME, released_at=NOW)
    given(SUPPORT, *AGREED, BOOKED).when(withdraw).then(withdrawn, released)
    after = (*AGREED, BOOKED, withdrawn, released)
    given(SUPPORT, *after).when(MEET).refused("guardian-consent-required", "SoL 21:2", WAYS_WITH_ONE_YES)
    given(SUPPORT, *after).when(BOOK).refused("guardian-consent-required")
    given(SUPPORT, *after).when(replace(withdraw, freed=frozenset())).then()
    given(SUPPORT, *after).when(GiveConsent(guardian=FATHER, by=SaidBy.CODE, at=NOW)).then(FATHER_S_YES)
    assert SUPPORT.rows(given(SUPPORT, *after).state)["bookings"][0]["released"] is True
    assert SUPPORT.publish(withdrawn, given(SUPPORT, *after).state) is None, "nobody else hears who said no"


def test_a_yes_taken_back_stops_a_support_that_has_begun() -> None:
    running = (*AGREED, SupportStarted(started_at=NOW), MeetingHeld(held_at=NOW))
    withdrawn = ConsentWithdrawn(guardian=MOTHER, by=SaidBy.STAFF, withdrawn_at=NOW)
    given(SUPPORT, *running, withdrawn).when(MEET).refused("guardian-consent-required", "SoL 21:2")


def test_a_time_is_changed_on_the_same_yes_as_it_is_booked_on() -> None:
    other = replace(CHOSEN, time=UUID(int=8))
    move = MoveBooking(time=TIME, chosen=other, born=FOURTEEN, by=By.STAFF, at=NOW)
    sole = CustodyChecked(guardians=(MOTHER,), checked_at=NOW)
    booked = (*FROM_MOTHER, sole, BOOKED)
    given(SUPPORT, *booked, BOTH_HAVE_CUSTODY).when(move).refused("guardian-consent-required", "SoL 21:2")
    given(SUPPORT, *booked).when(move).then(
        BookingCancelled(time=TIME, by=By.STAFF, cancelled_at=NOW), replace(BOOKED, time=other.time)
    )


def test_a_time_booked_in_the_same_moment_is_not_left_behind() -> None:
    unaware = WithdrawConsent(guardian=FATHER, by=SaidBy.CODE, freed=frozenset(), at=NOW)
    given(SUPPORT, *AGREED, BOOKED).when(unaware).refused("changed-meanwhile", None, ("try-again",))


def test_a_time_that_has_been_is_not_given_up() -> None:
    later = NOW + timedelta(days=3)
    withdraw = WithdrawConsent(guardian=FATHER, by=SaidBy.CODE, freed=frozenset(), at=later)
    withdrawn = ConsentWithdrawn(guardian=FATHER, by=SaidBy.CODE, withdrawn_at=later)
    given(SUPPORT, *AGREED, BOOKED).when(withdraw).then(withdrawn)


def test_who_was_never_named_says_neither_yes_nor_no() -> None:
    stranger = UUID(int=7)
    for command in (
        GiveConsent(guardian=stranger, by=SaidBy.STAFF, at=NOW),
        WithdrawConsent(guardian=stranger, by=SaidBy.STAFF, freed=frozenset(), at=NOW),
        CheckCustody(guardians=(MOTHER, stranger), at=NOW),
        GiveCode(who=stranger, code=CODE, at=NOW),
    ):
        given(SUPPORT, *FROM_MOTHER).when(command).refused("guardian-unknown", "FB 6:13", ("name-guardian",))


def test_only_a_guardian_asks_for_who_is_under_fifteen() -> None:
    for asked_by in (AskedBy.SELF, AskedBy.NEAR, AskedBy.PROFESSIONAL):
        given(SUPPORT).when(replace(MOTHER_ASKS, asked_by=asked_by)).refused("guardian-consent-required", "SoL 21:2")


def test_what_somebody_near_asks_for_waits_for_the_person_s_own_yes() -> None:
    given(SUPPORT).when(NEAR_ASKS).then(FROM_NEAR)
    given(SUPPORT).when(replace(NEAR_ASKS, chosen=CHOSEN)).refused("book-after-yes", "SoL 2:1", ("ask-the-person",))
    book, meet = replace(BOOK, born=ADULT), replace(MEET, born=ADULT)
    given(SUPPORT, FROM_NEAR).when(book).refused("person-does-not-want", "SoL 2:1", ("ask-the-person",))
    given(SUPPORT, FROM_NEAR).when(meet).refused("person-does-not-want", "SoL 2:1", ("ask-the-person",))
    yes = OwnYesGiven(by=SaidBy.STAFF, given_at=NOW)
    given(SUPPORT, FROM_NEAR).when(GiveOwnYes(by=SaidBy.STAFF, at=NOW)).then(yes)
    given(SUPPORT, FROM_NEAR, yes).when(book).then(BOOKED)


def test_the_person_s_no_frees_the_time_and_a_yes_can_follow() -> None:
    yes = OwnYesGiven(by=SaidBy.CODE, given_at=NOW)
    no = WithdrawOwnYes(by=SaidBy.CODE, freed=frozenset({TIME}), at=NOW)
    said_no = OwnYesWithdrawn(by=SaidBy.CODE, withdrawn_at=NOW)
    given(SUPPORT, FROM_NEAR, yes, BOOKED).when(no).then(said_no, TimeReleased(time=TIME, released_at=NOW))
    given(SUPPORT, FROM_NEAR, said_no).when(replace(no, freed=frozenset())).then()
    given(SUPPORT, FROM_NEAR, said_no).when(GiveOwnYes(by=SaidBy.CODE, at=NOW)).then(yes)


def test_beside_a_professional_the_person_gets_a_code_of_their_own() -> None:
    asked = replace(FROM_NEAR, asked_by=AskedBy.PROFESSIONAL)
    code = CodeGiven(who=PERSON, code=CODE, given_at=NOW)
    given(SUPPORT).when(replace(NEAR_ASKS, asked_by=AskedBy.PROFESSIONAL, own_code=CODE)).then(asked, code)
    given(SUPPORT).when(replace(NEAR_ASKS, own_code=CODE)).then(FROM_NEAR)


def test_where_contact_is_not_safe_no_code_and_no_message_goes_to_anyone() -> None:
    unsafe = (replace(FOR_CHILD, safe=False, contact=ContactWay.SMS), *FROM_MOTHER[1:], BOTH_HAVE_CUSTODY)
    for who in (MOTHER, FATHER, PERSON):
        given(SUPPORT, *unsafe).when(GiveCode(who=who, code=CODE, at=NOW)).refused(
            "contact-not-safe", "OSL 26:1", ("talk-with-us", "apply-assessed")
        )
    assert not may_message(record(*unsafe, OwnYesGiven(by=SaidBy.STAFF, given_at=NOW)))
    given(SUPPORT, *FROM_MOTHER).when(GiveCode(who=FATHER, code=CODE, at=NOW)).then(
        CodeGiven(who=FATHER, code=CODE, given_at=NOW)
    )


def test_what_is_learned_later_of_whether_contact_is_safe_holds_from_then_on() -> None:
    texts = (replace(FOR_CHILD, contact=ContactWay.SMS), *FROM_MOTHER[1:])
    unsafe = SafetyTold(safe=False, told_at=NOW)
    tell = TellSafety(safe=False, at=NOW)
    state = given(SUPPORT, *texts).when(tell).then(unsafe)
    assert not may_message(record_of(state))
    assert SUPPORT.rows(state)["askings"][0]["safe"] is False
    assert SUPPORT.publish(unsafe, state) is None
    given(SUPPORT, *texts, unsafe).when(tell).then()
    given(SUPPORT, *texts, unsafe).when(GiveCode(who=FATHER, code=CODE, at=NOW)).refused("contact-not-safe")
    again = given(SUPPORT, *texts, unsafe).when(TellSafety(safe=True, at=NOW)).then(SafetyTold(safe=True, told_at=NOW))
    assert may_message(record_of(again))


@pytest.mark.parametrize("way", ContactWay)
def test_messages_go_only_in_the_written_way_that_the_person_chose(way: ContactWay) -> None:
    written = way in {ContactWay.SMS, ContactWay.EMAIL, ContactWay.LETTER}
    assert may_message(record(replace(ASKED, contact=way))) is written
    assert not may_message(record(replace(FROM_NEAR, contact=way))), "not before the person's own yes"
    assert not may_message(record(replace(ASKED, contact=way, safe=False)))


def test_for_a_young_child_the_guardian_who_asked_is_written_to_while_they_agree() -> None:
    texts = replace(FOR_CHILD, contact=ContactWay.SMS)
    asked = (texts, *FROM_MOTHER[1:])
    withdrawn = ConsentWithdrawn(guardian=MOTHER, by=SaidBy.CODE, withdrawn_at=NOW)
    assert may_message(record(*asked))
    assert may_message(record(*asked, BOTH_HAVE_CUSTODY))
    assert not may_message(record(*asked, withdrawn))
    assert not may_message(record(*asked, CustodyChecked(guardians=(FATHER,), checked_at=NOW)))
    assert not may_message(record(replace(texts, safe=False), *FROM_MOTHER[1:]))
    assert not may_message(record(replace(texts, age_band=AgeBand.FROM_15), *FROM_MOTHER[1:])), (
        "the young person is asked"
    )


def test_what_was_asked_before_this_was_is_read_as_a_wish_for_a_call() -> None:
    assert not may_message(record(ASKED))


def test_a_guardian_can_be_added_and_custody_checked_again() -> None:
    name = NameGuardian(guardian=FATHER, who=NAMED_FATHER.who, at=NOW)
    given(SUPPORT, FOR_CHILD, NAMED_MOTHER).when(name).then(NAMED_FATHER)
    check = CheckCustody(guardians=(MOTHER, FATHER), at=NOW)
    given(SUPPORT, *FROM_MOTHER).when(check).then(BOTH_HAVE_CUSTODY)
    given(SUPPORT, *FROM_MOTHER, BOTH_HAVE_CUSTODY).when(check).then()


def test_the_list_says_whose_yes_is_missing_and_nothing_can_be_booked_before() -> None:
    def left(*events: Event) -> tuple[object, ...]:
        rows = SUPPORT.rows(given(SUPPORT, *events).state)
        return rows["askings"][0]["waits_for"], rows["supports"][0]["to_book"]

    assert left(FROM_NEAR) == (("own-yes",), False)
    assert left(*FROM_MOTHER) == (("custody",), False)
    assert left(*FROM_MOTHER, BOTH_HAVE_CUSTODY) == (("consent",), False)
    assert left(*AGREED) == ((), True)


FIFTEEN_ON = date(2027, 1, 1)
assert FOURTEEN.replace(year=FOURTEEN.year + 15) <= FIFTEEN_ON
EIGHTEEN_ON = FIFTEEN_ON.replace(year=2030)


def test_what_is_missing_follows_the_age_of_the_day_and_not_that_of_asking() -> None:
    waiting = record(*FROM_MOTHER, BOTH_HAVE_CUSTODY)
    assert missing_yes(waiting, FOURTEEN, NOW.date()) == ("consent",)
    assert missing_yes(record(*FROM_MOTHER), FOURTEEN, NOW.date()) == ("custody",)
    assert missing_yes(record(*AGREED), FOURTEEN, NOW.date()) == ()
    assert missing_yes(record(*AGREED), FOURTEEN, FIFTEEN_ON) == ("own-yes",), "from 15 it takes one's own yes"
    own = OwnYesGiven(by=SaidBy.STAFF, given_at=NOW)
    grown = record(*FROM_MOTHER, BOTH_HAVE_CUSTODY, own)
    assert missing_yes(grown, FOURTEEN, FIFTEEN_ON) == ()
    assert not hangs_on_suitability(grown, FOURTEEN, NOW.date()), "under 15 no judgement stands in for the guardians"
    assert hangs_on_suitability(grown, FOURTEEN, FIFTEEN_ON)
    assert not hangs_on_suitability(record(*AGREED, own), FOURTEEN, FIFTEEN_ON), "both guardians agree"
    assert not hangs_on_suitability(grown, FOURTEEN, EIGHTEEN_ON)


def test_the_list_tells_from_when_to_look_at_the_age_by_the_age_band_alone() -> None:
    def from_day(*events: Event) -> object:
        return SUPPORT.rows(given(SUPPORT, *events).state)["askings"][0]["check_age_from"]

    asked_on = NOW.date()
    next_day = asked_on + timedelta(days=1)
    own = OwnYesGiven(by=SaidBy.STAFF, given_at=NOW)
    suitable = SuitabilityChecked(suitable=True, grounds=Personal("grounds", PERSON, {}), checked_at=NOW)
    infant = (replace(FOR_CHILD, age_band=AgeBand.UNDER_12), *FROM_MOTHER[1:])
    assert from_day(*FROM_MOTHER) == next_day, "somebody of 12 to 14 can turn 15 the day after"
    assert from_day(*infant) == next_day.replace(year=next_day.year + 3)
    assert from_day(*AGREED) == next_day, "the child's own yes will be needed"
    assert from_day(*AGREED, own) is None, "everyone has said yes whose yes can be asked for"
    assert from_day(ASKED) == next_day, "at 18 nobody judges"
    assert from_day(ASKED, suitable) is None
    assert from_day(FROM_NEAR) is None
    assert waits_for(record(*FROM_MOTHER, own)) == ("custody",)
    assert waits_for(record(*FROM_MOTHER, own, suitable)) == (), "only from 15 on is that judged"


def test_a_time_that_is_booked_stays_when_one_more_has_custody_but_is_not_met_nor_reminded_of() -> None:
    by_text = (replace(FOR_CHILD, contact=ContactWay.SMS), *FROM_MOTHER[1:])
    alone = CustodyChecked(guardians=(MOTHER,), checked_at=NOW)
    booked = (*by_text, alone, BOOKED)
    both = CheckCustody(guardians=(MOTHER, FATHER), at=NOW)
    state = given(SUPPORT, *booked).when(both).then(BOTH_HAVE_CUSTODY)
    assert bookings_ahead(record_of(state), NOW) == {TIME}, "a person decides, not the machine"
    given(SUPPORT, *booked, BOTH_HAVE_CUSTODY).when(MEET).refused("guardian-consent-required", "SoL 21:2")
    assert reminders_of(given(SUPPORT, *booked).state)
    assert not reminders_of(state)
    assert reminders_of(given(SUPPORT, *booked, BOTH_HAVE_CUSTODY, FATHER_S_YES).state)
