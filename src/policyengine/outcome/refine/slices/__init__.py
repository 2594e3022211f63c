"""What an answer rests on: the tests, clocks and figures behind it, and how each value gets there.

A slice (M. Weiser, Program Slicing, 1981) holds everything that could have an effect on one answer. Its
*atoms* are elementary: each compares something that moves one way with an unknown value with something that
does not. So where all atoms of a slice come out the same at both ends of an interval, they do so inside it.

asked (tests and questions) ← behind (all that stands behind a node) ← flow (where values go)
← motion (what moves with a value) ← entanglement, rising, lengths, days (whether it moves one way)
← comparisons (which are elementary) ← atoms (how these come out) ← constants, lists, conflicts ← slice
"""
