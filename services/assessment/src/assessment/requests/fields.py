"""The fields that requests have in common."""

from typing import Annotated

from pydantic import ConfigDict, Field, StringConstraints

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000)]
"""What somebody says or thinks of the person, sealed before it is kept."""
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
"""Somebody's name and title."""
Provision = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]?:[1-9][0-9]?$")]
"""Chapter and section of the Act, such as `11:1`."""
Weight = Annotated[int, Field(ge=0, le=3)]
"""0 none, 1 some, 2 clear, 3 decisive."""
Guardians = Annotated[int, Field(ge=0, le=2)]
"""How many; nobody has more than two."""

STRICT = ConfigDict(extra="forbid")
"""Nothing beside the fields that are named."""
