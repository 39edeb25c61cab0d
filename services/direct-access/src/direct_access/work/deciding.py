"""The board's catalogue: decisions, files, versions, and what is open."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis import event_store
from chassis.clock import now
from chassis.commands import Desk
from chassis.decider import Origin, Refused, Step
from chassis.districts import NO_SUCH_DISTRICT, require_district
from chassis.handle import Answer, handle
from chassis.problems import Problem, problem_of_field
from contracts.direct_access import LegalBasis
from direct_access import store
from direct_access.decide.catalogue import DecideSupport, decide
from direct_access.messages import FIELD_OF_REFUSAL
from direct_access.model import catalogue
from direct_access.requests.catalogue_file import RowError, read_file, write_file
from direct_access.requests.staff import OpeningChange, SupportToDecide
from direct_access.store import CATALOGUE
from statute.clocks import stockholm_day


async def decide_support(desk: Desk, origin: Origin, request: SupportToDecide) -> Answer:
    """Register the board's decision on a support.

    Raises:
        Problem: 422, a district is none of the board's.
    """
    require_district(desk, origin.board, *request.districts, field="districts")
    command = request.to_command(at=origin.at, board=origin.board)
    step = Step(decider=CATALOGUE, stream=command.entry, command=command)
    return (await handle(desk.store, origin, step, answer={"entry_id": str(command.entry)})).answer


async def check_decision(desk: Desk, board: UUID, request: SupportToDecide, at: datetime) -> None:
    """Whether a decision can be registered as the catalogue is now. Nothing is registered.

    Raises:
        Refused: the Act does not let the board decide so, or the decision contradicts itself.
        Problem: 422, a district is none of the board's.
    """
    require_district(desk, board, *request.districts, field="districts")
    decide(request.to_command(at=at, board=board), await find_entry(desk, board, request.support))


@dataclass(frozen=True, slots=True)
class ImportedRow:
    """What a row of a file does to the catalogue: a new support, a new version, or nothing."""

    command: DecideSupport
    before: catalogue.Terms | None

    @property
    def changed(self) -> tuple[str, ...]:
        """The fields that become others; none of a new support."""
        return catalogue.changed(self.before, self.command.terms) if self.before else ()

    @property
    def does_something(self) -> bool:
        """Whether the catalogue becomes another."""
        return self.before is None or bool(self.changed)


@dataclass(frozen=True, slots=True)
class Import:
    """A file that has been checked against the catalogue as it is now. With errors it is not carried out at all."""

    rows: list[ImportedRow]
    errors: list[RowError]


async def check_import(desk: Desk, board: UUID, text: str, at: datetime) -> Import:
    """What a file would do, and all that is wrong with it: what cannot be read, and what the Act or policy refuses."""
    read = read_file(text)
    districts = {each.code for known in desk.municipality.boards if known.id == board for each in known.districts}
    rows, errors = [], list(read.errors)
    for number, row in read.rows.items():
        if not districts.issuperset(row.districts):
            errors.append(RowError(number, NO_SUCH_DISTRICT, "districts"))
        command = row.to_command(at=at, board=board)
        entry = await find_entry(desk, board, row.support)
        try:
            decide(command, entry)
        except Refused as refused:
            errors.append(RowError(number, refused.code, FIELD_OF_REFUSAL.get(refused.code, "")))
        rows.append(ImportedRow(command, entry.terms if isinstance(entry, catalogue.Listed) else None))
    return Import(rows, sorted(errors, key=lambda error: error.row))


async def import_catalogue(desk: Desk, origin: Origin, rows: Sequence[ImportedRow]) -> Answer:
    """Register every decision of a checked file in one piece of work: all of them, or none."""
    decided = [row for row in rows if row.does_something]
    # When it comes again nothing is left to do, and the first row alone leads to the answer of then.
    steps = [Step(decider=CATALOGUE, stream=row.command.entry, command=row.command) for row in decided or rows[:1]]
    return (await handle(desk.store, origin, *steps, answer={"decided": len(decided)})).answer


async def export_catalogue(desk: Desk, board: UUID) -> str:
    """What the board has decided on, as a file."""
    codes = [entry.code for entry in await store.list_entries(desk.store.pool, board, stockholm_day(now()))]
    entries = [await find_entry(desk, board, code) for code in codes]
    return write_file([entry for entry in entries if isinstance(entry, catalogue.Listed)])


async def find_entry(desk: Desk, board: UUID, code: str) -> catalogue.State:
    """A support as the board's catalogue has it now."""
    entry = catalogue.entry_id(board, code)
    return (await event_store.load(desk.store.pool, board, entry, CATALOGUE)).state


async def list_versions(desk: Desk, board: UUID, code: str) -> list[catalogue.SupportDecided]:
    """What the board has decided of a support, each version in its order: the first is number 1.

    A case is read under the version that it recorded, whatever has been decided since.

    Raises:
        Problem: 404, the board has decided on no such support.
    """
    entry = catalogue.entry_id(board, code)
    history = await event_store.history(desk.store.pool, board, entry, CATALOGUE)
    versions = [recorded.event for recorded in history if isinstance(recorded.event, catalogue.SupportDecided)]
    if not versions:
        raise Problem(404, "not-found")
    return versions


async def change_opening(desk: Desk, origin: Origin, code: str, request: OpeningChange) -> Answer:
    """Close a support from a day on, or open it again.

    Raises:
        Problem: 404, the board has no such support; 422, what is named instead is none of its supports.
    """
    if isinstance(await find_entry(desk, origin.board, code), catalogue.Undecided):
        raise Problem(404, "not-found")
    if request.instead is not None and isinstance(
        await find_entry(desk, origin.board, request.instead), catalogue.Undecided
    ):
        raise problem_of_field("instead", "no-such-support")
    entry = catalogue.entry_id(origin.board, code)
    step = Step(decider=CATALOGUE, stream=entry, command=request.to_command(at=origin.at))
    return (await handle(desk.store, origin, step, answer={"entry_id": str(entry)})).answer


async def list_wishable(desk: Desk, board: UUID) -> list[store.Entry]:
    """What can be applied for on the board today."""
    entries = await store.list_catalogue(desk.store.pool, board, stockholm_day(now()))
    return [entry for entry in entries if entry.basis == LegalBasis.ASSESSED]
