"""Every route that the services serve, as they are put together, and who may use it."""

import re
from dataclasses import dataclass

from fastapi.routing import APIRoute

from assessment.main import SERVICE as ASSESSMENT
from chassis.draft_pages import draft_pages
from chassis.operations import operations_router
from direct_access.main import SERVICE as DIRECT_ACCESS
from followup.main import SERVICE as FOLLOWUP
from intake.main import SERVICE as INTAKE
from local_platform.tokens import ROLES

SERVICES = (INTAKE, ASSESSMENT, DIRECT_ACCESS, FOLLOWUP)

CASEWORKERS = frozenset({"caseworker", "qualified_caseworker"})
READERS = CASEWORKERS | {"team_lead"}
STAFF = frozenset({"activity_staff"})
ANYONE = None
CITIZENS = frozenset[str]()
"""Citizens who signed in: no role of staff's opens these."""

WHO_MAY = (
    (r"GET /inloggning", frozenset(ROLES)),
    (r"GET /mitt", CITIZENS),
    (r"\w+ (/api/[\w-]+/v1/operations|/drift)/.+", frozenset({"operations"})),
    (r"POST /api/intake/v1/(reports|applications|applications/completion)", ANYONE),
    (r"GET /api/intake/v1/supports", ANYONE),
    (r"\w+ (/ansok)?/fortsatt", ANYONE),
    (r"\w+ /(ansok|oro)(/komplettera)?", ANYONE),
    (r"GET /api/intake/v1/.+", READERS),
    (r"POST /api/intake/v1/.+", CASEWORKERS),
    (r"\w+ /handlaggare/intake.*", CASEWORKERS),
    (r"GET /api/assessment/v1/.+", READERS),
    (r"POST /api/assessment/v1/.+", CASEWORKERS),
    (r"GET /utredning(/{case_id}(/beslut)?)?", READERS),
    (r"\w+ /utredning/{case_id}/steg/{step}", CASEWORKERS),
    (r"\w+ /api/direct-access/v1/catalogue/file(/check)?", frozenset({"catalogue_editor"})),
    (r"GET /api/direct-access/v1/(catalogue|catalogue/{code}/versions|times)", ANYONE),
    (r"POST /api/direct-access/v1/catalogue(/{code}/openings)?", frozenset({"catalogue_editor"})),
    (r"POST /api/direct-access/v1/(supports|visits|visits/measures|talks)", ANYONE),
    (r"POST /api/direct-access/v1/messages/.+", frozenset({"operations"})),
    (r"\w+ /api/direct-access/v1/.+", STAFF),
    (r"\w+ /(stod.*|prata|rattigheter|tillganglighet)?", ANYONE),
    (r"\w+ /personal/utbud.*", frozenset({"catalogue_editor"})),
    (r"\w+ /personal.*", STAFF),
    (r"GET (/api/followup/v1/(results|catalogue)|/uppfoljning)", READERS | {"analyst"}),
    (r"GET (/api/followup/v1|/uppfoljning)/.+", READERS),
    (r"POST (/api/followup/v1|/uppfoljning)/.+", CASEWORKERS),
)
"""The first line that fits a method and an address says which roles may use it. A route that fits none is an error."""


@dataclass(frozen=True)
class Route:
    """One method on one address; its parameters stand in braces."""

    service: str
    method: str
    path: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def for_programs(self) -> bool:
        """Whether it is part of an API, and not a page."""
        return self.path.startswith("/api/")

    @property
    def roles(self) -> frozenset[str] | None:
        """The roles that may use it, None where nobody needs to sign in."""
        for pattern, roles in WHO_MAY:
            if re.fullmatch(pattern, str(self)):
                return roles
        raise LookupError(f"WHO_MAY does not say who may use {self}")

    def filled(self, **parameters: object) -> str:
        """Its address with these parameters."""
        return self.path.format(**parameters)

    @property
    def parameters(self) -> list[str]:
        """The names of the parameters in its address."""
        return re.findall(r"{(\w+)}", self.path)


def every_route() -> list[Route]:
    """Every route of every service, API and pages."""
    return [
        Route(service.name, method, route.path)
        for service in SERVICES
        for router in (
            *((draft_pages(service.drafts),) if service.drafts else ()),
            *service.routers,
            operations_router(service.name, service.subscriptions),
        )
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in sorted(route.methods or ())
    ]
