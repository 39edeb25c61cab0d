"""Every command of an investigation, and the function that decides it."""

from typing import assert_never

from assessment.decide import choice, closing, inquiry, support
from assessment.decide.choice import Communicate, Decide, ProposeSupport, RecordAnswer
from assessment.decide.closing import CloseWithoutSupport, DecideFollowUp, RecordReceipt
from assessment.decide.inquiry import (
    AssessNeed,
    ExtendTime,
    HearChild,
    InformConcerned,
    OpenInvestigation,
    PassClock,
    RecordContact,
    StateWhyNotHeard,
    StateWish,
    WarnOfClock,
    WithholdInformation,
)
from assessment.decide.support import (
    AcceptOffer,
    DeclineOffer,
    EndSupport,
    OfferSupport,
    StartSupport,
    TakeMeasure,
)
from assessment.model.events import Event
from assessment.model.investigation import State

OfficersCommand = (
    InformConcerned
    | WithholdInformation
    | RecordContact
    | HearChild
    | StateWhyNotHeard
    | AssessNeed
    | StateWish
    | ExtendTime
    | ProposeSupport
    | Communicate
    | RecordAnswer
    | OfferSupport
    | AcceptOffer
    | DeclineOffer
    | Decide
    | RecordReceipt
    | StartSupport
    | TakeMeasure
    | EndSupport
    | CloseWithoutSupport
    | DecideFollowUp
)
Command = OfficersCommand | OpenInvestigation | WarnOfClock | PassClock


def decide(command: Command, state: State) -> list[Event]:  # noqa: C901, PLR0912  # one branch for each command
    """What a command makes happen.

    Raises:
        Refused: the command must not be carried out.
    """
    match command:
        case OpenInvestigation():
            return inquiry.open_investigation(command, state)
        case InformConcerned():
            return inquiry.inform_concerned(command, state)
        case WithholdInformation():
            return inquiry.withhold_information(command, state)
        case RecordContact():
            return inquiry.record_contact(command, state)
        case HearChild():
            return inquiry.hear_child(command, state)
        case StateWhyNotHeard():
            return inquiry.state_why_not_heard(command, state)
        case AssessNeed():
            return inquiry.assess_need(command, state)
        case StateWish():
            return inquiry.state_wish(command, state)
        case ExtendTime():
            return inquiry.extend_time(command, state)
        case WarnOfClock():
            return inquiry.warn_of_clock(command, state)
        case PassClock():
            return inquiry.pass_clock(command, state)
        case ProposeSupport():
            return choice.propose_support(command, state)
        case Communicate():
            return choice.communicate(command, state)
        case RecordAnswer():
            return choice.record_answer(command, state)
        case Decide():
            return choice.decide_case(command, state)
        case OfferSupport():
            return support.offer_support(command, state)
        case AcceptOffer():
            return support.accept_offer(command, state)
        case DeclineOffer():
            return support.decline_offer(command, state)
        case StartSupport():
            return support.start_support(command, state)
        case TakeMeasure():
            return support.take_measure(command, state)
        case EndSupport():
            return support.end_support(command, state)
        case RecordReceipt():
            return closing.record_receipt(command, state)
        case CloseWithoutSupport():
            return closing.close_without_support(command, state)
        case DecideFollowUp():
            return closing.decide_follow_up(command, state)
        case _:
            assert_never(command)
