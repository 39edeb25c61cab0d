"""Reports of concern and applications, from the first word to the decision to investigate."""
