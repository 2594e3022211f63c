"""What is still possible: an undetermined answer, refined by trying what the case could still say.

Kleene's logic, which the engines share, takes every unknown test alone: it calls "x or not x" undetermined.
Here the facts that an answer waits for are filled in, one after the other, until the answer is determined in
every way. What all ways agree on is certain; what remains is a decision tree that says what depends on what.

target (what is asked), tree (what is found), refined (both) ← domains (what a case could say), phases
← slices (what an answer rests on) ← footprint (what of a case is looked at) ← allowance (how much is tried)
← refiner (what all cases share) ← completions (of one case), far (ways far apart) ← search ← refinement
"""
