"""Words and places: what is told to people, in which language, and where it stands in a file."""
