"""Districts, as people name them: kept unsealed, so each must be one that the municipality has."""

from uuid import UUID

from chassis.commands import Desk
from chassis.problems import problem_of_field

NO_SUCH_DISTRICT = "no-such-district"


def board_of(desk: Desk, district: str) -> UUID:
    """The board that serves a district.

    Raises:
        Problem: 422, the municipality has no such district.
    """
    try:
        return desk.municipality.board_of(district)
    except KeyError:
        raise problem_of_field("district", NO_SUCH_DISTRICT) from None


def require_district(desk: Desk, board: UUID, *districts: str, field: str = "district") -> None:
    """Take only districts that the board serves.

    Raises:
        Problem: 422, it does not serve one of them.
    """
    served = {each.code for found in desk.municipality.boards if found.id == board for each in found.districts}
    if not served.issuperset(districts):
        raise problem_of_field(field, NO_SUCH_DISTRICT)
