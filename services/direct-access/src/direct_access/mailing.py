"""Sends the messages that are due. Each is claimed first, then sent, then noted: at least once, as a rule once."""

import logging
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from babel.dates import format_date, format_time

from chassis import event_store
from chassis.answers import timer_id
from chassis.clock import now
from chassis.commands import Desk
from chassis.decider import Origin, Step
from chassis.handle import handle
from chassis.languages import LANGUAGES, N_, SWEDISH, Language, Wording
from chassis.metrics import record_message
from chassis.problems import Problem
from chassis.rounds import one_of_many
from direct_access import store
from direct_access.decide.message import (
    Command,
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
    queue_closing_holds,
    quiet_until,
    reminders_of,
    rests_at_night,
    tried_until,
)
from direct_access.model import support
from direct_access.model.message import MessageDue, MessageKind, NotDue, Over, Why
from direct_access.model.support import ContactWay, Record
from direct_access.post import Later, Letter, Post, Unanswered, Undeliverable, post, read_address
from direct_access.store import MESSAGE, SUPPORT
from direct_access.work import closing, deciding, queueing, records
from statute.clocks import STOCKHOLM

_SUBJECT = N_("Om din tid")
_REMINDER = N_("Du har en tid %(day)s kl. %(clock)s.")
_WITH_CODE = N_("Vill du se, ändra eller avboka den? Skriv din kod på %(address)s")
_WITHOUT_CODE = N_("Vill du ändra eller avboka den? Hör av dig till den du brukar prata med.")
_OFFER = N_("Det finns en tid till dig: %(day)s kl. %(clock)s.")
_CLOSING = N_("Det är inte säkert att din tid %(day)s kl. %(clock)s blir av. En av oss hör av sig till dig.")
_QUEUE_CLOSING = N_("Just nu ges inga tider, men du har kvar din plats i kön. En av oss hör av sig till dig.")
_SEE_PLACE = N_("Vill du se din plats eller lämna kön? Skriv din kod på %(address)s")
_ANSWER = N_("Svara senast %(day)s kl. %(clock)s: skriv din kod på %(address)s")
_PAGE = "/stod/tid"

_log = logging.getLogger(__name__)


async def send_messages(desk: Desk) -> None:
    """Send what is due, in the ways of this process."""
    await send_due(desk, post())


async def send_due(desk: Desk, ways: Post) -> None:
    """Send what is due on every board.

    A way whose carrier is away is left alone for the rest of the round, and for as long as the carrier itself asks.
    """
    away = ways.resting(now())
    for board in desk.municipality.boards:
        before = None
        while away != before:
            # Whenever a way goes, those by the others that its messages kept out come next.
            before = set(away)
            for due in await _list_due(desk, board.id, now(), away):
                with one_of_many("send_messages"):
                    await _send(desk, ways, due, away)


async def _list_due(desk: Desk, board: UUID, at: datetime, away: set[ContactWay]) -> list[MessageDue]:
    pool = desk.store.pool
    told = [*await queueing.list_offers(desk, board), *await closing.list_closings(desk, board, at)]
    over = await store.list_not_to_send(pool, board, [each.message for each in told], at) if told else set()
    waiting = [each for each in told if each.message not in over]
    return [*waiting, *await store.list_due_reminders(pool, board, at, away, quiet_until(at))]


async def _send(desk: Desk, ways: Post, due: MessageDue, away: set[ContactWay]) -> None:
    at = now()
    state = (await event_store.load(desk.store.pool, due.board, due.support_id, SUPPORT)).state
    record = support.record_of(state)
    if not await _is_wanted(desk, due, state):
        await _carry_out(desk, due, Drop(due=due, at=at))
        return
    way = record.contact
    if (way in away and at < tried_until(due)) or rests_at_night(due, way, at):
        return
    if isinstance(await _carry_out(desk, due, TryToSend(due=due, way=way, at=at)), Over):
        record_message(way, due.kind, "given-up")
        return
    if not may_send(record):
        # One of us has to call, before the offer passes.
        await _carry_out(desk, due, GiveUp(why=Why.NO_WAY, at=now()))
        return
    # Opened once it is claimed: one that cannot be opened is tried again later, and not every second.
    asker = await records.open_person(desk, record)
    if asker.erased:
        await _carry_out(desk, due, Drop(due=due, at=now()))
        return
    try:
        to = read_address(way, asker.get("contact"))
        await ways.send(way, write_letter(desk.pages.wording, f"{ways.address}{_PAGE}", due, record, to))
    except Undeliverable as failure:
        record_message(way, due.kind, "given-up")
        await _carry_out(desk, due, GiveUp(why=failure.why, at=now()))
    except Later as failure:
        away.add(way)
        ways.rest(way, now() + failure.rest)
        silent = isinstance(failure, Unanswered)
        over = silent and isinstance(await _carry_out(desk, due, NoteSilence(at=now())), Over)
        record_message(way, due.kind, "given-up" if over else "put-off")
        _log.warning("message-put-off", extra={"way": way.value, "error": str(failure)})
    else:
        record_message(way, due.kind, "sent")
        await _carry_out(desk, due, NoteSent(at=now()))


async def _is_wanted(desk: Desk, due: MessageDue, state: support.State) -> bool:
    """Whether what it is about still holds, and the person may be told of it."""
    if due.kind is MessageKind.REMINDER:
        return due in reminders_of(state)
    record = support.record_of(state)
    line = await queueing.find_queue(desk, due.board, record.asked.support)
    if due.kind is MessageKind.OFFER:
        return may_tell(record) and due in offers_of(line)
    entry = await deciding.find_entry(desk, due.board, record.asked.support)
    if due.starts_at is None:
        return queue_closing_holds(due, state, line, entry, now())
    return closing_holds(due, state, entry)


async def note_return(desk: Desk, boards: Iterable[UUID], message: UUID) -> None:
    """Say that a message of one of these boards came back. Staff are told, for as long as it can be acted on.

    Raises:
        Problem: 404, none of them has such a message.
    """
    for board in boards:
        state = (await event_store.load(desk.store.pool, board, message, MESSAGE)).state
        if not isinstance(state, NotDue):
            await _carry_out(desk, state.due, NoteReturn(at=now()))
            return
    raise Problem(404, "not-found")


def write_letter(wording: Wording, address: str, due: MessageDue, record: Record, to: str) -> Letter:
    """The message in the person's language. It says when, and nothing of what, where or who."""
    language = LANGUAGES.get(record.asked.language, SWEDISH)
    when = {} if due.starts_at is None else _when(due.starts_at, language)
    if due.kind is MessageKind.OFFER:
        body = wording.sentence(language, _OFFER, **when)
        answer_by = _when(due.until, language)
        body += " " + wording.sentence(language, _ANSWER, address=address, **answer_by)
    elif due.starts_at is None:
        body = wording.sentence(language, _QUEUE_CLOSING)
        body += " " + wording.sentence(language, _SEE_PLACE, address=address)
    else:
        sentence = _CLOSING if due.kind is MessageKind.CLOSING else _REMINDER
        body = wording.sentence(language, sentence, **when) + " "
        if record.asked.receipt_code is None:
            body += wording.sentence(language, _WITHOUT_CODE)
        else:
            body += wording.sentence(language, _WITH_CODE, address=address)
    return Letter(
        message=due.message,
        to=to,
        subject=wording.sentence(language, _SUBJECT),
        body=body,
        language=language.tag,
    )


def _when(moment: datetime, language: Language) -> dict[str, str]:
    local = moment.astimezone(STOCKHOLM)
    return {
        "day": format_date(local, "full", locale=language.locale),
        "clock": format_time(local, "short", tzinfo=STOCKHOLM, locale=language.locale),
    }


async def _carry_out(desk: Desk, due: MessageDue, command: Command) -> object:
    """Give a command about a message; the state that it leaves."""
    what = f"{type(command).__name__}:{command.at.isoformat()}"
    origin = Origin(
        command_id=timer_id(due.message, "send-message", what),
        board=due.board,
        at=command.at,
        role="system",
        actor=None,
        purpose="send-message",
    )
    step = Step(decider=MESSAGE, stream=due.message, case=due.support_id, command=command)
    return (await handle(desk.store, origin, step)).states.get(due.message)
