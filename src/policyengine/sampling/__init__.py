"""Past cases to try rules on: made from the vocabulary of a rulebook and its bounds, never copied.

A case is drawn forwards: the days on which it begins, then each fact after those that it rests on, within the
bounds that the vocabulary sets. So that it is about something, one or a few rules are picked first, and
``wishes`` goes backwards from each to what a case would have to say for it to hold; where a case cannot say
that, it says something else. ``operands`` knows when a time ends that begins with what is drawn already, so
that an act can be put exactly there, ``figures`` the numbers with which rules compare.
"""
