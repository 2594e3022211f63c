"""The compiled engine: a folded Plan as straight-line Python source, which judges many cases quickly.

scheduling (cells of a stratum in groups) → expressions (conditions as Python expressions) → generate (the
source) → support (what the source calls where something is not known) → engine (findings, made when asked).
"""
