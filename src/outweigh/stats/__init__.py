"""Scores -> estimates, paired differences, corrections for many tests, and what could be seen at all. Pure."""
