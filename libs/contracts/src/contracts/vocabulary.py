"""Words that both ways to support share, so that what became of people can be compared across them."""

from enum import StrEnum
from typing import Annotated

from pydantic import StringConstraints

Sealed = Annotated[str, StringConstraints(pattern=r"^s1\.[A-Za-z0-9_-]+$", max_length=65_536)]
"""One person's personal data, sealed with that person's key in the case. Copied between services unopened."""

Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
"""A constant word in kebab-case, such as the code of a support or of a refusal."""

District = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)]
"""A district (stadsdel) of the municipality, as a code."""


class Path(StrEnum):
    """The two ways to support."""

    ASSESSED = "assessed"
    """After an investigation and a decision (individuellt behovsprövad insats, SoL 11:1)."""
    DIRECT = "direct"
    """Without individual needs assessment (insats utan individuell behovsprövning, SoL 11:5)."""


class AgeBand(StrEnum):
    """Age in bands wide enough to count with, narrow enough to learn from; the edges are those of the law."""

    UNDER_12 = "0-11"
    FROM_12 = "12-14"
    FROM_15 = "15-17"
    FROM_18 = "18-20"
    FROM_21 = "21-64"
    FROM_65 = "65+"
    UNKNOWN = "unknown"
    """Not asked or not told; always so where identity is not documented (SoL 14:5)."""

    @classmethod
    def of(cls, age: int | None) -> "AgeBand":
        """The band of an age in whole years; UNKNOWN where none is known."""
        if age is None:
            return cls.UNKNOWN
        youngest_of = {band: int(band.value.rstrip("+").partition("-")[0]) for band in cls if band is not cls.UNKNOWN}
        return max((band for band, youngest in youngest_of.items() if youngest <= age), key=youngest_of.__getitem__)


class Gender(StrEnum):
    """Gender as told by the person or the register; outcomes are split by it by default."""

    WOMAN = "woman"
    MAN = "man"
    OTHER = "other"
    UNKNOWN = "unknown"


class Speaker(StrEnum):
    """Who speaks for the person that a case is about."""

    PERSON = "person"
    GUARDIAN = "guardian"
    """A guardian (vårdnadshavare), for a child under 15."""


class MeasurePoint(StrEnum):
    """When in the support a measure was taken."""

    START = "start"
    DURING = "during"
    END = "end"


class Instrument(StrEnum):
    """The short measures in use. Published events name one by its code: a reader must bear one that is newer."""

    HUR_HAR_DU_DET = "hur-har-du-det"
    """Three questions of our own, without a licence, answered from 0 to 10 and added."""


class EndReason(StrEnum):
    """Why a support ended."""

    COMPLETED = "completed"
    """As planned together."""
    PERSON_CHOSE = "person-chose"
    """The person chose to end; the door stays open."""
    MOVED = "moved"
    OTHER_SUPPORT = "other-support"
    """Another support took over."""
    LOST_CONTACT = "lost-contact"


class DeclineReason(StrEnum):
    """Why an offered support was declined, in categories; the person's own words are kept sealed."""

    NO_TRUST = "no-trust"
    """Did not believe that it would help."""
    NOT_NOW = "not-now"
    TOO_FAR = "too-far"
    OTHER_HELP = "other-help"
    WANTED_OTHER = "wanted-other"
    """Wanted another support than the one offered."""
    NOT_SAID = "not-said"


class Ground(StrEnum):
    """The four sources that a choice of support rests on (evidence-based practice, a field term and not the Act's)."""

    RESEARCH = "research"
    WISH = "wish"
    """The person's own wish and experience."""
    SITUATION = "situation"
    """The person's situation and circumstances."""
    PROFESSION = "profession"
    """The professional's experience."""


class ReportSource(StrEnum):
    """Who reported concern for a child (orosanmälan). SoL 19:1 lists who must; everyone else should (19:4)."""

    SCHOOL = "school"
    PRESCHOOL = "preschool"
    HEALTH_CARE = "health-care"
    POLICE = "police"
    SOCIAL_SERVICES = "social-services"
    """The board's own staff, among them those who carry out direct support."""
    RELATIVE = "relative"
    PRIVATE = "private"
    OTHER = "other"


class DecisionOutcome(StrEnum):
    """How an application was decided. A partial grant refuses the rest, which is reasoned and can be appealed."""

    GRANTED = "granted"
    PARTIALLY_GRANTED = "partially-granted"
    REFUSED = "refused"


class ContactKind(StrEnum):
    """With whom an investigation was in contact (SoL 20:5, 20:6)."""

    SCHOOL = "school"
    PRESCHOOL = "preschool"
    HEALTH_CARE = "health-care"
    POLICE = "police"
    RELATIVE = "relative"
    OTHER = "other"
