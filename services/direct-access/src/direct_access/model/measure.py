"""A short measure of our own and without a licence: `hur-har-du-det`, three questions answered from 0 to 10."""

from dataclasses import dataclass

from contracts.vocabulary import Instrument

INSTRUMENT = Instrument.HUR_HAR_DU_DET
HIGHEST_ANSWER = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """The three answers, each from 0 to 10, higher is better. They are added and not kept one by one.

    Raises:
        ValueError: an answer lies outside the scale. The text does not repeat it.
    """

    wellbeing: int
    """How one is (hur man mår)."""
    relations: int
    """How things are at home and with the people who matter."""
    days: int
    """How the days go: school, work or what else fills them."""

    def __post_init__(self) -> None:
        if any(not 0 <= answer <= HIGHEST_ANSWER for answer in (self.wellbeing, self.relations, self.days)):
            raise ValueError("each answer lies between 0 and 10")

    @property
    def score(self) -> int:
        """The sum, from 0 to 30."""
        return self.wellbeing + self.relations + self.days
