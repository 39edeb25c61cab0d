"""The rows that each kind of stream is seen by: functions of its state, that say no more than a list may.

Names, contacts and words stay sealed in them; whoever may read them opens them on reading.
"""
