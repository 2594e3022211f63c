"""A rulebook to begin with: the starter in the clerk's language, or a vocabulary proposed from cases."""
