"""Published events as follow-up meets them, with as much said as a test cares about."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from chassis.received import Received
from contracts import assessment, direct_access, intake
from contracts.envelope import Envelope
from contracts.published import Published
from contracts.vocabulary import AgeBand, DecisionOutcome, DeclineReason, EndReason, Gender, MeasurePoint

BOARD = UUID("0b5f7a52-6a9e-4c1e-9d57-2f0c7f0a1a01")
NOON = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)
TALKS, TREATMENT, HARBOUR = "ungdomssamtal", "familjebehandling", "droppin-hamnen"


def day(number: int) -> datetime:
    """Noon in Stockholm, so many days into the story."""
    return NOON + timedelta(days=number)


class Stream:
    """A stream of another service: makes its published events in sequence."""

    def __init__(self, service: str, case: UUID, board: UUID = BOARD) -> None:
        self.service, self.case, self.board = service, case, board
        self.sequence = 0

    def says(self, event: type[Published], **said: Any) -> Received:
        """The stream's next published event."""
        self.sequence += 1
        envelope = Envelope(
            id=uuid5(self.case, f"{self.service} {self.sequence}"),
            type=event.type,
            source=self.service,
            time=NOON,
            board=self.board,
            stream=self.case,
            sequence=self.sequence,
            role="caseworker",
            purpose="test",
            traceparent=None,
        )
        return Received(event(case_id=self.case, **said), envelope, f"test.{self.service}.v1")


def person(
    age_band: AgeBand = AgeBand.FROM_15, gender: Gender = Gender.WOMAN, district: str = "centrum"
) -> dict[str, Any]:
    """The group facts of somebody."""
    return {"age_band": age_band, "gender": gender, "district": district}


def listed(entry: UUID, support: str, name: str, version: int = 1, **terms: Any) -> Received:
    """The board lists a support."""
    usual: dict[str, Any] = {
        "basis": direct_access.LegalBasis.DIRECT,
        "documentation": direct_access.Documentation.DOCUMENTED,
        "age_from": 15,
        "age_to": 20,
        "districts": (),
        "valid_from": date(2026, 1, 1),
        "valid_to": None,
    }
    told = {**usual, **terms, "support": support, "name": name, "catalogue_version": version}
    return Stream("direct-access", entry).says(direct_access.SupportListed, **told)


def opened_and_closed(entry: UUID, support: str, *days: tuple[date, bool]) -> list[Received]:
    """The board says from which days the support is open, or closed."""
    stream = Stream("direct-access", entry)
    stream.sequence = 1
    return [
        stream.says(direct_access.SupportOpened, support=support, day=first, opened_at=NOON)
        if is_open
        else stream.says(direct_access.SupportClosed, support=support, day=first, closed_at=NOON)
        for first, is_open in days
    ]


def direct(
    case: UUID, *, ended: EndReason | None = EndReason.COMPLETED, scores: tuple[int, ...] = (), **facts: Any
) -> list[Received]:
    """A direct support from asking to its end; the first score is taken at the start, the last one at the end."""
    stream = Stream("direct-access", case)
    story = [
        stream.says(
            direct_access.SupportRequested,
            requested_at=day(0),
            support=TALKS,
            catalogue_version=1,
            **person(**facts),
        ),
        stream.says(direct_access.TimeBooked, booked_at=day(0), starts_at=day(2)),
        stream.says(direct_access.SupportStarted, started_at=day(2), support=TALKS),
    ]
    story += measured(stream, direct_access.MeasureTaken, TALKS, scores)
    if ended is not None:
        story.append(stream.says(direct_access.SupportEnded, ended_at=day(30), support=TALKS, reason=ended))
    return story


def visit(case: UUID, *, scores: tuple[int, ...] = (), district: str = "norrhamn") -> list[Received]:
    """A visit where identity is not documented."""
    stream = Stream("direct-access", case)
    story = [
        stream.says(
            direct_access.VisitStarted,
            started_on=date(2026, 3, 2),
            support=HARBOUR,
            catalogue_version=1,
            district=district,
        )
    ]
    return story + measured(stream, direct_access.MeasureTaken, HARBOUR, scores)


def applied(case: UUID, *, scores: tuple[int, ...] = (), **facts: Any) -> tuple[list[Received], list[Received]]:
    """An application that leads to support: what intake says, and what assessment says of the same case."""
    intake_says, assessment_says = Stream("intake", case), Stream("assessment", case)
    asked = [
        intake_says.says(
            intake.ApplicationReceived,
            received_at=day(0),
            complete=True,
            wished_support=None,
            **person(AgeBand.UNKNOWN, Gender.UNKNOWN, "soderang"),
        )
    ]
    story = [
        assessment_says.says(
            assessment.InvestigationOpened,
            opened_at=day(1),
            matter=intake.Matter.APPLICATION,
            child=False,
            due_at=None,
            **person(**facts),
        ),
        assessment_says.says(
            assessment.DecisionMade,
            decided_at=day(20),
            outcome=DecisionOutcome.PARTIALLY_GRANTED,
            support=TREATMENT,
            appealable=True,
        ),
        assessment_says.says(assessment.SupportStarted, started_at=day(25), support=TREATMENT),
        *measured(assessment_says, assessment.MeasureTaken, TREATMENT, scores),
        assessment_says.says(assessment.SupportEnded, ended_at=day(90), support=TREATMENT, reason=EndReason.COMPLETED),
    ]
    return asked, story


def reported(case: UUID, **facts: Any) -> tuple[list[Received], list[Received]]:
    """A report that leads to an investigation, where the offered support is declined."""
    intake_says, assessment_says = Stream("intake", case), Stream("assessment", case)
    asked = [
        intake_says.says(
            intake.ReportReceived,
            received_at=day(0),
            source="school",
            mandatory=True,
            origin_case_id=None,
            **person(**facts),
        ),
        intake_says.says(intake.ProtectionAssessed, assessed_at=day(0), immediate_protection=False),
        intake_says.says(intake.PreliminaryAssessmentDecided, decided_at=day(9), opened=True, within_time=True),
    ]
    story = [
        assessment_says.says(
            assessment.InvestigationOpened,
            opened_at=day(9),
            matter=intake.Matter.REPORT,
            child=True,
            due_at=day(120),
            **person(**facts),
        ),
        assessment_says.says(assessment.SupportOffered, offered_at=day(40), support=TREATMENT),
        assessment_says.says(
            assessment.SupportDeclined, declined_at=day(44), support=TREATMENT, reason=DeclineReason.NO_TRUST
        ),
        assessment_says.says(assessment.InvestigationClosed, closed_at=day(50), with_support=False, within_time=True),
    ]
    return asked, story


def measured(
    stream: Stream, event: type[Published], support: str, scores: tuple[int, ...], instrument: str = "hur-har-du-det"
) -> list[Received]:
    """Measures in a row: the first at the start, the last at the end, the rest in between."""
    points = [MeasurePoint.START, *[MeasurePoint.DURING] * (len(scores) - 2), MeasurePoint.END][: len(scores)]
    return [
        stream.says(event, taken_at=day(3 + number), support=support, instrument=instrument, point=point, score=score)
        for number, (point, score) in enumerate(zip(points, scores, strict=True))
    ]
