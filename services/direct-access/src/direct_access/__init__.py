"""Support without individual needs assessment (insatser utan individuell behovsprövning, SoL 11:5).

This service owns the boards' catalogue of support, each person's direct support from the first word to its end, the
times that can be booked, visits where identity is not documented (14:5), talks for those who cannot start alone, the
concerns for a child that its staff raise, and the applications that they help to start.
"""
