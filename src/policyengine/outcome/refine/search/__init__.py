"""The search: fill in what an answer waits for, value by value, until it is determined in every way.

A completion is a case that says more. The answer of a completion that is determined is a leaf of the tree
(Kleene's logic ends a branch early); else something that it still waits for is split into its values, or, if
its values have an order, into intervals in which no elementary comparison changes (found by bisection).

goal (what is searched), attempts (what has been tried) ← records, places (with what lists and time zones are
filled in) ← kinds (how anything is filled in) ← order (what comes first) ← cells (intervals), lists
← leaves, merging (what is found) ← ends (two ways, to see whether they differ), witnesses (a few, to see that
all matters) ← search
"""
