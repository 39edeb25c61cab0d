"""From the Act's answer to this service's: a no stops the command with its paragraph and its alternatives."""

from chassis.decider import Refused
from statute.answers import Allowed, Refusal


def obey(answer: Allowed | Refusal) -> Allowed:
    """The Act's yes.

    Raises:
        Refused: the Act's no.
    """
    match answer:
        case Allowed():
            return answer
        case Refusal(code=code, rule=rule, instead=instead):
            raise Refused(code, rule.reference, tuple(str(alternative) for alternative in instead))
