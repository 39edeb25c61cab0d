"""The board's pages: its decisions, each version and why, what is open, and the catalogue as a file. In Swedish."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from chassis.auth import Principal, require
from chassis.clock import now
from chassis.commands import AtDesk, Desk, staff_origin
from chassis.decider import Refused
from chassis.forms import Form, blank_form, read_form
from chassis.interpreters import SIGN_LANGUAGE, SPOKEN
from chassis.languages import SWEDISH, name_language
from chassis.pages import format_day, go_to
from chassis.problems import Problem
from contracts.vocabulary import Code
from direct_access import store
from direct_access.messages import FIELD_OF_REFUSAL
from direct_access.model.catalogue import Evidence, Listed, SupportDecided, Terms, changed, missing
from direct_access.requests.catalogue_file import RowError, request_of
from direct_access.requests.staff import OpeningChange, SupportToDecide
from direct_access.work import deciding
from statute.clocks import stockholm_day

router = APIRouter(prefix="/personal/utbud", include_in_schema=False)

EDITOR = "catalogue_editor"
Editor = Annotated[Principal, Depends(require(EDITOR))]
SupportCode = Annotated[Code, Path()]

LABELS: Mapping[str, str] = {
    "support": "Kod i adressen",
    "version": "Version",
    "name": "Namn",
    "what": "Vad det är och vad som händer där",
    "purpose": "Syfte",
    "content": "Vad som faktiskt görs",
    "counted_as": "Räknas som",
    "method": "Metod",
    "dose": "Hur mycket och hur ofta",
    "place": "Plats",
    "needs": "Behov",
    "situation": "För vem",
    "age_from": "Från ålder",
    "age_to": "Till och med ålder",
    "districts": "Stadsdelar",
    "languages": "Språk",
    "forms": "Hur man ses",
    "capacity": "Hur man kommer dit",
    "next_steps": "Vad som händer sedan",
    "wait": "Hur lång tid det tar",
    "cost": "Kostnad",
    "provider": "Utförare",
    "basis": "Rättslig grund",
    "kind": "Slag enligt SoL 11:5",
    "documentation": "Dokumentation",
    "special_reasons": "Särskilda skäl (SoL 14:5)",
    "secrecy": "Sekretess",
    "conditions": "Nämndens villkor",
    "ksi": "KSI-kod",
    "evidence": "Kunskapsläge",
    "evidence_status": "Kunskapsläge",
    "evidence_references": "Källor",
    "valid_from": "Gäller från",
    "valid_to": "Gäller till och med",
    "decision": "Beslut",
    "reason": "Varför beslutet ändras",
}
WORDS: Mapping[str, Mapping[str, str]] = {
    "basis": {
        "direct": "Direkt, utan behovsprövning (SoL 11:5)",
        "chapter-13": "SoL 13 kap.",
        "assessed": "Efter utredning och beslut (SoL 11:1)",
        "link": "En annan väg, bara en länk",
    },
    "documentation": {
        "documented": "Dokumenteras (SoL 14:3)",
        "advice": "Rådgivning, behöver inte dokumenteras (SoL 14:4)",
        "no-identity": "Utan identitet (SoL 14:5)",
    },
    "capacity": {
        "drop-in": "Kom direkt",
        "bookable": "Boka tid",
        "waiting-list": "Kö",
        "matching": "Matchning",
        "phone": "Ring",
    },
    "needs": {
        "parenting": "Föräldraskap",
        "alcohol-drugs-gambling": "Alkohol, droger och spel",
        "violence": "Våld",
        "mental-health": "Psykisk hälsa",
        "young": "Ung",
        "money": "Pengar",
        "family": "Familj",
        "housing": "Boende",
        "loneliness": "Ensamhet",
        "leaving-crime": "Lämna kriminalitet",
    },
    "forms": {"in-person": "På plats", "digital": "Digitalt", "phone": "På telefon"},
    "secrecy": {"social-services": "OSL 26:1", "family-counselling": "Familjerådgivning, OSL 26:3"},
    "evidence_status": {
        "not-evaluated": "Inte utvärderat",
        "experience": "Beprövad erfarenhet",
        "promising": "Lovande, fler studier behövs",
        "supported": "Stöd i flera goda studier",
    },
    "content": {
        "course": "Kurs, flera deltar i ett program",
        "family-work": "Behandling med en familj tillsammans",
        "child-talks": "Samtal med barn eller unga",
        "talks": "Samtal med vuxna, par eller familjer",
        "advice": "Rådgivning",
        "meeting-place": "Mötesplats",
        "housing": "Boende",
        "contact": "Kontaktperson eller kontaktfamilj",
        "money": "Pengar",
    },
    "counted_as": {
        "family-treatment": "Familjebehandling",
        "parent-course": "Föräldrakurs",
        "talk-support": "Samtalsstöd",
        "advice": "Rådgivning",
        "open-activity": "Öppen verksamhet",
        "housing": "Boende",
        "contact": "Kontakt",
        "economic": "Ekonomiskt stöd",
    },
    "kind": {
        "open": "Inget av dem som lagen räknar upp",
        "contact-person": "Kontaktperson",
        "contact-family": "Kontaktfamilj",
        "qualified-contact-person": "Kvalificerad kontaktperson",
        "family-home": "Familjehem",
        "lvm-home": "LVM-hem",
        "special-youth-home": "Särskilt ungdomshem",
        "emergency-home": "Jourhem",
        "supported-housing": "Stödboende",
        "protected-housing": "Skyddat boende",
        "residential-care": "Annat hem för vård eller boende",
        "elderly-housing": "Särskilt boende för äldre",
        "special-housing": "Bostad med särskilt stöd",
        "round-the-clock-home": "Hem för annan heldygnsvård",
    },
}
"""What the board's pages call each word that a decision is made of."""
_LANGUAGES = {code: name_language(code) for code in (SWEDISH.code, SIGN_LANGUAGE, *SPOKEN)}


@dataclass(frozen=True, slots=True)
class Since:
    """What has been decided of a support since a form was opened: each version by its number, and what is changed."""

    decided: list[tuple[int, SupportDecided]]
    rows: list[tuple[str, str, str]]


class FileToImport(BaseModel):
    """A file that has been looked at, and is now to be carried out."""

    document: str


@router.get("")
async def show_catalogue(request: Request, desk: AtDesk, editor: Editor) -> Response:
    """Everything that the board has decided on: what holds, what is open, what is missing, where there is room."""
    moment = now()
    today, pool = stockholm_day(moment), desk.store.pool
    return desk.pages.staff(
        request,
        "board_catalogue.html",
        editor,
        today=today,
        entries=await store.list_entries(pool, editor.board, today),
        places=await store.list_places(pool, editor.board, moment),
        labels=LABELS,
        words=WORDS,
    )


@router.get("/nytt")
async def show_new(request: Request, desk: AtDesk, editor: Editor) -> Response:
    """A new decision."""
    blank = blank_form(SupportToDecide, kind="open", secrecy="social-services", languages="sv")
    return _edit_page(request, desk, editor, blank, None)


@router.post("/nytt")
async def decide_new(request: Request, desk: AtDesk, editor: Editor) -> Response:
    """Look at it, then register it."""
    return await _decide(request, desk, editor, None)


@router.get("/fil")
async def show_file(request: Request, desk: AtDesk, editor: Editor) -> Response:
    """The catalogue out to a file, and in again."""
    return _file_page(request, desk, editor)


@router.get("/fil/utbud.json")
async def export(desk: AtDesk, editor: Editor) -> Response:
    """The catalogue as a file."""
    document = await deciding.export_catalogue(desk, editor.board)
    name = f"utbud-{stockholm_day(now())}.json"
    return Response(
        document, media_type="application/json", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


@router.post("/fil")
async def import_file(request: Request, desk: AtDesk, editor: Editor) -> Response:
    """Check a file and show what it does; sent again from there, carry it out whole."""
    await request.body()
    async with request.form(max_files=1, max_fields=10) as sent:
        file = sent.get("file")
        uploaded = await file.read() if isinstance(file, UploadFile) else None
    if uploaded is not None:
        try:
            document = uploaded.decode("utf-8-sig")
        except UnicodeDecodeError:
            return _file_page(request, desk, editor, errors=[RowError(0, "file-unreadable")])
        form = blank_form(FileToImport, document=document)
    else:
        form = await read_form(request, FileToImport)
        document = form.value("document")
    if not document.strip():
        return _file_page(request, desk, editor, errors=[RowError(0, "file-missing")])
    found = await deciding.check_import(desk, editor.board, document, now())
    if found.errors:
        return _file_page(request, desk, editor, errors=found.errors)
    if form.step == "send":
        origin = await staff_origin(request, desk, editor, form.id, role=EDITOR, purpose="import-catalogue")
        try:
            await deciding.import_catalogue(desk, origin, found.rows)
        except Refused as refused:
            return _file_page(request, desk, editor, errors=[RowError(0, refused.code)])
        return go_to(request, "/personal/utbud")
    return desk.pages.staff(
        request,
        "board_import.html",
        editor,
        form=form,
        rows=[(row, _compare(row.before, row.command.terms)) for row in found.rows],
    )


@router.get("/stod/{code}")
async def show_entry(request: Request, desk: AtDesk, editor: Editor, code: SupportCode) -> Response:
    """One support: what holds, what is missing, when it is open, and every version."""
    entry = await _find(desk, editor, code)
    versions = await deciding.list_versions(desk, editor.board, code)
    today = stockholm_day(now())
    return desk.pages.staff(
        request,
        "board_support.html",
        editor,
        entry=entry,
        today=today,
        facts=[(label, value) for label, _, value in _compare(None, entry.terms)],
        missing=[LABELS[name] for name in missing(entry.terms)],
        versions=list(enumerate(versions, 1))[::-1],
    )


@router.get("/stod/{code}/versioner/{version}")
async def show_version(request: Request, desk: AtDesk, editor: Editor, code: SupportCode, version: int) -> Response:
    """A version beside the one before it: what was changed, and why."""
    versions = await deciding.list_versions(desk, editor.board, code)
    if not 1 <= version <= len(versions):
        raise Problem(404, "not-found")
    decided = versions[version - 1]
    before = versions[version - 2].terms if version > 1 else None
    return desk.pages.staff(
        request,
        "board_version.html",
        editor,
        code=code,
        version=version,
        decided=decided,
        last=len(versions),
        before=before,
        rows=_compare(before, decided.terms),
    )


@router.get("/stod/{code}/andra")
async def show_edit(request: Request, desk: AtDesk, editor: Editor, code: SupportCode) -> Response:
    """Change what the board has decided."""
    entry = await _find(desk, editor, code)
    return _edit_page(request, desk, editor, _form_of(entry), entry)


@router.post("/stod/{code}/andra")
async def decide_anew(request: Request, desk: AtDesk, editor: Editor, code: SupportCode) -> Response:
    """Look at the change, then register it."""
    return await _decide(request, desk, editor, await _find(desk, editor, code))


@router.get("/stod/{code}/oppet")
async def show_opening(request: Request, desk: AtDesk, editor: Editor, code: SupportCode) -> Response:
    """Close a support, or open it again."""
    today = stockholm_day(now())
    days = {"day-day": str(today.day), "day-month": str(today.month), "day-year": str(today.year)}
    entry = await _find(desk, editor, code)
    form = blank_form(OpeningChange, open=str(not entry.is_open(today)).lower(), **days)
    return await _opening_page(request, desk, editor, entry, form)


@router.post("/stod/{code}/oppet")
async def change_opening(request: Request, desk: AtDesk, editor: Editor, code: SupportCode) -> Response:
    """Register it."""
    entry = await _find(desk, editor, code)
    form = await read_form(request, OpeningChange)
    if form.answers is None:
        return await _opening_page(request, desk, editor, entry, form)
    origin = await staff_origin(request, desk, editor, form.id, role=EDITOR, purpose="change-opening")
    try:
        await deciding.change_opening(desk, origin, code, form.answers)
    except Refused as refused:
        if not form.holds_back(refused):
            form.add_error(FIELD_OF_REFUSAL.get(refused.code, ""), refused.code)
    except Problem as problem:
        form.add_problem(problem)
    else:
        return go_to(request, f"/personal/utbud/stod/{code}")
    return await _opening_page(request, desk, editor, entry, form)


async def _decide(request: Request, desk: Desk, editor: Principal, entry: Listed | None) -> Response:
    """A decision in three steps: the form, the page as citizens see it with what is changed, and the deed."""
    form = await read_form(request, SupportToDecide)
    if entry is not None and form.value("support") != entry.code:
        raise Problem(404, "not-found")
    if form.answers is None:
        return _edit_page(request, desk, editor, form, entry)
    at = now()
    state = entry or await deciding.find_entry(desk, editor.board, form.answers.support)
    if entry is None and isinstance(state, Listed):
        form.add_error("support", "support-listed-already")
        return _edit_page(request, desk, editor, form, entry)
    try:
        await deciding.check_decision(desk, editor.board, form.answers, at)
        if form.step == "send":
            origin = await staff_origin(request, desk, editor, form.id, role=EDITOR, purpose="decide-support")
            await deciding.decide_support(desk, origin, form.answers)
            return go_to(request, f"/personal/utbud/stod/{form.value('support')}")
    except Refused as refused:
        if refused.code == "decided-meanwhile":
            return await _meanwhile_page(request, desk, editor, form)
        if not form.holds_back(refused):
            form.add_error(FIELD_OF_REFUSAL.get(refused.code, ""), refused.code)
        return _edit_page(request, desk, editor, form, entry)
    except Problem as problem:
        form.add_problem(problem)
        return _edit_page(request, desk, editor, form, entry)
    terms = form.answers.to_command(at=at, board=editor.board).terms
    before = entry.terms if entry else None
    return desk.pages.staff(
        request,
        "board_check.html",
        editor,
        form=form,
        terms=terms,
        entry=entry,
        rows=_compare(before, terms),
        missing=[LABELS[name] for name in missing(terms)],
    )


async def _meanwhile_page(request: Request, desk: Desk, editor: Principal, form: Form[SupportToDecide]) -> Response:
    """The form with all that was typed, and what others have decided since it was opened. Sent again, it goes on."""
    entry = await _find(desk, editor, form.value("support"))
    seen = int(form.value("version"))
    versions = await deciding.list_versions(desk, editor.board, entry.code)
    if seen > len(versions):
        raise Problem(404, "not-found")
    form.add_error("", "decided-meanwhile")
    form.typed = {**form.typed, "version": [str(entry.version)]}
    since = Since(
        decided=list(enumerate(versions, 1))[seen:], rows=_compare(versions[seen - 1].terms, versions[-1].terms)
    )
    return _edit_page(request, desk, editor, form, entry, since)


def _edit_page(
    request: Request,
    desk: Desk,
    editor: Principal,
    form: Form[SupportToDecide],
    entry: Listed | None,
    since: Since | None = None,
) -> Response:
    board = next((board for board in desk.municipality.boards if board.id == editor.board), None)
    return desk.pages.staff(
        request,
        "board_edit.html",
        editor,
        form=form,
        entry=entry,
        labels=LABELS,
        words=WORDS,
        languages=sorted(_LANGUAGES.items(), key=lambda each: (each[0] != SWEDISH.code, each[1])),
        districts=board.districts if board else (),
        since=since,
        status=409 if since else form.status,
    )


async def _opening_page(
    request: Request, desk: Desk, editor: Principal, entry: Listed, form: Form[OpeningChange]
) -> Response:
    others = await store.list_catalogue(desk.store.pool, editor.board, stockholm_day(now()))
    return desk.pages.staff(
        request,
        "board_opening.html",
        editor,
        form=form,
        entry=entry,
        others=[other for other in others if other.code != entry.code],
        status=form.status,
    )


def _file_page(request: Request, desk: Desk, editor: Principal, errors: Sequence[RowError] = ()) -> Response:
    rows = [
        ("Filen" if error.row == 0 else f"Rad {error.row}", LABELS.get(error.field, error.field or "–"), error)
        for error in errors
    ]
    return desk.pages.staff(request, "board_file.html", editor, errors=rows, status=422 if errors else 200)


async def _find(desk: Desk, editor: Principal, code: str) -> Listed:
    """The board's entry.

    Raises:
        Problem: 404, the board has decided on no such support.
    """
    entry = await deciding.find_entry(desk, editor.board, code)
    if not isinstance(entry, Listed):
        raise Problem(404, "not-found")
    return entry


def _form_of(entry: Listed) -> Form[SupportToDecide]:
    """The form filled in with what holds. Why it is changed is for whoever changes it to say."""
    form = blank_form(SupportToDecide)
    typed: dict[str, list[str]] = {}
    for name, value in request_of(entry).model_dump(mode="json", exclude={"reason"}).items():
        if name == "evidence_references":
            typed[name] = ["\n".join(value)]
        elif name in {"valid_from", "valid_to"} and value:
            day = date.fromisoformat(value)
            parts = {"day": day.day, "month": day.month, "year": day.year}
            typed |= {f"{name}-{part}": [str(number)] for part, number in parts.items()}
        elif isinstance(value, list):
            typed[name] = value
        elif value is not None:
            typed[name] = [str(value)]
    form.typed = typed
    return form


def _compare(before: Terms | None, after: Terms) -> list[tuple[str, str, str]]:
    """What is changed, as (what it is called, old, new); where nothing was before, all that is said."""
    if before is not None:
        return [
            (LABELS[name], _say(name, getattr(before, name)), _say(name, getattr(after, name)))
            for name in LABELS
            if name in changed(before, after)
        ]
    told = [(name, _say(name, getattr(after, name))) for name in LABELS if name in Terms.__dataclass_fields__]
    return [(LABELS[name], "", said) for name, said in told if said and name != "reason"]


def _say(name: str, value: Any) -> str:
    """A field's value in words; empty where nothing is said."""
    match value:
        case None | "" | ():
            return ""
        case Evidence():
            return ". ".join([WORDS["evidence_status"][value.status], *value.references])
        case date():
            return format_day(value, SWEDISH)
        case tuple():
            return ", ".join(_say(name, each) for each in value)
        case StrEnum() if name in WORDS:
            return WORDS[name][value.value]
        case str() if name == "languages":
            return name_language(value)
        case _:
            return str(value)
