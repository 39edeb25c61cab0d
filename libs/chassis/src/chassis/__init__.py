"""The shell that every service shares: commands in, events kept, events out, events in, and the pages around them.

Read in this order: `decider` (the pure core's shape), `handle` (a command's way), `event_store`, `relay`, `consumer`,
`timers`, `rebuild`. Nothing here knows what any service is about.
"""
