"""Prata med oss ändå: whoever asks is answered the same day, and nobody else is told."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st
from tests.given import given
from tests.unit.direct_access import a_catalogue as a

from contracts import direct_access as published
from contracts.vocabulary import AgeBand
from direct_access.decide.talk import AnswerTalk, PassDay, RequestTalk, end_of_day
from direct_access.model.support import ContactWay
from direct_access.model.talk import AnswerOverdue, TalkAnswered, TalkRequested
from direct_access.store import TALK

FIRST = datetime(2026, 1, 1, tzinfo=UTC)
MIDNIGHT = datetime(2026, 3, 10, 23, 0, tzinfo=UTC)
REQUEST = RequestTalk(
    board=a.BOARD,
    talk=a.CASE,
    person=a.PERSON,
    age_band=AgeBand.FROM_12,
    district="centrum",
    asker=a.ASKER,
    at=a.NOW,
)
REQUESTED = TalkRequested(
    board=a.BOARD,
    talk=a.CASE,
    person=a.PERSON,
    age_band=AgeBand.FROM_12,
    district="centrum",
    asker=a.ASKER,
    requested_at=a.NOW,
    due_at=MIDNIGHT,
)
ANSWERED = TalkAnswered(note=None, answered_at=a.NOW)
LATE = AnswerOverdue(passed_at=MIDNIGHT)


def test_somebody_asks_and_is_answered() -> None:
    state = given(TALK).when(REQUEST).then(REQUESTED)
    assert TALK.timers(state) == {"answer-due": MIDNIGHT}
    state = given(TALK, REQUESTED).when(AnswerTalk(note=None, at=a.NOW)).then(ANSWERED)
    assert TALK.timers(state) == {}
    assert TALK.rows(state)["talks"][0]["answered_at"] == a.NOW


def test_no_clock_runs_where_the_person_gets_in_touch() -> None:
    asked = replace(REQUEST, contact=ContactWay.NONE)
    state = given(TALK).when(asked).then(replace(REQUESTED, contact=ContactWay.NONE))
    assert TALK.timers(state) == {}


def test_a_day_that_passed_is_seen_and_the_person_still_waits() -> None:
    state = given(TALK, REQUESTED).when(PassDay(at=MIDNIGHT)).then(LATE)
    assert TALK.timers(state) == {}
    row = TALK.rows(state)["talks"][0]
    assert (row["late"], row["answered_at"]) == (True, None)
    state = (
        given(TALK, REQUESTED, LATE)
        .when(AnswerTalk(note=None, at=MIDNIGHT))
        .then(TalkAnswered(note=None, answered_at=MIDNIGHT))
    )
    assert TALK.rows(state)["talks"][0]["late"] is True


@pytest.mark.parametrize("before", [(), (REQUESTED, ANSWERED), (REQUESTED, LATE)])
def test_the_clock_says_nothing_twice(before: tuple[TalkRequested | TalkAnswered | AnswerOverdue, ...]) -> None:
    given(TALK, *before).when(PassDay(at=MIDNIGHT)).then()


def test_only_who_waits_is_answered() -> None:
    given(TALK).when(AnswerTalk(note=None, at=a.NOW)).refused("talk-not-found")
    given(TALK, REQUESTED, ANSWERED).when(AnswerTalk(note=None, at=a.NOW)).refused("talk-answered-already")
    given(TALK, REQUESTED).when(REQUEST).refused("already-asked")


def test_others_hear_that_somebody_asked_and_not_how_it_went() -> None:
    state = TALK.evolve(TALK.initial, REQUESTED)
    heard = TALK.publish(REQUESTED, state)
    assert isinstance(heard, published.TalkRequested)
    assert str(a.PERSON) not in heard.model_dump_json()
    assert TALK.publish(ANSWERED, state) is None
    assert TALK.publish(LATE, state) is None


def test_the_day_ends_in_stockholm_also_when_clocks_change() -> None:
    assert end_of_day(datetime(2026, 3, 28, 23, 30, tzinfo=UTC)) == datetime(2026, 3, 29, 22, 0, tzinfo=UTC)
    assert end_of_day(datetime(2026, 10, 25, 12, 0, tzinfo=UTC)) == datetime(2026, 10, 25, 23, 0, tzinfo=UTC)


@for_all(moment=st.integers(0, 4 * 365 * 24 * 60).map(lambda minutes: FIRST + timedelta(minutes=minutes)))
def test_nobody_waits_longer_than_a_day(moment: datetime) -> None:
    assert timedelta(0) < end_of_day(moment) - moment <= timedelta(hours=25)
    moments = [moment + timedelta(hours=hours) for hours in range(4)]
    assert all(end_of_day(earlier) <= end_of_day(later) for earlier, later in pairwise(moments))
