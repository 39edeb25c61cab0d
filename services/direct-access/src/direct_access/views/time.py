"""The times that can be booked."""

from chassis.decider import Rows
from direct_access.model.time import Offered, State


def rows(state: State) -> Rows:
    """A time and how many seats are left in it."""
    if not isinstance(state, Offered):
        return {}
    offer = state.offer
    row = {
        "board_id": offer.board,
        "time_id": offer.time,
        "support": offer.support,
        "district": offer.district,
        "place": offer.place,
        "starts_at": offer.starts_at,
        "minutes": offer.minutes,
        "seats": offer.seats,
        "seats_left": state.left,
    }
    return {"times": [row]}
