"""Follow-up owns what became of people, on both ways to support, and the follow-up of children's situations.

It listens to what the other services publish, keeps the group facts of each case, and shows both ways side by side in
one vocabulary. Small numbers are never shown. After an investigation that ended without support, the board may decide
to follow up a child's situation (SoL 23 kap.); that is a stream of this service's own, and the Act sets its last day.
"""
