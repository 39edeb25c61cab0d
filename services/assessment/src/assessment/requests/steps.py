"""Every step that an officer can take, by its name in addresses."""

from assessment.requests.choice import Answer, Closing, Communication, Decision, DecisionReceived, FollowUp, Proposal
from assessment.requests.inquiry import (
    ChildHeard,
    ChildNotHeard,
    ConcernedInformed,
    Contact,
    InformationWithheld,
    Need,
    TimeExtension,
    Wish,
)
from assessment.requests.support import Measure, Offer, OfferAccepted, OfferDeclined, SupportEnded, SupportStarted

Request = (
    ConcernedInformed
    | InformationWithheld
    | Contact
    | ChildHeard
    | ChildNotHeard
    | Need
    | Wish
    | TimeExtension
    | Proposal
    | Communication
    | Answer
    | Offer
    | OfferAccepted
    | OfferDeclined
    | Decision
    | DecisionReceived
    | SupportStarted
    | Measure
    | SupportEnded
    | Closing
    | FollowUp
)

STEPS: dict[str, type[Request]] = {
    "concerned-informed": ConcernedInformed,
    "information-withheld": InformationWithheld,
    "contacts": Contact,
    "child-heard": ChildHeard,
    "child-not-heard": ChildNotHeard,
    "needs": Need,
    "wishes": Wish,
    "time-extension": TimeExtension,
    "proposal": Proposal,
    "communication": Communication,
    "answer": Answer,
    "offer": Offer,
    "offer-accepted": OfferAccepted,
    "offer-declined": OfferDeclined,
    "decision": Decision,
    "decision-received": DecisionReceived,
    "support-started": SupportStarted,
    "measures": Measure,
    "support-ended": SupportEnded,
    "closing": Closing,
    "follow-up": FollowUp,
}
