"""Whatever commands come, in whatever order: either the domain says no, or the rules of the Act hold afterwards."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import get_args

from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st
from tests.unit.assessment.a_case import (
    ACCEPT,
    ADULT,
    CASE,
    CLOSE,
    COMMUNICATE,
    DECIDE,
    FOURTEEN_YEARS,
    NINE_YEARS,
    OPENED,
    PROPOSE,
    open_case,
)
from tests.unit.assessment.test_closing import FOLLOW_UP, RECEIPT
from tests.unit.assessment.test_inquiry import CONTACT, HEAR
from tests.unit.assessment.test_support import DECLINE, MEASURE, OFFER, START

from assessment import views
from assessment.decide.choice import RecordAnswer
from assessment.decide.inquiry import AssessNeed, InformConcerned, PassClock, StateWhyNotHeard, WarnOfClock
from assessment.decide.investigation import Command, OfficersCommand
from assessment.decide.support import EndSupport
from assessment.model import events
from assessment.model.events import ClosingReason, Event, WhyNotHeard
from assessment.model.investigation import State
from assessment.requests.steps import STEPS
from assessment.store import INVESTIGATION
from chassis.decider import Refused
from chassis.personal import personal_parts
from contracts.intake import Matter
from contracts.published import write
from contracts.vocabulary import AgeBand, DecisionOutcome, EndReason
from statute.consent import Suitability

CANARY = "Kanariefågeln sjunger"

NEED = AssessNeed(at=OPENED, qualified=True, need=CANARY, goal=CANARY)
ANSWER = RecordAnswer(at=OPENED, qualified=True, words=CANARY)
INFORM = InformConcerned(at=OPENED, qualified=True)
NOT_HEARD = StateWhyNotHeard(at=OPENED, qualified=True, reason=WhyNotHeard.TOO_YOUNG, words=CANARY)
END = EndSupport(at=OPENED, qualified=True, reason=EndReason.COMPLETED)
ACCEPTS = st.builds(
    replace,
    st.just(ACCEPT),
    born=st.sampled_from([ADULT, NINE_YEARS, FOURTEEN_YEARS]),
    person_agrees=st.sampled_from([True, False]),
    guardians_agreeing=st.sampled_from([2, 1, 0]),
    suitability=st.sampled_from(Suitability),
)
DECIDES = st.builds(
    replace,
    st.just(DECIDE),
    outcome=st.sampled_from(DecisionOutcome),
    reasons=st.sampled_from([CANARY, None]),
    refused=st.sampled_from([CANARY, None]),
)
CLOSES = st.builds(replace, st.just(CLOSE), reason=st.sampled_from(ClosingReason), words=st.just(CANARY))
USUAL: list[st.SearchStrategy[Command]] = [
    st.sampled_from([INFORM, CONTACT]),
    st.just(NEED),
    st.sampled_from([HEAR, NOT_HEARD]),
    st.just(PROPOSE),
    st.just(OFFER),
    st.one_of(ACCEPTS, ACCEPTS, st.just(DECLINE)),
    st.just(COMMUNICATE),
    st.just(ANSWER),
    st.one_of(DECIDES, DECIDES, CLOSES),
    st.just(RECEIPT),
    st.sampled_from([START, FOLLOW_UP]),
    st.just(MEASURE),
    st.just(END),
]
OUT_OF_TURN = st.one_of(*USUAL, DECIDES, st.sampled_from([WarnOfClock(at=OPENED), PassClock(at=OPENED)]))
OPENINGS = st.sampled_from(
    [open_case(), open_case(matter=Matter.REPORT, age_band=AgeBand.UNDER_12), open_case(age_band=AgeBand.FROM_12)]
)


@st.composite
def plays(draw: st.DrawFn) -> list[tuple[int, Command, bool]]:
    """The usual way through a case with steps left out, and others put in: days since the last, command, qualified."""
    commands: list[Command] = []
    for usual in USUAL:
        commands += draw(st.lists(OUT_OF_TURN, max_size=1)) if draw(st.integers(0, 2)) == 2 else []
        if draw(st.integers(0, 9)) < 9:
            commands.append(draw(usual))
    return [(draw(st.integers(0, 3)), command, draw(st.integers(0, 19)) < 19) for command in commands]


PLAYS = plays()


def play(opening: Command, commands: list[tuple[int, Command, bool]]) -> list[tuple[Event, State, bool]]:
    """What happens: each event with the state after it, and whether a qualified officer gave the command."""
    state: State = INVESTIGATION.initial
    happened = []
    at: datetime = OPENED
    for days, command, qualified in [(0, opening, True), *commands]:
        at += timedelta(days=days)
        given_at = replace(command, at=at)
        if isinstance(given_at, OfficersCommand):
            given_at = replace(given_at, qualified=qualified)
        try:
            decided = INVESTIGATION.decide(given_at, state)
        except Refused:
            continue
        for event in decided:
            state = INVESTIGATION.evolve(state, event)
            happened.append((event, state, qualified))
    return happened


@settings(deadline=None)
@for_all(OPENINGS, PLAYS)
def test_no_order_of_commands_leads_past_the_rules(opening: Command, commands: list[tuple[int, Command, bool]]) -> None:
    happened = play(opening, commands)
    opened = happened[0][0]
    assert isinstance(opened, events.InvestigationOpened)
    seen: set[str] = set()
    for event, _, qualified in happened:
        if isinstance(event, events.DecisionMade) and event.outcome is not DecisionOutcome.GRANTED:
            assert "communicated" in seen
        if isinstance(event, events.SupportStarted):
            assert "decision-made" in seen
            assert not opened.child or "offer-accepted" in seen
        if isinstance(event, events.InvestigationClosed):
            assert not opened.child or seen & {"child-heard", "child-not-heard"}
        if isinstance(event, events.FollowUpDecided):
            assert opened.child
            assert "support-started" not in seen
        if opened.child and not isinstance(event, events.ClockWarned | events.ClockPassed):
            assert qualified
        seen.add(event.type)


@settings(deadline=None)
@for_all(OPENINGS, PLAYS)
def test_no_words_are_published_or_listed(opening: Command, commands: list[tuple[int, Command, bool]]) -> None:
    sequence = []
    for event, state, _ in play(opening, commands):
        message = INVESTIGATION.publish(event, state)
        if message is not None:
            assert message.case_id == CASE
            sequence.append(write(message).decode())
        sequence.append(str(INVESTIGATION.rows(state)))
    assert CANARY not in "".join(sequence)


@settings(deadline=None)
@for_all(OPENINGS, PLAYS)
def test_every_state_can_be_shown(opening: Command, commands: list[tuple[int, Command, bool]]) -> None:
    for _, state, _ in play(opening, commands):
        assert views.rows(state)["investigations"]
        assert set(views.steps(state)) <= STEPS.keys()
        assert all(views.advice(state)) or not views.advice(state)
        assert set(views.timers(state)) <= {views.WARN, views.PASS}


def test_every_word_that_an_officer_writes_is_a_part_of_the_persons() -> None:
    assert {event.__name__ for event in get_args(Event)} == {type_.__name__ for type_ in INVESTIGATION.events}
    opened = play(open_case(), [(0, NEED, True)])
    (part,) = personal_parts(opened[-1][0])
    assert part.fields == {"need": CANARY, "goal": CANARY}
    assert CANARY not in repr(NEED)


def test_the_registered_birth_date_is_kept_nowhere() -> None:
    born = date(2016, 3, 4)
    assert str(born) not in repr(replace(ACCEPT, born=born))
    assert "born" not in events.OfferAccepted.__dataclass_fields__
    assert "born" not in events.FollowUpDecided.__dataclass_fields__
