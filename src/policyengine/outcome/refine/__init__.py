"""What is still possible: an undetermined answer, refined by trying what the case could still say.

Kleene's logic, which the engines share, takes every unknown test alone: it calls "x or not x" undetermined.
Here the facts that an answer waits for are filled in, one after the other, until the answer is determined in
every way. What all ways agree on is certain; what remains is a decision tree that says what depends on what.

tree (what is found) ← slices (what an answer rests on) ← domains (what a case could say)
← footprint (what of a case is looked at), far (ways far apart) ← search
"""
