"""What people and programs send."""

from pydantic import BaseModel

from followup.decide import EndedByCaseworker


class EndRequest(BaseModel):
    """Why a child's follow-up ends before its last day."""

    reason: EndedByCaseworker
