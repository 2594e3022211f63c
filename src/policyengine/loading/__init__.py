"""A rulebook from its folder: read, checked and compiled, or from the cache."""
