"""The catalogue as people and staff find it."""

from dataclasses import asdict

from chassis.decider import Rows
from direct_access.model.catalogue import Listed, State, missing


def rows(state: State) -> Rows:
    """An entry as the board decided it last."""
    if not isinstance(state, Listed):
        return {}
    terms = state.terms
    evidence = terms.evidence
    row = {
        **{name: value for name, value in asdict(terms).items() if name != "evidence"},
        "evidence_status": evidence.status if evidence else None,
        "evidence_references": evidence.references if evidence else (),
        "missing": missing(terms),
        "board_id": state.board,
        "entry_id": state.entry,
        "code": state.code,
        "version": state.version,
    }
    openings = [{"board_id": state.board, "entry_id": state.entry, **asdict(opening)} for opening in state.openings]
    return {"catalogue": [row], "catalogue_openings": openings}
