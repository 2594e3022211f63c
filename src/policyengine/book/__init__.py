"""The policy book: a whole rulebook for people to read and print, in its languages."""
