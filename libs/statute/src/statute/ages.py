"""How old someone is on a day, and from when a child speaks for itself."""

from __future__ import annotations

from datetime import date, timedelta

from statute.rules import Certainty, Rule

ADULT = Rule(
    id="child-under-18",
    reference="SoL 3:1",
    title="Barn är den som är under 18 år",
    says="A child is a person under 18.",
    certainty=Certainty.CERTAIN,
    value=18,
)

OWN_VOICE = Rule(
    id="own-voice-at-15",
    reference="SoL 3:4",
    title="Rätt att föra sin egen talan",
    says="A child who has turned 15 speaks for itself in cases under this Act.",
    certainty=Certainty.CERTAIN,
    value=15,
)

YOUTH = Rule(
    id="youth-under-21",
    reference="SoL 11:5",
    title="Unga mellan 18 och 20 år",
    says="Youth (unga) are persons who have turned 18 but not 21.",
    certainty=Certainty.INFERENCE,
    value=21,
    note="The text says between 18 and 20 years; we read it as up to the 21st birthday.",
)

LEAP_DAY = Rule(
    id="leap-day-birthday",
    reference="lag (1930:173) 1 §",
    title="Född på skottdagen",
    says="Who was born on 29 February turns a year older on 28 February in years without that day.",
    certainty=Certainty.FROM_MEMORY,
    value=28,
    note="The month's last day stands in for a day that the month lacks, as for the clocks.",
)


def birthday(born: date, age: int) -> date:
    """The day on which someone turns `age` years; born on 29 February: 28 February in years without it (LEAP_DAY)."""
    year = born.year + age
    try:
        return born.replace(year=year)
    except ValueError:
        return date(year, 2, LEAP_DAY.value)


def age_on(born: date, day: date) -> int:
    """Whole years lived on `day` (Europe/Stockholm), by the registered birth date; ValueError before birth.

    The registered date decides, not the personal number, whose day may be a nearby one (folkbokföringslagen 18 §).
    """
    if day < born:
        raise ValueError("The day lies before the birth date")
    years = day.year - born.year
    return years if birthday(born, years) <= day else years - 1


def is_child(born: date, day: date) -> bool:
    """Whether the person is a child, under 18, on `day` (SoL 3:1)."""
    return age_on(born, day) < ADULT.on(day).value


def is_child_or_youth(born: date, day: date) -> bool:
    """Whether the person is a child or a youth (barn eller ung), under 21, on `day`."""
    return age_on(born, day) < YOUTH.on(day).value


def has_own_voice(born: date, day: date) -> bool:
    """Whether the person speaks for itself, having turned 15, on `day` (SoL 3:4)."""
    return age_on(born, day) >= OWN_VOICE.on(day).value


def earliest_turning(age: int, oldest: int, day: date) -> date:
    """The first day on which anybody can have turned `age` who was at most `oldest`, and younger than that, on `day`.

    It follows from a group's age alone, so it tells nothing of anybody's birth date.
    """
    return birthday(day, age - 1 - oldest) + timedelta(days=1)
