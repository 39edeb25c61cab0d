"""Loads the example municipality's catalogue through the gateway."""

from local_platform.platform import Platform, Report


async def load(platform: Platform, report: Report) -> None:
    """Bring in the catalogue as a catalogue editor would."""
    report(f"Example municipality: {len(platform.settings.boards)} boards")
