"""Follow-up for programs: the results of both ways, what is known of a case, and children's follow-ups."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict

from chassis.commands import AtDesk
from chassis.http import IdempotencyKey
from contracts.followup import FollowUpEnd
from contracts.vocabulary import (
    AgeBand,
    Code,
    DecisionOutcome,
    DeclineReason,
    District,
    EndReason,
    Gender,
    MeasurePoint,
    Path,
)
from followup import work
from followup.messages import how_to_read
from followup.requests import EndRequest
from followup.views.results import SHARES, By, Line, WayResults, shares
from followup.views.small_cells import Number
from followup.work import CaseReader, Caseworker, Found, Reader

router = APIRouter(prefix="/api/followup/v1", tags=["follow-up"])


class LineDocument(BaseModel):
    """One row: each number, or why it is hidden: `few` is small itself, `protects` would tell of a small one."""

    numbers: Mapping[str, Number]
    shares: Mapping[str, float | None]
    """From 0 to 1, of the number named in `share_of`; null where it may not be told, or there is nothing to share."""
    median_change: float | None
    """In the instrument's own points. Null where it may not be told, or several instruments were used."""


class GroupDocument(LineDocument):
    """A support in one group."""

    group: str
    name: str | None
    """A district's name; null for other groups."""


class SupportDocument(LineDocument):
    """One support on one way."""

    support: str | None
    """Its code; null for cases without a support."""
    name: str | None
    groups: list[GroupDocument] | None
    """Null where it was not asked for, or where it may not be told."""


class WayDocument(BaseModel):
    """One way to support."""

    path: Path
    total: LineDocument
    supports: list[SupportDocument] | None
    """Null where they may not be told apart."""
    decline_reasons: Mapping[str, Number] | None
    """Why people said no, and `before-start` where a support ended before it began. Null where it may not be told."""


class ResultsDocument(BaseModel):
    """Both ways side by side, counted in supports of cases, and visits without identity in visits."""

    reading: list[str]
    """How the numbers may be read, in Swedish. Show it with them."""
    smallest_shown: int
    """Numbers from one up to, but not including, this are hidden."""
    by: By | None
    share_of: Mapping[str, str]
    direct: WayDocument
    assessed: WayDocument
    visits_without_identity: WayDocument


class BoardDocument(BaseModel):
    """What one board gives today. Supports are counted, never people."""

    model_config = ConfigDict(from_attributes=True)

    board: UUID
    name: str
    supports: int
    by_basis: Mapping[str, int]
    by_need: Mapping[str, int]
    """A support that is for several needs is counted in each."""
    without_identity: int
    with_conditions: int
    open_now: int
    complete_share: float | None
    """From 0 to 1; null where no support has told whether it is completely described."""


class SupportOfCase(BaseModel):
    """What became of one support in a case. Days are Europe/Stockholm."""

    model_config = ConfigDict(from_attributes=True)

    support: Code
    asked_on: date | None
    offered_on: date | None
    granted_on: date | None
    declined_on: date | None
    decline_reason: DeclineReason | None
    started_on: date | None
    ended_on: date | None
    end_reason: EndReason | None


class MeasureOfCase(BaseModel):
    """One answer to a measure. Higher is better."""

    model_config = ConfigDict(from_attributes=True)

    support: Code
    instrument: Code
    point: MeasurePoint
    score: int
    taken_on: date


class CaseDocument(BaseModel):
    """What follow-up knows of a case: days and group facts, nothing else."""

    model_config = ConfigDict(from_attributes=True)

    case_id: UUID
    path: Path
    came: str | None
    """application, report, request, talk or visit; null until that has been heard."""
    asked_on: date | None
    opened_on: date | None
    decided_on: date | None
    outcome: DecisionOutcome | None
    closed_on: date | None
    age_band: AgeBand | None
    gender: Gender | None
    district: District | None
    supports: list[SupportOfCase]
    measures: list[MeasureOfCase]


class FollowUpDocument(BaseModel):
    """Follow-up of a child's situation (SoL 23 kap.). Days are Europe/Stockholm."""

    model_config = ConfigDict(from_attributes=True)

    case_id: UUID
    started_on: date
    last_day: date
    warned: bool
    """The last day is near."""
    ended_on: date | None
    reason: FollowUpEnd | None


class Done(BaseModel):
    """It was recorded."""

    case_id: UUID


@router.get("/results")
async def read_results(desk: AtDesk, principal: Reader, by: Annotated[By | None, Query()] = None) -> ResultsDocument:
    """What became of people on both ways. Numbers show change and association, never effect."""
    found = await work.find_results(desk, principal.board, by)
    return ResultsDocument(
        reading=how_to_read(found.rule.value),
        smallest_shown=found.rule.value,
        by=by,
        share_of=SHARES,
        direct=_way(found.results.direct, found),
        assessed=_way(found.results.assessed, found),
        visits_without_identity=_way(found.results.visits, found),
    )


@router.get("/catalogue")
async def compare_boards(desk: AtDesk, _reader: Reader) -> list[BoardDocument]:
    """The boards' catalogues side by side: how broad each is, and on which conditions."""
    compared = await work.compare_boards(desk)
    return [BoardDocument(board=board.id, name=board.name, **asdict(found)) for board, found in compared]


@router.get("/cases/{case_id}")
async def read_case(desk: AtDesk, principal: CaseReader, case_id: UUID) -> CaseDocument:
    """What follow-up has heard of a case."""
    return CaseDocument.model_validate(await work.find_case(desk, principal.board, case_id))


@router.get("/child-follow-ups")
async def read_follow_ups(desk: AtDesk, principal: CaseReader) -> list[FollowUpDocument]:
    """Running follow-ups of children, the nearest last day first, then those that ended in the last sixty days."""
    return [FollowUpDocument.model_validate(each) for each in await work.list_follow_ups(desk, principal.board)]


@router.get("/child-follow-ups/{case_id}")
async def read_follow_up(desk: AtDesk, principal: CaseReader, case_id: UUID) -> FollowUpDocument:
    """The follow-up of one child."""
    return FollowUpDocument.model_validate(await work.find_follow_up(desk, principal.board, case_id))


@router.post("/child-follow-ups/{case_id}/end")
async def end_follow_up(
    request: Request, desk: AtDesk, key: IdempotencyKey, principal: Caseworker, case_id: UUID, body: EndRequest
) -> Done:
    """End a follow-up before its last day (SoL 23:5)."""
    await work.end_follow_up(request, desk, principal, key, case_id, body.reason)
    return Done(case_id=case_id)


def _way(way: WayResults, found: Found) -> WayDocument:
    supports = None
    if way.supports is not None:
        supports = [_support(code, way.supports[code], found) for code in found.in_order(way.supports)]
    return WayDocument(
        path=way.path, total=LineDocument(**_line(way.total)), supports=supports, decline_reasons=way.decline_reasons
    )


def _support(code: str, line: Line, found: Found) -> SupportDocument:
    groups = None
    if line.groups is not None:
        groups = [
            GroupDocument(group=group, name=name, **_line(line.groups[group]))
            for group, name in found.groups_in_order(line.groups)
        ]
    return SupportDocument(support=code or None, name=found.names.get(code), groups=groups, **_line(line))


def _line(line: Line) -> dict[str, Any]:
    return {"numbers": line.numbers, "shares": shares(line), "median_change": line.median_change}
