"""From the typed rulebook to a program: small passes, each from one immutable form to the next.

choose_readings (no assumption is left) → normal_form (conjunctions of literals) → lower (attributes and
integer comparisons) → strata. Beside it, closures: the three-valued meaning of the same conditions as
Python functions, for everything that an engine of true facts cannot say.
"""
