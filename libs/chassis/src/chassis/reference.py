"""The number that people quote when they ask about a case: the beginning of its id, short enough to read aloud."""

import re
from uuid import UUID

_WRITTEN = re.compile(r"[0-9a-f]{8}(?:[0-9a-f]{24})?")


def reference_of(case_id: UUID) -> str:
    """A case's reference, such as 7CD7-D6D8."""
    return f"{case_id.hex[:4]}-{case_id.hex[4:8]}".upper()


def read_reference(written: str) -> tuple[UUID, UUID]:
    """The first and the last id that a reference may stand for; the same twice where a whole id was written.

    Raises:
        ValueError: it is neither a reference nor an id.
    """
    digits = re.sub(r"[\s-]", "", written).lower()
    if not _WRITTEN.fullmatch(digits):
        raise ValueError("not a reference")
    return UUID(digits.ljust(32, "0")), UUID(digits.ljust(32, "f"))
