"""The import rules hold, and nothing passes them by in silence: no unlisted package, misspelt name or empty pattern."""

import shutil
import subprocess
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
RULES = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
CONTRACTS: dict[str, dict[str, Any]] = {contract["id"]: contract for contract in RULES["contracts"]}

SERVICES = sorted(path.name for path in ROOT.glob("services/*/src/*") if path.is_dir())
LIBRARIES = sorted(path.name for path in ROOT.glob("libs/*/src/*") if path.is_dir())
PLATFORM = ["local_platform"]


def test_every_package_is_known_to_the_rules() -> None:
    assert SERVICES
    assert sorted(RULES["root_packages"]) == sorted(SERVICES + LIBRARIES + PLATFORM)


@pytest.mark.parametrize(
    ("contract", "names"), [("independence", "modules"), ("rooms", "containers"), ("http", "source_modules")]
)
def test_every_service_is_bound_by_each_rule_for_services(contract: str, names: str) -> None:
    assert sorted(CONTRACTS[contract][names]) == SERVICES


def test_every_package_stands_on_its_layer() -> None:
    layers = [sorted(part.strip() for part in layer.split("|")) for layer in CONTRACTS["libraries"]["layers"]]
    platform, services, chassis, bottom = layers
    assert (platform, services, chassis) == (PLATFORM, SERVICES, ["chassis"])
    assert bottom == [library for library in LIBRARIES if library != "chassis"]


def test_every_pattern_of_the_core_matches_a_module_in_each_service() -> None:
    patterns = [name for name in CONTRACTS["core"]["source_modules"] if "*" in name]
    assert patterns
    for pattern in patterns:
        for service in SERVICES:
            module = pattern.replace("*", service)
            assert find_spec(module) is not None, f"{module} is named by an import rule and does not exist"


def test_every_room_is_used_by_some_service() -> None:
    rooms = [room.strip(" ()") for layer in CONTRACTS["rooms"]["layers"] for room in layer.split("|")]
    for room in rooms:
        assert any(find_spec(f"{service}.{room}") for service in SERVICES), f"no service has a room called {room}"


def test_every_named_module_exists() -> None:
    named = {
        name
        for contract in RULES["contracts"]
        for key in ("modules", "containers", "source_modules", "forbidden_modules")
        for name in contract.get(key, [])
        if "*" not in name
    }
    # Clients that may come in with another package; they are spelt as their projects spell them.
    clients = {"requests", "aiohttp", "urllib3"}
    assert {
        name for name in named - clients if name not in sys.stdlib_module_names and find_spec(name) is None
    } == set()


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The code that the rules look at, to be spoilt."""
    for folder in ("services", "libs", "infra/local"):
        shutil.copytree(
            ROOT / folder,
            tmp_path / folder,
            ignore=lambda _folder, names: [name for name in names if name in ("node_modules", "__pycache__")],
        )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def lint(folder: Path) -> tuple[int, str]:
    """What the import rules say of a folder."""
    sources = [str(path.parent) for path in folder.glob("*/*/src/*") if path.is_dir()]
    done = subprocess.run(
        [shutil.which("lint-imports", path=str(Path(sys.executable).parent)) or "lint-imports", "--no-cache"],
        cwd=folder,
        env={"PYTHONPATH": ":".join(sources), "PATH": "", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_the_rules_hold(copy: Path) -> None:
    code, told = lint(copy)
    assert code == 0, told


PLANTED = (
    ("services/intake/src/intake/api.py", "import assessment.model", "independence"),
    ("services/intake/src/intake/model/report.py", "import asyncpg", "core"),
    ("services/intake/src/intake/decide/report.py", "import asyncio", "core"),
    ("services/intake/src/intake/translate.py", "import chassis.event_store", "core"),
    ("services/intake/src/intake/model/report.py", "import intake.decide", "rooms"),
    ("services/intake/src/intake/api.py", "import intake.consumer", "rooms"),
    ("services/intake/src/intake/store.py", "import httpx", "http"),
    ("libs/chassis/src/chassis/clock.py", "import intake.model", "libraries"),
    ("libs/contracts/src/contracts/envelope.py", "import chassis.clock", "libraries"),
    ("libs/statute/src/statute/clocks.py", "import asyncpg", "core"),
)


def test_planted_imports_break_their_rules(copy: Path) -> None:
    for place, line, _ in PLANTED:
        with (copy / place).open("a") as file:
            file.write(f"\n{line}\n")
    code, told = lint(copy)
    assert code != 0
    _, _, told = told.partition("Broken contracts")
    for place, line, rule in PLANTED:
        _, _, of_rule = told.partition(f"\n{CONTRACTS[rule]['name']}\n---")
        of_rule, _, _ = of_rule.partition("\n---")
        module = ".".join(Path(place).with_suffix("").parts[3:])
        assert f"{module} -> {line.removeprefix('import ')}" in of_rule, (rule, place, told)


def test_a_module_in_no_room_breaks_the_rule_of_rooms(copy: Path) -> None:
    (copy / "services/intake/src/intake/helpers.py").write_text("x = 1\n")
    code, told = lint(copy)
    assert code != 0
    assert f"{CONTRACTS['rooms']['name']} BROKEN" in told, told
