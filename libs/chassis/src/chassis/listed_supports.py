"""What the boards' catalogues list, as services other than direct-access know it: heard over Kafka, kept in a table.

The code of a support stands unsealed in events. It is therefore taken from what a board has decided on, and nothing
that somebody writes in its place is kept. Nothing else of direct-access is kept here: its other events are passed over.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from pydantic_core import to_json

from chassis.database import Connection, Pool, on_board
from chassis.languages import swedish_order
from chassis.received import Received
from chassis.subscriptions import Projection
from contracts.direct_access import LegalBasis, SupportListed

TABLES = ("listed_supports",)
_LISTED = """
    select support as code, name, basis from listed_supports
    where valid_from <= $1 and (valid_to is null or $1 <= valid_to)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedSupport:
    """A support that a board gives, under the name that the board has decided on."""

    code: str
    name: str
    basis: LegalBasis


async def _save(connection: Connection, received: Sequence[Received]) -> None:
    newest: dict[str, SupportListed] = {}
    for event in sorted(
        (each.event for each in received if isinstance(each.event, SupportListed)),
        key=lambda event: event.catalogue_version,
    ):
        newest[event.support] = event
    rows = [
        {
            "support": event.support,
            "version": event.catalogue_version,
            "name": event.name,
            "basis": event.basis,
            "valid_from": event.valid_from,
            "valid_to": event.valid_to,
        }
        for event in newest.values()
    ]
    await connection.execute("select save_listed_supports($1)", to_json(rows).decode())


LISTED_SUPPORTS = Projection(
    name="listed-supports",
    topics=("direct-access",),
    handles=frozenset({SupportListed}),
    apply=_save,
    keeps="handled",
)
"""The catalogue. Its tables are `TABLES`."""


async def list_supports(
    pool: Pool, boards: Collection[UUID], day: date, bases: Collection[LegalBasis]
) -> list[ListedSupport]:
    """The supports that these boards give on a day, on one of these bases; each code once, in Swedish order."""
    found: dict[str, ListedSupport] = {}
    for board in boards:
        async with on_board(pool, board) as connection:
            for row in await connection.fetch(_LISTED, day):
                if row["basis"] in bases:
                    found.setdefault(row["code"], ListedSupport(**{**row, "basis": LegalBasis(row["basis"])}))
    return sorted(found.values(), key=lambda each: swedish_order(each.name))
