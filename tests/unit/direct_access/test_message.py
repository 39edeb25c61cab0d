"""Messages about times: who is written to and when, tried until they leave, and never where contact is not safe."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from email.utils import format_datetime
from uuid import UUID

import pytest
from hypothesis import given as for_any
from hypothesis import settings
from hypothesis import strategies as st
from tests.given import fold, given
from tests.unit.direct_access import a_catalogue as a

from chassis.languages import LANGUAGES, Wording
from chassis.personal import Personal
from contracts.vocabulary import EndReason
from direct_access.decide.message import (
    DAY_BEFORE,
    FIRST_WAIT,
    LONGEST_WAIT,
    TOLD_OF_CLOSING,
    Drop,
    GiveUp,
    NoteReturn,
    NoteSent,
    NoteSilence,
    TryToSend,
    closing_holds,
    may_send,
    may_tell,
    offers_of,
    plan_closing,
    plan_queue_closing,
    queue_closing_holds,
    quiet_until,
    reminders_of,
    rests_at_night,
    tried_until,
)
from direct_access.decide.queue import NOTICE
from direct_access.mailing import write_letter
from direct_access.messages import MESSAGES
from direct_access.model import catalogue, support
from direct_access.model.catalogue import Opening
from direct_access.model.message import (
    MessageDropped,
    MessageDue,
    MessageGivenUp,
    MessageKind,
    MessageSent,
    MessageTried,
    Waiting,
    Why,
)
from direct_access.model.queue import PlaceLeft, PlaceTaken, SeatOffered, queue_id
from direct_access.model.support import (
    By,
    ContactTold,
    ContactWay,
    OwnYesGiven,
    OwnYesWithdrawn,
    SaidBy,
    SupportAsked,
    SupportEnded,
    TimeBooked,
)
from direct_access.post import Letter, PostSettings, Smtp, Undeliverable, read_address, read_rest
from direct_access.store import MESSAGE, QUEUE, SUPPORT
from statute.clocks import STOCKHOLM, stockholm_day

STARTS = a.NOW + timedelta(days=4)
BY_MAIL = replace(a.ASKED, contact=ContactWay.EMAIL)
BOOKED = TimeBooked(time=a.TIME, starts_at=STARTS, place="Hamngatan 3", booked_at=a.NOW)
CANCELLED = support.BookingCancelled(time=a.TIME, by=By.PERSON, cancelled_at=a.NOW)


LONG_AGO = datetime(2025, 7, 1, tzinfo=UTC)


def reminders(*events: support.Event) -> tuple[MessageDue, ...]:
    return reminders_of(fold(SUPPORT, events, SUPPORT.initial))


[DUE] = reminders(BY_MAIL, BOOKED)
SENT = MessageSent(sent_at=DUE.due_at)


def tries(at: datetime = DUE.due_at) -> TryToSend:
    return TryToSend(due=DUE, way=ContactWay.EMAIL, at=at)


def tried(at: datetime = DUE.due_at, wait: timedelta = FIRST_WAIT) -> MessageTried:
    return MessageTried(way=ContactWay.EMAIL, tried_at=at, again_at=at + wait)


def wanted_rows(events: Sequence[support.Event]) -> dict[object, object]:
    rows = SUPPORT.rows(fold(SUPPORT, events, SUPPORT.initial))
    return {row["message_id"]: row["wanted"] for row in rows["reminders"]}


def test_a_booked_time_has_one_reminder_a_day_before() -> None:
    assert (DUE.due_at, DUE.until) == (STARTS - timedelta(days=1), STARTS - NOTICE)
    assert wanted_rows([BY_MAIL, BOOKED]) == {DUE.message: True}


def test_who_books_within_the_day_needs_no_reminder() -> None:
    assert reminders(BY_MAIL, replace(BOOKED, booked_at=STARTS - DAY_BEFORE))
    assert not reminders(BY_MAIL, replace(BOOKED, booked_at=STARTS - DAY_BEFORE + timedelta(minutes=1)))


def test_a_time_that_is_given_up_takes_its_reminder_with_it_and_a_new_one_has_its_own() -> None:
    assert not reminders(BY_MAIL, BOOKED, CANCELLED)
    assert wanted_rows([BY_MAIL, BOOKED, CANCELLED]) == {DUE.message: False}
    [again] = reminders(BY_MAIL, BOOKED, CANCELLED, replace(BOOKED, booked_at=a.NOW + timedelta(hours=1)))
    assert again.message != DUE.message


def test_a_support_that_has_ended_and_a_time_that_was_kept_need_no_reminder() -> None:
    ended = SupportEnded(reason=EndReason.COMPLETED, left_to_do=(), ended_at=a.NOW)
    assert not reminders(BY_MAIL, BOOKED, ended)
    assert not reminders(BY_MAIL, BOOKED, support.Arrived(time=a.TIME, arrived_at=a.NOW))
    assert not reminders(BY_MAIL, BOOKED, OwnYesWithdrawn(by=SaidBy.CODE, withdrawn_at=a.NOW))


@settings(deadline=None)
@for_any(
    st.builds(
        lambda way, safe, by: replace(a.ASKED, contact=way, safe=safe, asked_by=by),
        st.sampled_from(ContactWay),
        st.booleans(),
        st.sampled_from(support.AskedBy),
    )
)
def test_nothing_is_ever_due_where_contact_is_not_safe_or_not_in_writing(asked: SupportAsked) -> None:
    due = reminders(asked, BOOKED)
    writes = asked.safe and asked.contact in {ContactWay.SMS, ContactWay.EMAIL}
    assert bool(due) is (writes and asked.asked_by is support.AskedBy.SELF)
    assert all(wanted is bool(due) for wanted in wanted_rows([asked, BOOKED]).values())


def test_what_somebody_else_wrote_down_is_never_sent_to() -> None:
    own_yes = OwnYesGiven(by=SaidBy.CODE, given_at=a.NOW)
    for asked_by in (support.AskedBy.GUARDIAN, support.AskedBy.NEAR):
        assert not reminders(replace(BY_MAIL, asked_by=asked_by), own_yes, BOOKED)
    assert reminders(replace(BY_MAIL, asked_by=support.AskedBy.PROFESSIONAL), own_yes, BOOKED), "the person was there"


def record_after(*events: support.Event) -> support.Record:
    return support.record_of(fold(SUPPORT, events, SUPPORT.initial))


def told_anew(contact: ContactWay, *, own: bool = True) -> ContactTold:
    reach = Personal("reach", a.PERSON, {"contact": "070-174 06 06"})
    return ContactTold(contact=contact, reach=reach, by=By.STAFF, own=own, told_at=a.NOW)


def test_how_one_is_reached_as_it_was_told_last_is_what_holds_also_for_reminders_made_before() -> None:
    for before, now in ((a.ASKED, ContactWay.SMS), (BY_MAIL, ContactWay.PHONE)):
        events: list[support.Event] = [before, BOOKED, told_anew(now)]
        [row] = SUPPORT.rows(fold(SUPPORT, events, SUPPORT.initial))["reminders"]
        assert (row["way"], row["wanted"]) == (now, now is ContactWay.SMS)
    assert reminders(BY_MAIL, BOOKED, told_anew(ContactWay.PHONE), told_anew(ContactWay.EMAIL))


def test_who_is_reached_in_another_way_since_has_a_reminder_there_though_the_one_before_is_over() -> None:
    told = replace(told_anew(ContactWay.EMAIL), told_at=STARTS - timedelta(hours=20))
    [there] = reminders(BY_MAIL, BOOKED, told)
    assert there.message != DUE.message
    assert reminders(BY_MAIL, told_anew(ContactWay.EMAIL), BOOKED) == (DUE,), "told before, it has the usual one"


def test_what_somebody_else_said_later_is_never_sent_to_and_staff_call_of_an_offer() -> None:
    by_others = told_anew(ContactWay.SMS, own=False)
    assert not reminders(BY_MAIL, by_others, BOOKED)
    record = record_after(BY_MAIL, by_others)
    assert (may_send(record), may_tell(record)) == (False, True)
    assert not may_tell(record_after(BY_MAIL, told_anew(ContactWay.NONE)))


@pytest.mark.parametrize("asked_by", [support.AskedBy.GUARDIAN, support.AskedBy.NEAR])
def test_telling_anew_lets_nobody_be_written_to_whom_another_asked_for(asked_by: support.AskedBy) -> None:
    own_yes = OwnYesGiven(by=SaidBy.CODE, given_at=a.NOW)
    assert not reminders(replace(BY_MAIL, asked_by=asked_by), own_yes, BOOKED, told_anew(ContactWay.SMS))


def test_where_contact_is_not_safe_it_stays_so_when_it_is_told_anew() -> None:
    unsafe = replace(BY_MAIL, safe=False)
    record = record_after(unsafe, told_anew(ContactWay.SMS))
    assert (record.safe, record.contact, record.chosen_way) == (False, ContactWay.NONE, ContactWay.SMS)
    assert not reminders(unsafe, BOOKED, told_anew(ContactWay.SMS))


CLOSED = Opening(day=stockholm_day(STARTS), open=False, reason="Sommarstängt.")
OPEN_AGAIN = Opening(day=stockholm_day(STARTS), open=True, reason="Öppet.")
ENTRY = replace(a.listed(), openings=(CLOSED,))


def closing(closed_from: date = CLOSED.day, at: datetime = a.NOW) -> MessageDue:
    return plan_closing(board=a.BOARD, support_id=a.CASE, time=a.TIME, starts_at=STARTS, closed_from=closed_from, at=at)


def holds(*events: support.Event, entry: catalogue.State = ENTRY) -> bool:
    return closing_holds(closing(), fold(SUPPORT, events, SUPPORT.initial), entry)


def test_who_has_a_time_on_a_day_that_was_closed_is_told_once_for_each_closing() -> None:
    assert holds(BY_MAIL, BOOKED)
    later, anew = closing(at=a.NOW + timedelta(hours=1)), closing(CLOSED.day + timedelta(days=1))
    assert later.message == closing().message != anew.message


def test_who_has_no_such_time_any_longer_is_not_told() -> None:
    ended = SupportEnded(reason=EndReason.COMPLETED, left_to_do=(), ended_at=a.NOW)
    assert not holds(BY_MAIL, BOOKED, CANCELLED)
    assert not holds(BY_MAIL, BOOKED, ended)
    for entry in (a.listed(), replace(a.listed(), openings=(OPEN_AGAIN,)), catalogue.Undecided()):
        assert not holds(BY_MAIL, BOOKED, entry=entry)


@settings(deadline=None)
@for_any(st.sampled_from(ContactWay), st.booleans())
def test_nobody_is_told_of_a_closing_where_contact_is_not_safe_or_not_in_writing(way: ContactWay, safe: bool) -> None:
    assert holds(replace(a.ASKED, contact=way, safe=safe), BOOKED) is (
        safe and way in {ContactWay.SMS, ContactWay.EMAIL}
    )


STREAM = queue_id(a.BOARD, "ungdomssamtal")
PLACED = PlaceTaken(board=a.BOARD, queue=STREAM, support="ungdomssamtal", support_id=a.CASE, joined_at=a.NOW)
WAITS = fold(QUEUE, [PLACED], QUEUE.initial)
OFFERED = SeatOffered(
    support_id=a.CASE,
    time=a.TIME,
    starts_at=STARTS,
    place="Hamngatan 3",
    offered_at=a.NOW,
    expires_at=a.NOW + timedelta(days=1),
)
CLOSED_TODAY = replace(a.listed(), openings=(replace(CLOSED, day=stockholm_day(a.NOW)),))


def queue_closing(closed_from: date = CLOSED.day, at: datetime = a.NOW) -> MessageDue:
    return plan_queue_closing(board=a.BOARD, support_id=a.CASE, closed_from=closed_from, at=at)


def test_who_waits_for_what_is_closed_is_told_once_for_each_closing_while_it_holds() -> None:
    later, anew = queue_closing(at=a.NOW + timedelta(hours=1)), queue_closing(CLOSED.day + timedelta(days=1))
    assert later.message == queue_closing().message != anew.message
    asked = fold(SUPPORT, [BY_MAIL], SUPPORT.initial)
    assert queue_closing_holds(queue_closing(), asked, WAITS, CLOSED_TODAY, a.NOW)
    left = fold(QUEUE, [PlaceLeft(support_id=a.CASE, left_at=a.NOW)], WAITS)
    offered = fold(QUEUE, [OFFERED], WAITS)
    for line, entry in ((left, CLOSED_TODAY), (offered, CLOSED_TODAY), (QUEUE.initial, CLOSED_TODAY), (WAITS, ENTRY)):
        assert not queue_closing_holds(queue_closing(), asked, line, entry, a.NOW)
    ended = SupportEnded(reason=EndReason.COMPLETED, left_to_do=(), ended_at=a.NOW)
    untold: list[list[support.Event]] = [[BY_MAIL, ended], [a.ASKED], [replace(BY_MAIL, safe=False)]]
    for events in untold:
        state = fold(SUPPORT, events, SUPPORT.initial)
        assert not queue_closing_holds(queue_closing(), state, WAITS, CLOSED_TODAY, a.NOW)


def test_who_waits_for_what_is_closed_is_tried_for_a_day_from_when_it_was_first_tried() -> None:
    first, at = queue_closing(), a.NOW + TOLD_OF_CLOSING
    anew = TryToSend(due=queue_closing(at=at), way=ContactWay.EMAIL, at=at)
    given(MESSAGE, first, tried(a.NOW)).when(anew).then(MessageGivenUp(why=Why.LATE, given_up_at=at))
    earlier = replace(anew, at=at - LONGEST_WAIT)
    assert given(MESSAGE, first, tried(a.NOW)).when(earlier).events()[0].type == "message-tried"


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_letter_about_a_place_in_a_queue_says_that_it_is_kept_and_nothing_of_what_or_when(code: str) -> None:
    record = record_after(replace(BY_MAIL, language=code))
    wording = Wording(["chassis", "direct_access"], MESSAGES)
    letter = write_letter(wording, "https://kommun.example/stod/tid", queue_closing(), record, "a@b.example")
    said = f"{letter.subject} {letter.body}"
    for hidden in ("%(", "2026", "Hamngatan", "ngdomssamtal", "Alva", "Sommarstängt", str(a.CASE)):
        assert hidden not in said
    assert letter.body.endswith("https://kommun.example/stod/tid")
    if code == "sv":
        assert letter.body.startswith("Just nu ges inga tider, men du har kvar din plats i kön.")


def test_each_offer_that_stands_has_a_message() -> None:
    assert offers_of(WAITS) == ()
    [due] = offers_of(fold(QUEUE, [OFFERED], WAITS))
    assert (due.kind, due.support_id, due.due_at, due.until) == (
        MessageKind.OFFER,
        a.CASE,
        a.NOW,
        OFFERED.expires_at,
    ), "the message says until when one can answer"
    half = a.NOW + timedelta(hours=12)
    assert tried_until(due) == half, "somebody can call in the other half"
    late = MessageGivenUp(why=Why.LATE, given_up_at=half)
    given(MESSAGE).when(TryToSend(due=due, way=ContactWay.SMS, at=half)).then(due, late)


def in_stockholm(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=STOCKHOLM).astimezone(UTC)


@pytest.mark.parametrize(
    ("at", "morning"),
    [
        ("2026-03-10T20:59:59", None),
        ("2026-03-10T21:00", "2026-03-11T08:00"),
        ("2026-03-10T23:59", "2026-03-11T08:00"),
        ("2026-03-11T00:00", "2026-03-11T08:00"),
        ("2026-03-11T07:59:59", "2026-03-11T08:00"),
        ("2026-03-11T08:00", None),
        ("2026-07-10T21:00", "2026-07-11T08:00"),
        ("2026-03-28T21:00", "2026-03-29T08:00"),  # an hour shorter
        ("2026-10-24T21:00", "2026-10-25T08:00"),  # an hour longer
        ("2026-10-25T02:30", "2026-10-25T08:00"),  # which comes twice
        ("2026-12-31T22:00", "2027-01-01T08:00"),
    ],
)
def test_the_night_is_from_nine_to_eight_in_stockholm_also_when_clocks_change(at: str, morning: str | None) -> None:
    assert quiet_until(in_stockholm(at)) == (None if morning is None else in_stockholm(morning))


def moments(begins: str, days: int) -> st.SearchStrategy[datetime]:
    first = in_stockholm(begins)
    return st.integers(0, days * 24 * 60).map(lambda minutes: first + timedelta(minutes=minutes))


AROUND_CHANGES = moments("2026-03-27", days=4) | moments("2026-10-23", days=4)


@settings(deadline=None)
@for_any(AROUND_CHANGES | moments("2026-01-01", days=1500))
def test_a_reminder_by_sms_comes_by_day_and_in_time_whenever_its_time_begins(begins: datetime) -> None:
    starts_at = begins.replace(tzinfo=UTC)
    [due] = reminders(
        replace(BY_MAIL, contact=ContactWay.SMS), replace(BOOKED, starts_at=starts_at, booked_at=LONG_AGO)
    )
    rests = rests_at_night(due, ContactWay.SMS, due.due_at)
    goes_at = quiet_until(due.due_at) if rests else due.due_at
    assert goes_at is not None
    assert time(8) <= goes_at.astimezone(STOCKHOLM).time() < time(21)
    assert due.due_at <= goes_at < due.until, "so none has to go the evening before"
    assert not rests_at_night(due, ContactWay.EMAIL, due.due_at)


@settings(deadline=None)
@for_any(AROUND_CHANGES, st.integers(0, 30 * 60))
def test_an_sms_waits_at_night_but_never_until_it_is_lost(at: datetime, minutes: int) -> None:
    due = replace(DUE, due_at=at, until=at + timedelta(minutes=minutes))
    if rests_at_night(due, ContactWay.SMS, at):
        morning = quiet_until(at)
        assert morning is not None
        assert at < morning < tried_until(due)
        assert not rests_at_night(due, ContactWay.SMS, morning)
    else:
        morning = quiet_until(at)
        assert morning is None or tried_until(due) <= morning


def test_an_offer_that_would_be_lost_by_morning_is_told_of_at_night() -> None:
    at = in_stockholm("2026-03-10T22:00")
    soon = replace(OFFERED, starts_at=in_stockholm("2026-03-11T10:00"), offered_at=at)
    for expires, rests in (("2026-03-11T08:30", False), ("2026-03-11T22:00", True)):
        [due] = offers_of(fold(QUEUE, [replace(soon, expires_at=in_stockholm(expires))], WAITS))
        assert rests_at_night(due, ContactWay.SMS, at) is rests


def test_one_sends_at_a_time_and_the_waits_grow_up_to_half_an_hour() -> None:
    given(MESSAGE).when(tries()).then(DUE, tried())
    given(MESSAGE, DUE, tried()).when(tries(DUE.due_at + timedelta(seconds=59))).refused("message-tried")
    at, state = DUE.due_at, MESSAGE.initial
    waits = []
    for _ in range(7):
        state = fold(MESSAGE, MESSAGE.decide(tries(at), state), state)
        assert isinstance(state, Waiting)
        assert state.again_at is not None
        waits.append(state.again_at - at)
        at = state.again_at
    assert waits == [timedelta(minutes=minutes) for minutes in (1, 2, 4, 8, 16, 30, 30)]
    assert waits[-1] == LONGEST_WAIT


def test_a_message_is_sent_once_and_then_over() -> None:
    given(MESSAGE, DUE, tried()).when(NoteSent(at=DUE.due_at)).then(SENT)
    for command in (tries(STARTS), NoteSent(at=STARTS), GiveUp(why=Why.REFUSED, at=STARTS), Drop(due=DUE, at=STARTS)):
        given(MESSAGE, DUE, tried(), SENT).when(command).refused("message-over")
    given(MESSAGE).when(NoteSent(at=STARTS)).refused("message-not-due")


def test_what_is_refused_or_too_late_is_given_up_and_what_is_not_needed_dropped() -> None:
    at = DUE.due_at
    refused = MessageGivenUp(why=Why.REFUSED, given_up_at=at)
    state = given(MESSAGE, DUE, tried()).when(GiveUp(why=Why.REFUSED, at=at)).then(refused)
    assert MESSAGE.rows(state)["messages"][0]["outcome"] == "given-up"
    given(MESSAGE).when(tries(DUE.until)).then(DUE, MessageGivenUp(why=Why.LATE, given_up_at=DUE.until))
    given(MESSAGE, DUE, tried()).when(tries(DUE.until)).then(MessageGivenUp(why=Why.LATE, given_up_at=DUE.until))
    given(MESSAGE).when(Drop(due=DUE, at=at)).then(DUE, MessageDropped(dropped_at=at))


def test_after_silence_it_is_tried_once_more_and_then_given_up() -> None:
    at = DUE.due_at
    given(MESSAGE, DUE, tried()).when(NoteSilence(at=at)).then()
    given_up = MessageGivenUp(why=Why.UNANSWERED, given_up_at=at)
    given(MESSAGE, DUE, tried(), tried()).when(NoteSilence(at=at)).then(given_up)
    given(MESSAGE).when(NoteSilence(at=at)).refused("message-not-due")


def test_what_comes_back_is_told_of_once_whether_or_not_it_was_noted_as_sent() -> None:
    came_back = MessageGivenUp(why=Why.RETURNED, given_up_at=STARTS)
    again = NoteReturn(at=STARTS)
    for noted in ([], [SENT]):
        state = given(MESSAGE, DUE, tried(), *noted).when(again).then(came_back)
        assert MESSAGE.rows(state)["messages"][0]["why"] == "returned"
        given(MESSAGE, DUE, tried(), *noted, came_back).when(again).then()
    given(MESSAGE, DUE, MessageDropped(dropped_at=STARTS)).when(again).then()
    given(MESSAGE).when(again).then()


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("kind", MessageKind)
@pytest.mark.parametrize("receipt", [None, UUID(int=7)])
def test_a_letter_says_when_and_nothing_of_what_where_or_who(
    code: str, kind: MessageKind, receipt: UUID | None
) -> None:
    record = support.record_of(support.evolve(SUPPORT.initial, replace(BY_MAIL, language=code, receipt_code=receipt)))
    wording = Wording(["chassis", "direct_access"], MESSAGES)
    letter = write_letter(wording, "https://kommun.example/stod/tid", replace(DUE, kind=kind), record, "a@b.example")
    said = f"{letter.subject} {letter.body}"
    assert "%(" not in said
    assert "14" in letter.body, "the day, 14 March 2026"
    for hidden in ("Hamngatan", "ungdomssamtal", "Ungdomssamtal", "Alva", "Test", str(a.CASE)):
        assert hidden not in said
    if receipt or kind is MessageKind.OFFER:
        assert letter.body.endswith("https://kommun.example/stod/tid")
    if code == "sv" and kind is MessageKind.CLOSING:
        assert letter.body.startswith("Det är inte säkert att din tid lördag 14 mars 2026 kl. 14:30 blir av.")
    if code == "sv" and kind is MessageKind.REMINDER:
        assert letter.body.startswith("Du har en tid lördag 14 mars 2026 kl. 14:30.")


@pytest.mark.parametrize(
    "written", ["alva", "alva@", "@b.se", "a@b", "a b@c.se", "a@b.se\nBcc: x@y.se", "a@b.se, c@d.se", "å@b.se", ""]
)
def test_what_is_no_address_of_e_mail_is_never_sent_to(written: str) -> None:
    with pytest.raises(Undeliverable):
        read_address(ContactWay.EMAIL, written)


@settings(deadline=None)
@for_any(st.text())
def test_any_text_is_an_address_or_is_refused(written: str) -> None:
    for way in (ContactWay.SMS, ContactWay.EMAIL):
        try:
            found = read_address(way, written)
        except Undeliverable:
            continue
        assert "\n" not in found
        assert "\r" not in found
        assert found.isascii()


@settings(deadline=None)
@for_any(st.emails())
def test_an_e_mail_has_the_same_id_however_often_it_is_written_and_shows_its_address_to_nobody_else(to: str) -> None:
    letter = Letter(
        message=a.CASE, to=read_address(ContactWay.EMAIL, to), subject="Om din tid", body="…", language="sv"
    )
    mail = Smtp(PostSettings(sender="Exempelkommun <svara-inte@kommun.example>", address="https://a"))._write(letter)
    assert f"Message-ID: <{a.CASE}@kommun.example>\r\n".encode() in mail.as_bytes()
    assert to not in repr(letter)


def test_addresses_are_read_as_people_write_them() -> None:
    assert read_address(ContactWay.EMAIL, " alva@exempel.se ") == "alva@exempel.se"


@pytest.mark.parametrize(
    "written",
    ["070-174 06 05", "070–174 06 05", "0701740605", "+46 (0)70 174 06 05", "0046701740605", "٠٧٠١٧٤٠٦٠٥"],
)
def test_a_number_is_read_as_people_write_it_and_gets_its_countrys(written: str) -> None:
    assert read_address(ContactWay.SMS, written) == "+46701740605"
    assert read_address(ContactWay.SMS, "+358 40 123 4567") == "+358401234567", "another country's, where it is said"


@pytest.mark.parametrize(
    "written",
    [
        "mamma: 070-174 06 05",
        "070-174 06 05, 070-174 06 06",
        "08-465 004 10",  # a landline
        "010-123 45 67",  # an exchange
        "0900-123 45 67",  # pay as you call
        "070-174 06",
        "112",
        "",
    ],
)
def test_what_no_sms_reaches_is_never_sent_to(written: str) -> None:
    with pytest.raises(Undeliverable):
        read_address(ContactWay.SMS, written)


BY_GATEWAY = {
    "address": "https://kommun.example",
    "sms_url": "https://sms.example/a1/sms",
    "sms_sender": "Kommunen",
    "sms_user": "u1",
    "sms_password_file": "/run/secrets/sms",
}


@pytest.mark.parametrize(
    "wrong",
    [
        {"sms_url": "http://sms.example/a1/sms"},
        {"sms_url": "https://u1:hemlig@sms.example/a1/sms"},
        {"sms_url": "sms.example"},
        {"sms_sender": ""},
        {"sms_sender": "Exempelkommun"},
        {"sms_user": ""},
        {"sms_password_file": None},
        {"address": ""},
    ],
)
def test_a_gateway_is_not_begun_with_half_known_or_in_the_open(wrong: dict[str, str | None]) -> None:
    PostSettings.model_validate(BY_GATEWAY)
    PostSettings.model_validate(BY_GATEWAY | {"sms_url": "http://127.0.0.1:9/sms", "sms_sender": "+46701740605"})
    with pytest.raises(ValueError, match="STODVAG_MESSAGES_") as told:
        PostSettings.model_validate(BY_GATEWAY | wrong)
    assert "hemlig" not in str(told.value)


def test_a_server_that_asks_for_rest_gets_it_for_half_an_hour_at_most() -> None:
    soon = format_datetime(datetime.now(UTC) + timedelta(minutes=10), usegmt=True)
    assert read_rest("120") == timedelta(minutes=2)
    assert timedelta(minutes=9) < read_rest(soon) <= timedelta(minutes=10)
    assert read_rest("86400") == read_rest("9" * 5000) == read_rest("Fri, 31 Dec 9999 23:59:59 GMT") == LONGEST_WAIT
    for nothing in ("", "soon", "-5", "Wed, 21 Oct 2015 07:28:00 GMT", "Wed, 21 Oct 2015 07:28:00"):
        assert read_rest(nothing) == timedelta()
