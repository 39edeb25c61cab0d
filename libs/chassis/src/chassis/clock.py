"""The one place where the shell reads the clock and draws ids. The core is given both."""

from datetime import UTC, datetime
from uuid import UUID, uuid4


def now() -> datetime:
    """The present moment, aware, UTC."""
    return datetime.now(UTC)


def new_id() -> UUID:
    """A random id that tells nothing, not even when it was drawn."""
    return uuid4()
