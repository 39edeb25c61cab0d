"""What is checked in beside the contracts is what the models say."""

import json
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from jsonschema import Draft202012Validator

from contracts.asyncapi import documents
from contracts.envelope import BrokenEnvelope, Envelope
from contracts.published import UnknownType, UnreadablePayload, read, write
from contracts.registry import EVENTS, PUBLISHERS, UPCASTERS
from contracts.schemas import EXAMPLES, SCHEMAS, faults, read_example

TYPES = sorted(EVENTS)


def test_schemas_and_examples_fit_the_models() -> None:
    assert list(faults()) == []


def test_the_generated_documents_are_up_to_date() -> None:
    assert [path.name for path, text in documents().items() if path.read_text() != text] == []


@pytest.mark.parametrize("type_", TYPES)
def test_an_example_fits_its_schema_as_other_languages_read_it(type_: str) -> None:
    schema = json.loads((SCHEMAS / f"{type_}.json").read_text())
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    assert list(validator.iter_errors(json.loads((EXAMPLES / f"{type_}.json").read_text()))) == []


@pytest.mark.parametrize("type_", TYPES)
def test_what_is_written_is_read_again(type_: str) -> None:
    event = read_example(type_, (EXAMPLES / f"{type_}.json").read_text())
    assert event.type == type_
    assert read(type_, write(event), EVENTS, UPCASTERS) == event


@pytest.mark.parametrize("type_", TYPES)
def test_a_reader_passes_over_fields_that_it_does_not_know(type_: str) -> None:
    example = json.loads((EXAMPLES / f"{type_}.json").read_text())
    newer = json.dumps(example | {"from_a_later_version": {"deep": [1]}})
    assert read_example(type_, newer) == read_example(type_, json.dumps(example))


def test_a_type_is_named_after_its_publisher_and_version() -> None:
    for publisher, events in PUBLISHERS.items():
        for name in events:
            assert name.startswith(f"stodvag.{publisher}.")
            assert name.rpartition(".")[2] == "v1"


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda path: path.unlink(), "examples/{}.json is missing"),
        (lambda path: path.write_text("{}"), "examples/{}.json cannot be read: {}: cannot read"),
        (lambda path: path.write_text(path.read_text().replace('"district"', '"quarter"')), "cannot read district"),
        (
            lambda path: path.write_text(json.dumps(json.loads(path.read_text()) | {"origin_case_id": None})),
            "examples/{}.json does not use origin_case_id",
        ),
        (
            lambda path: path.with_name("stodvag.intake.gone.v1.json").write_text("{}"),
            "stodvag.intake.gone.v1 has a file",
        ),
    ],
)
def test_a_fault_in_the_examples_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, spoil: object, told: str
) -> None:
    type_ = "stodvag.intake.report-received.v1"
    for path in EXAMPLES.glob("*.json"):
        (tmp_path / path.name).write_text(path.read_text())
    monkeypatch.setattr("contracts.schemas.EXAMPLES", tmp_path)
    assert list(faults()) == []
    assert callable(spoil)
    spoil(tmp_path / f"{type_}.json")
    assert [line for line in faults() if told.format(type_, type_) in line]


def test_a_schema_that_is_not_up_to_date_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for path in SCHEMAS.glob("*.json"):
        (tmp_path / path.name).write_text(path.read_text())
    stale = tmp_path / "stodvag.intake.report-received.v1.json"
    stale.write_text(stale.read_text().replace("boolean", "integer"))
    monkeypatch.setattr("contracts.schemas.SCHEMAS", tmp_path)
    assert list(faults()) == [
        "schemas/stodvag.intake.report-received.v1.json is not up to date: run python -m contracts.schemas"
    ]


def test_an_unreadable_payload_is_told_by_its_fields_and_never_by_what_they_held() -> None:
    type_ = "stodvag.intake.report-received.v1"
    payload = (EXAMPLES / f"{type_}.json").read_text().replace('"school"', '"Anna Provsson"').encode()
    with pytest.raises(UnreadablePayload) as failure:
        read(type_, payload, EVENTS, UPCASTERS)
    assert str(failure.value) == f"{type_}: cannot read source"
    assert failure.value.__cause__ is None
    with pytest.raises(UnreadablePayload, match="cannot read payload"):
        read(type_, b"{Anna Provsson", EVENTS, UPCASTERS)


def test_an_unknown_type_is_told_apart_from_a_broken_payload() -> None:
    type_ = "stodvag.intake.report-received.v1"
    for name in ("stodvag.intake.something-new.v1", "stodvag.intake.report-received.v0"):
        with pytest.raises(UnknownType):
            read(name, b"{}", {}, {"stodvag.intake.report-received.v0": (type_, dict)})


ENVELOPE = Envelope(
    id=UUID(int=1),
    type="stodvag.intake.report-received.v1",
    source="intake",
    time=datetime(2026, 2, 2, 9, 41, 0, 123456, tzinfo=UTC),
    board=UUID(int=2),
    stream=UUID(int=3),
    sequence=7,
    role="caseworker",
    purpose="handle-report",
    traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
)


def test_an_envelope_is_read_as_it_was_written() -> None:
    assert Envelope.from_headers(ENVELOPE.to_headers()) == ENVELOPE


@pytest.mark.parametrize("header", [name for name, _ in ENVELOPE.to_headers() if name.startswith("ce_")])
def test_an_envelope_without_a_header_names_it(header: str) -> None:
    with pytest.raises(BrokenEnvelope, match=f"header {header} is missing"):
        Envelope.from_headers([(name, value) for name, value in ENVELOPE.to_headers() if name != header])


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("ce_specversion", b"0.3"),
        ("ce_id", b"Anna Provsson"),
        ("ce_time", b"2026-02-02T09:41:00"),
        ("ce_time", b"yesterday"),
        ("ce_board", b""),
        ("ce_sequence", b"one"),
        ("ce_role", b"\xff"),
    ],
)
def test_an_envelope_with_an_unreadable_header_names_it_and_never_shows_it(header: str, value: bytes) -> None:
    with pytest.raises(BrokenEnvelope) as failure:
        Envelope.from_headers([(name, value if name == header else said) for name, said in ENVELOPE.to_headers()])
    assert header in str(failure.value)
    assert "Anna" not in str(failure.value)
