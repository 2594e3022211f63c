"""From documents to the typed rulebook: names are resolved and literals read, and every fault is told.

The parsers trust the shape of a document, which its schema has checked; they look at its meaning.
"""
