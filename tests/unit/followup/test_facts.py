"""What others' events tell of a case, in one vocabulary for both ways."""

from datetime import date
from uuid import UUID

from tests.unit.followup.an_event import (
    HARBOUR,
    TALKS,
    TREATMENT,
    Stream,
    applied,
    day,
    direct,
    listed,
    opened_and_closed,
    person,
    reported,
    visit,
)

from contracts import direct_access, intake
from contracts.registry import EVENTS
from contracts.vocabulary import AgeBand, DecisionOutcome, DeclineReason, EndReason, Gender, Path
from followup.views.facts import HANDLED, facts, path_of

CASE, OTHER = UUID(int=10), UUID(int=11)


def test_a_direct_support_is_told_from_asking_to_its_end() -> None:
    told = facts(direct(CASE, scores=(12, 20)))
    assert told["cases"] == [
        {
            "case_id": CASE,
            "path": Path.DIRECT,
            "came": "request",
            "asked_on": date(2026, 3, 2),
            "age_band": AgeBand.FROM_15,
            "gender": Gender.WOMAN,
            "district": "centrum",
        }
    ]
    assert told["supports"] == [
        {
            "case_id": CASE,
            "support": TALKS,
            "asked_on": date(2026, 3, 2),
            "started_on": date(2026, 3, 4),
            "ended_on": date(2026, 4, 1),
            "end_reason": EndReason.COMPLETED,
        }
    ]
    assert [(row["point"], row["score"]) for row in told["measures"]] == [("start", 12), ("end", 20)]


def test_a_visit_without_identity_tells_the_day_the_place_and_nothing_of_who() -> None:
    told = facts(visit(CASE))
    [case] = told["cases"]
    assert (case["came"], case["age_band"], case["gender"]) == ("visit", AgeBand.UNKNOWN, Gender.UNKNOWN)
    assert told["supports"] == [
        {"case_id": CASE, "support": HARBOUR, "asked_on": date(2026, 3, 2), "started_on": date(2026, 3, 2)}
    ]


def test_of_the_person_the_investigation_has_the_better_word_whichever_comes_first() -> None:
    asked, story = applied(CASE)
    for events in ([*asked, *story], [*story, *asked]):
        [case] = facts(events)["cases"]
        assert case == {
            "case_id": CASE,
            "path": Path.ASSESSED,
            "came": "application",
            "asked_on": date(2026, 3, 2),
            "opened_on": date(2026, 3, 3),
            "decided_on": date(2026, 3, 22),
            "outcome": DecisionOutcome.PARTIALLY_GRANTED,
            "age_band": AgeBand.FROM_15,
            "gender": Gender.WOMAN,
            "district": "centrum",
        }


def test_a_declined_offer_keeps_its_reason() -> None:
    asked, story = reported(CASE)
    told = facts([*asked, *story])
    [support] = told["supports"]
    assert support == {
        "case_id": CASE,
        "support": TREATMENT,
        "offered_on": date(2026, 4, 11),
        "declined_on": date(2026, 4, 15),
        "decline_reason": DeclineReason.NO_TRUST,
    }
    assert told["cases"][0]["closed_on"] == date(2026, 4, 21)


def test_a_report_that_opens_nothing_is_closed_by_that() -> None:
    stream = Stream("intake", CASE)
    told = facts([stream.says(intake.PreliminaryAssessmentDecided, decided_at=day(9), opened=False, within_time=True)])
    assert told["cases"] == [{"case_id": CASE, "path": Path.ASSESSED, "closed_on": date(2026, 3, 11)}]


def test_who_asked_to_talk_is_counted_on_the_direct_way_without_a_support() -> None:
    talk = Stream("direct-access", CASE).says(
        direct_access.TalkRequested, requested_at=day(0), age_band=AgeBand.FROM_12, district="centrum"
    )
    told = facts([talk])
    assert set(told) == {"cases"}
    assert (told["cases"][0]["path"], told["cases"][0]["came"]) == (Path.DIRECT, "talk")


def test_the_newest_version_names_a_support() -> None:
    told = facts([listed(OTHER, TALKS, "Nya namnet", 3), listed(CASE, TALKS, "Gamla namnet", 2)])
    assert told["names"] == [{"support": TALKS, "version": 3, "entry_id": OTHER, "name": "Nya namnet"}]
    (entry,) = told["catalogue"]
    assert (entry["support"], entry["version"], entry["basis"]) == (TALKS, 3, "direct")
    assert told.keys() == {"names", "catalogue"}


def test_of_one_day_what_was_said_last_holds() -> None:
    summer, autumn = date(2026, 6, 22), date(2026, 8, 10)
    told = facts(opened_and_closed(CASE, TALKS, (summer, False), (autumn, True), (summer, True)))
    assert told == {
        "openings": [
            {"support": TALKS, "day": summer, "open": True, "place": 4},
            {"support": TALKS, "day": autumn, "open": True, "place": 3},
        ]
    }


def test_each_row_is_told_once_for_many_cases() -> None:
    told = facts([*direct(CASE), *direct(OTHER, ended=None)])
    assert [row["case_id"] for row in told["cases"]] == [CASE, OTHER]
    assert [row["case_id"] for row in told["supports"]] == [CASE, OTHER]


def test_nothing_is_told_by_nothing() -> None:
    assert facts([]) == {}


def test_every_event_that_is_listened_to_is_published_and_on_the_way_of_its_publisher() -> None:
    assert {event.type for event in HANDLED} <= EVENTS.keys()
    told = Stream("direct-access", CASE).says(
        direct_access.SupportRequested, requested_at=day(0), support=TALKS, catalogue_version=1, **person()
    )
    assert path_of(told.event) is Path.DIRECT
