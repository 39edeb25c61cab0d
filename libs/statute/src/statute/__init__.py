"""The Social Services Act (2025:400) as data and pure functions.

Each module is a chapter of the story: first the rules as data, each with its paragraph, how certain it is and from
when it applies; then functions that take the day (a date in Europe/Stockholm) and answer with the rules they used.
Nothing here reads a clock, a database or a setting.
"""
