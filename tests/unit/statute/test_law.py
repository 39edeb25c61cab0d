"""The page about the law follows from the rules and the tree."""

import subprocess
import sys
from pathlib import Path

from statute.law import CHAPTERS, law_page, read_mentions, rules

ROOT = Path(__file__).parents[3]

RULES = """
from statute.rules import Rule
def answer(day):
    return _inner(day)
def _inner(day):
    return DIRECT_CHILD_CONSENT.on(day)
def other(day):
    return ADULT.on(day)
"""


def plant(root: Path, path: str, text: str) -> None:
    """Write a file and the folders above it."""
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text, encoding="utf-8")


def row_of(page: str, rule_id: str) -> str:
    """The row of the newest version of a rule."""
    return next(line for line in page.splitlines() if f"`{rule_id}`" in line)


def test_a_row_names_the_functions_the_services_and_the_tests(tmp_path: Path) -> None:
    plant(tmp_path, "libs/statute/src/statute/consent.py", RULES)
    plant(tmp_path, "libs/statute/src/statute/direct.py", "from statute.consent import DIRECT_CHILD_CONSENT\n")
    plant(tmp_path, "services/one/src/one/decide.py", "from statute.consent import answer\n")
    plant(tmp_path, "services/two/src/two/decide.py", "from statute.consent import other\n")
    plant(tmp_path, "libs/three/src/three/use.py", "from statute.consent import DIRECT_CHILD_CONSENT\n")
    plant(tmp_path, "tests/test_one.py", "from statute.consent import DIRECT_CHILD_CONSENT\n")
    plant(tmp_path, "tests/test_two.py", 'assert found == "direct-own-consent-from-15"\n')
    plant(tmp_path, "tests/test_three.py", "DIRECT_CHILD_CONSENT = 3\n")
    row = row_of(law_page(tmp_path), "direct-own-consent-from-15")
    assert row.endswith("| `answer` | `one.decide`<br>`three.use` | `tests/test_one.py`<br>`tests/test_two.py` |"), row


def test_a_rule_that_nothing_uses_is_shown_as_such(tmp_path: Path) -> None:
    assert row_of(law_page(tmp_path), "direct-own-consent-from-15").endswith("| – | – | – |")


def test_every_version_of_a_rule_has_its_row_with_its_days(tmp_path: Path) -> None:
    rows = [line for line in law_page(tmp_path).splitlines() if "`must-report`" in line]
    assert [row.split(" | ")[3] for row in rows] == ["2026-01-01 –", "2025-07-01 – 2025-12-31"]


def test_every_rule_is_tested_and_answered_or_a_clock() -> None:
    mentions = read_mentions(ROOT)
    answered, tested = (frozenset().union(*found.values()) for found in (mentions.answered_by, mentions.tested_in))
    clocks = {name for chapter, name, _ in rules() if chapter == "Clocks"}
    for _, name, rule in rules():
        assert name in tested or rule.id in tested, f"no test names {name}"
        assert name in answered | clocks, f"no function answers with {name}"


def test_every_module_of_rules_has_a_chapter() -> None:
    listed = {Path(module.__file__ or "").name for _, module in CHAPTERS}
    holding_rules = {
        path.name for path in (ROOT / "libs/statute/src/statute").glob("*.py") if "\n    reference=" in path.read_text()
    }
    assert listed == holding_rules


def run_law(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command, run in `root`."""
    command = [sys.executable, "-m", "statute.law", *arguments]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)


def test_check_passes_on_a_fresh_page_and_fails_on_a_stale_one(tmp_path: Path) -> None:
    plant(tmp_path, "docs/law.md", "old")
    stale = run_law(tmp_path, "--check")
    assert stale.returncode == 1
    assert "docs/law.md is out of date" in stale.stderr
    assert (tmp_path / "docs/law.md").read_text() == "old"
    assert run_law(tmp_path).returncode == 0
    assert run_law(tmp_path, "--check").returncode == 0
