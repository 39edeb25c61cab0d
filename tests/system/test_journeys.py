"""Each journey, through the gateway, across the services."""

import pytest

from local_platform.journeys import JOURNEYS, Journey
from local_platform.player import Player

pytestmark = pytest.mark.xdist_group("shared-platform")


@pytest.mark.parametrize("journey", [pytest.param(journey, id=journey.__name__) for journey in JOURNEYS])
async def test_a_journey_ends_as_it_should(journey: Journey, player: Player) -> None:
    await journey(player)
