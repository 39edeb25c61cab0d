"""Follow-up's results as a table for the terminal."""

from local_platform.platform import Platform


async def table(platform: Platform) -> str:
    """Both ways to support side by side, from follow-up's API."""
    return f"Results: {platform.gateway.url}/uppfoljning"
