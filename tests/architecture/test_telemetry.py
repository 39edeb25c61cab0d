"""What is told of the platform, held against the conventions, and what the code expects against what there is."""

import json
import pkgutil
import re
from importlib import import_module

import opentelemetry.semconv._incubating.attributes as developing
import opentelemetry.semconv.attributes as stable
import pytest

from assessment.main import SERVICE as ASSESSMENT
from chassis import metrics
from chassis.health import MIGRATIONS
from chassis.service import Service
from chassis.telemetry import ALLOWED
from chassis.tracing import RESOURCE
from direct_access.main import SERVICE as DIRECT_ACCESS
from followup.main import SERVICE as FOLLOWUP
from intake.main import SERVICE as INTAKE
from local_platform.metrics import DASHBOARDS
from local_platform.services import migration_folders

ASKED = re.compile(r"\b((?:http|messaging|stodvag)_\w+?)(?:_seconds)?(?:_bucket|_count|_total)?\b")
TELLS_TOO_MUCH = re.compile(
    r"url\.(full|path|query)|^client\.|user|enduser|session|db\.(query\.(text|parameter)|statement)|exception\.|message\.(id|key|body)"
)


@pytest.mark.parametrize("service", [INTAKE, ASSESSMENT, DIRECT_ACCESS, FOLLOWUP], ids=lambda each: each.name)
def test_a_service_expects_the_migrations_that_there_are(service: Service) -> None:
    shared, own = migration_folders(service.name)
    assert len(list(shared.glob("*.sql"))) == MIGRATIONS
    assert len(list(own.glob("*.sql"))) == service.migrations, "set Service(migrations=…) in its main.py"


def test_attributes_are_the_conventions_or_our_own() -> None:
    known = set()
    for package in (stable, developing):
        for module in pkgutil.iter_modules(package.__path__):
            names = vars(import_module(f"{package.__name__}.{module.name}"))
            known |= {value for name, value in names.items() if name.isupper() and isinstance(value, str)}
    for allowed in (ALLOWED, metrics.ALLOWED, RESOURCE):
        assert {name for name in allowed if not name.startswith("stodvag.")} <= known


def test_no_list_lets_through_what_may_tell_of_a_person() -> None:
    listed = ALLOWED | metrics.ALLOWED | RESOURCE
    assert [name for name in listed if TELLS_TOO_MUCH.search(name)] == []


def test_dashboards_ask_for_what_is_measured_by_what_it_is_told_apart() -> None:
    # The store adds the unit, and what a histogram or a counter is made of.
    instruments = {each._name.replace(".", "_") for each in vars(metrics).values() if hasattr(each, "_name")}
    labels = {name.replace(".", "_") for name in metrics.ALLOWED | RESOURCE} | {"le"}
    asked = set[str]()
    for file in DASHBOARDS.glob("*.json"):
        for row in json.loads(file.read_text())["rows"]:
            for panel in row["panels"]:
                asked |= {found for expression in panel["expr"] for found in ASKED.findall(expression)}
    asked -= labels
    assert asked
    assert asked <= instruments
