"""The typed model: rulebooks and cases, with names resolved and literals read. Everything is immutable."""
