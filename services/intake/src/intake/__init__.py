"""Intake owns what comes in: reports of concern for a child (orosanmälan) and applications (ansökan).

A report goes from the first word over the immediate assessment of protection (skyddsbedömning) to the decision whether
to open an investigation (förhandsbedömning). An application is helped to become complete. Both end with an
investigation being asked for, or with the reason why not. What comes after is assessment's.
"""
