"""What something open waits for: a short way for most, straight from what the source found.

Each is made ready once for a program (:mod:`.short` knows them all): of what a case does not say, of facts
that rules conclude, of the conditions of rules, of clocks and of amounts. ``engines/program`` finds the same
with every step, and everything for which there is no short way here.
"""
