"""An invented board's catalogue, and people who ask: what the unit tests of direct-access begin from."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

from chassis.personal import Personal
from contracts.direct_access import Documentation, LegalBasis
from contracts.vocabulary import AgeBand, Gender
from direct_access.decide.support import AskForSupport
from direct_access.model.catalogue import Capacity, Listed, Terms, entry_id
from direct_access.model.support import InformedBy, InformedOfApplication, SupportAsked
from statute.direct import SupportKind

BOARD = UUID("0b5f7a52-6a9e-4c1e-9d57-2f0c7f0a1a01")
CASE = UUID("11111111-1111-4111-8111-111111111111")
PERSON = UUID("22222222-2222-4222-8222-222222222222")
TIME = UUID("33333333-3333-4333-8333-333333333333")
NOW = datetime(2026, 3, 10, 13, 30, tzinfo=UTC)
SEVENTEEN = date(2009, 2, 1)
FOURTEEN = date(2011, 6, 1)
ADULT = date(1988, 2, 3)

YOUTH_TALKS = Terms(
    name="Ungdomssamtal",
    what="Du träffar en av oss och pratar.",
    basis=LegalBasis.DIRECT,
    kind=SupportKind.OPEN,
    documentation=Documentation.DOCUMENTED,
    age_from=15,
    age_to=20,
    districts=("centrum", "norrhamn"),
    capacity=(Capacity.BOOKABLE,),
    valid_from=date(2026, 1, 1),
    valid_to=None,
    decision="SN 2025-11-20 § 112",
    special_reasons=None,
)
DROP_IN = replace(
    YOUTH_TALKS,
    name="Droppin Hamnen",
    documentation=Documentation.NO_IDENTITY,
    age_to=25,
    capacity=(Capacity.DROP_IN,),
    special_reasons="Unga kommer bara om de slipper säga vilka de är.",
)


def listed(terms: Terms = YOUTH_TALKS, code: str = "ungdomssamtal", version: int = 3) -> Listed:
    """An entry as the catalogue has it."""
    return Listed(board=BOARD, entry=entry_id(BOARD, code), code=code, version=version, terms=terms)


ASKER = Personal("asker", PERSON, {"name": "Alva Test", "contact": "070-174 06 05"})

ASK = AskForSupport(
    board=BOARD,
    support_id=CASE,
    entry=listed(),
    person=PERSON,
    born=SEVENTEEN,
    gender=Gender.WOMAN,
    district="centrum",
    language="sv",
    interpreter=False,
    asker=ASKER,
    chosen=None,
    informed=True,
    at=NOW,
)

ASKED = SupportAsked(
    board=BOARD,
    support_id=CASE,
    support="ungdomssamtal",
    catalogue_version=3,
    person=PERSON,
    age_band=AgeBand.FROM_15,
    gender=Gender.WOMAN,
    district="centrum",
    language="sv",
    interpreter=False,
    suitability_needed=True,
    asker=ASKER,
    asked_at=NOW,
)
TOLD_BY_PAGE = InformedOfApplication(by=InformedBy.PAGE, informed_at=NOW)
