"""What direct-access publishes, as another service hears it: read as from Kafka."""

from datetime import date
from typing import Any
from uuid import UUID, uuid5

from chassis.clock import now
from chassis.handle import Store
from chassis.inbox import Arrival, Standing, read_record
from chassis.listed_supports import LISTED_SUPPORTS
from chassis.subscriptions import take_one
from contracts.direct_access import Documentation, LegalBasis, SupportListed
from contracts.envelope import Envelope
from contracts.published import Published, write


async def list_support(
    store: Store, board: UUID, code: str, name: str, basis: LegalBasis = LegalBasis.ASSESSED, **changes: Any
) -> None:
    """The board decides on a support. `changes` are fields of the event; `catalogue_version` counts the decisions."""
    entry = uuid5(board, code)
    event = SupportListed(
        case_id=entry,
        support=code,
        name=name,
        basis=basis,
        documentation=Documentation.DOCUMENTED,
        age_from=None,
        age_to=None,
        districts=(),
        valid_from=date(2025, 7, 1),
        valid_to=None,
        catalogue_version=1,
    ).model_copy(update=changes)
    arrival = from_direct_access(board, event, LISTED_SUPPORTS.handles, sequence=event.catalogue_version)
    assert await take_one(store, LISTED_SUPPORTS, arrival) is Standing.NEXT


def from_direct_access(
    board: UUID, event: Published, handles: frozenset[type[Published]], *, sequence: int = 1
) -> Arrival:
    """An event as it arrives at a subscription that handles those types; the same one again for the same case."""
    envelope = Envelope(
        id=uuid5(event.case_id, f"{event.type} {sequence}"),
        type=event.type,
        source="direct-access",
        time=now(),
        board=board,
        stream=event.case_id,
        sequence=sequence,
        role="activity_staff",
        purpose="give-support",
        traceparent=None,
    )
    return read_record("t.direct-access.v1", str(event.case_id), envelope.to_headers(), write(event), handles)
