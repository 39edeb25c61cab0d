"""Starting, watching and ending: one clear line for each thing that is in the way."""

import re
import signal
import socket
from dataclasses import replace
from pathlib import Path

import pytest

from local_platform.checkout import CHECKOUT
from local_platform.kafka import require_java
from local_platform.platform import platform
from local_platform.processes import PartFailed, run_to_end, start_child, wait_until_ready
from local_platform.settings import PARTS_WITH_PORTS, REALMS, Settings, port_variable, provider_variables, read_settings
from local_platform.tools import METRICS_STORE, VIEWER, GoProgram, require_node


async def test_a_taken_port_is_named_with_its_taker_and_the_variable_to_set(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", settings.ports["followup"])), pytest.raises(PartFailed) as failure:
        async with platform(settings):
            pytest.fail("it must not start")
    line = str(failure.value)
    assert f"Port {settings.ports['followup']} for followup is taken" in line
    assert "set STODVAG_FOLLOWUP_PORT" in line
    assert "\n" not in line
    assert not (settings.home / "logs").exists()


async def test_without_java_the_line_says_so_and_names_the_way_around(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(PartFailed, match=r"Java 17 or later: install it, or set STODVAG_KAFKA"):
        async with platform(settings):
            pytest.fail("it must not start")


def test_a_java_too_old_is_as_good_as_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    java = tmp_path / "java"
    java.write_text("#!/bin/sh\necho 'openjdk version \"11.0.2\"' >&2\n")
    java.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PartFailed, match="Java 17"):
        require_java()


@pytest.mark.parametrize(
    ("program", "needed"), [(VIEWER, "Go and a C compiler"), (METRICS_STORE, "Go")], ids=["viewer", "metrics store"]
)
def test_without_go_and_a_compiler_only_what_they_build_is_missing(
    program: GoProgram, needed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(PartFailed, match=f"needs {needed}: .*everything else runs without"):
        replace(program, program=tmp_path / "not-built").require_tools()


def test_without_node_nobody_signs_in_and_a_token_is_pasted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(PartFailed, match=r"^Signing in needs Node and npm.*ask for a development token$"):
        require_node()


async def test_a_child_that_ends_too_soon_is_told_with_the_end_of_its_log(tmp_path: Path) -> None:
    child = start_child("The part", ["sh", "-c", "echo why it ended; exit 3"], tmp_path / "part.log")
    child.process.wait()

    async def never() -> bool:
        return False

    with pytest.raises(PartFailed, match="The part ended with code 3") as failure:
        await wait_until_ready(child, never, seconds=10)
    assert failure.value.log_end == "why it ended"


async def test_a_child_that_does_not_get_ready_in_time_does_not_stay(tmp_path: Path) -> None:
    child = start_child("The part", ["sleep", "60"], tmp_path / "part.log")

    async def never() -> bool:
        return False

    with pytest.raises(PartFailed, match="The part was not ready within 0 s"):
        await wait_until_ready(child, never, seconds=0.1)
    assert not child.alive


async def test_a_child_that_will_not_stop_is_killed_after_its_grace(tmp_path: Path) -> None:
    child = start_child("The part", ["sh", "-c", "trap '' TERM; echo deaf; sleep 60"], tmp_path / "part.log")

    async def is_deaf() -> bool:
        return "deaf" in child.last_lines()

    await wait_until_ready(child, is_deaf, seconds=10)
    await child.stop(grace=0.2)
    assert child.process.returncode == -signal.SIGKILL


async def test_a_command_that_fails_is_told_from_one_that_does_not(tmp_path: Path) -> None:
    assert (await run_to_end("Failing", ["false"], tmp_path / "log")).failed
    assert not (await run_to_end("Fine", ["true"], tmp_path / "log")).failed


def test_one_variable_moves_every_port_and_each_has_its_own() -> None:
    moved = read_settings({"STODVAG_GATEWAY_PORT": "9000", "STODVAG_KAFKA_PORT": "9555"}).ports
    assert moved["gateway"] == 9000
    assert moved["kafka"] == 9555
    assert set(moved.values()).isdisjoint(set(read_settings({}).ports.values()) - {9555})
    assert len(set(moved.values())) == len(PARTS_WITH_PORTS)


@pytest.mark.parametrize("value", ["", "many", "0", "70000", "-1"])
def test_a_port_that_is_none_is_told_with_its_variable(value: str) -> None:
    with pytest.raises(PartFailed, match="STODVAG_KAFKA_PORT is not a port"):
        read_settings({"STODVAG_KAFKA_PORT": value})


@pytest.mark.parametrize("value", ["", "0", "-1", "1.5", "many", "10001"])
def test_a_rate_factor_that_is_none_is_told(value: str) -> None:
    with pytest.raises(
        PartFailed, match=r"STODVAG_RATE_FACTOR is not a factor: set it to a number between 1 and 10000"
    ):
        read_settings({"STODVAG_RATE_FACTOR": value})


def test_production_rates_can_be_tried_here(tmp_path: Path) -> None:
    limits = tmp_path / "limits.toml"
    told = read_settings({"STODVAG_RATE_FACTOR": "1", "STODVAG_LIMITS": str(limits), "STODVAG_HTTPS": "1"})
    assert (told.rate_factor, told.limits, told.https) == (1, limits, True)
    assert (read_settings({}).rate_factor, read_settings({}).https) == (1000, False)


def test_a_provider_half_described_is_told_with_what_is_missing() -> None:
    whole = dict.fromkeys(provider_variables("citizens"), "/x")
    assert set(read_settings(whole).providers) == {"citizens"}
    assert read_settings({}).providers == {}
    with pytest.raises(PartFailed, match="needs STODVAG_CITIZENS_AUDIENCE as well"):
        read_settings({name: value for name, value in whole.items() if not name.endswith("_AUDIENCE")})


def test_the_readme_explains_every_variable_and_no_other() -> None:
    package = CHECKOUT / "infra" / "local" / "src" / "local_platform"
    read_here = {
        variable
        for module in ("settings.py", "postgres.py", "interfaces.py")
        for variable in re.findall(r'environ\.get\("(STODVAG_\w+)"', (package / module).read_text())
    }
    read_here |= {variable for realm in REALMS for variable in provider_variables(realm)}
    read_here |= {port_variable(part) for part in PARTS_WITH_PORTS}
    read_here |= set(re.findall(r"STODVAG_TEST_\w+", (CHECKOUT / "tests" / "conftest.py").read_text()))
    explained = set(re.findall(r"^\| `(STODVAG_\w+)`", (package.parents[1] / "README.md").read_text(), re.MULTILINE))
    assert explained == read_here


async def test_what_runs_elsewhere_needs_no_port_here(settings: Settings) -> None:
    elsewhere = replace(settings, postgres="postgresql://127.0.0.1:1/postgres", kafka="127.0.0.1:1")
    with (
        socket.create_server(("127.0.0.1", settings.ports["postgres"])),
        socket.create_server(("127.0.0.1", settings.ports["intake"])),
        pytest.raises(PartFailed, match="for intake is taken"),
    ):
        async with platform(elsewhere):
            pytest.fail("it must not start")
