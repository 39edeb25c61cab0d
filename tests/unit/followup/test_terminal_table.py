"""The table that the platform prints says what is hidden, and how it may be read."""

from typing import Any

from local_platform.results import lay_out


def way(**numbers: int | str) -> dict[str, Any]:
    return {"total": {"numbers": numbers, "median_change": 6.0 if numbers.get("measured") else None}}


def test_both_ways_stand_side_by_side() -> None:
    found = {
        "smallest_shown": 5,
        "direct": way(reached=34, declined=0, measured=21),
        "assessed": way(reached="few", declined="few", measured=0),
        "visits_without_identity": way(reached=12, measured="protects"),
    }
    lines = lay_out("Socialnämnden Norr", found).splitlines()
    assert lines[0] == "Socialnämnden Norr: what became of people"
    assert [line.split() for line in lines[1:4]] == [
        ["direct", "assessed", "visits"],
        ["Reached", "34", "under", "5", "12"],
        ["Never", "began", "0", "under", "5"],
    ]
    assert "not shown" in next(line for line in lines if line.startswith("Measured"))
    assert next(line for line in lines if line.startswith("Median")).split()[-3:] == ["+6", "–", "+6"]
    assert "never effect" in lines[-1]


def test_a_board_without_anybody_takes_one_line() -> None:
    nobody = {"smallest_shown": 5, **dict.fromkeys(("direct", "assessed", "visits_without_identity"), way(reached=0))}
    assert lay_out("Socialnämnden Syd", nobody) == "Socialnämnden Syd: nobody yet"
