"""The example municipality's catalogue is one that the Act allows, and is completely described but for KSI codes."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.unit.direct_access.a_catalogue import BOARD, NOW

from direct_access.model.catalogue import missing
from direct_access.requests.staff import SupportToDecide
from direct_access.store import CATALOGUE

ROWS: list[dict[str, Any]] = tomllib.loads(Path("infra/example/catalogue.toml").read_text())["supports"]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row["support"]))
def test_each_support_can_be_decided_and_nothing_is_missing_but_a_ksi_code(row: dict[str, Any]) -> None:
    told = {name: value for name, value in row.items() if name != "boards"}
    request = SupportToDecide(**told, valid_from=date(2025, 7, 1), decision="SN 2025-05-20 § 1")
    command = request.to_command(at=NOW, board=BOARD)
    assert len(CATALOGUE.decide(command, CATALOGUE.initial)) == 1
    # Which KSI codes they have is not known here for certain, and none is made up: the board's page says so.
    assert set(missing(command.terms)) <= {"ksi"}
    assert command.terms.ksi == ""
