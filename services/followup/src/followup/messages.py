"""What follow-up says: refusals by code, and how its numbers may be read. For staff, in Swedish."""

from collections.abc import Mapping
from types import MappingProxyType

MESSAGES: Mapping[str, str] = MappingProxyType(
    {
        "follow-up-already-started": "Uppföljningen har redan börjat.",
        "follow-up-time-is-over": "Tiden för uppföljning är ute. Den räknas från den dag utredningen avslutades.",
        "no-such-follow-up": "Det finns ingen uppföljning i det här ärendet.",
        "follow-up-is-over": "Uppföljningen är redan avslutad.",
    }
)


def how_to_read(few: int) -> list[str]:
    """How the results may be read, where numbers from 1 to `few` - 1 are hidden."""
    return [*_READING, f"Antal från 1 till {few - 1} visas inte, och inte heller tal som skulle avslöja dem."]


_READING = (
    "Siffrorna visar vad som hände och vad som förändrades samtidigt. De visar inte att stödet var orsaken.",
    "De två vägarna går inte att jämföra som grupper. Den som söker stöd själv och den som utreds har olika lägen.",
    "Antalet mätta och antalet som saknar mätning står alltid intill. Ju fler som saknas, desto mindre går att säga.",
    "Vi räknar insatser i ärenden. Den som erbjuds två insatser räknas i bådas rader.",
)
