"""Backwards from a rule to what a case would have to say for it to hold.

Each condition becomes a wish, for it to be true or to be false, that picks one of the ways at random. Wishes
bind nobody: those that come first go before others, bounds before all, and the case is judged by nobody here.

``wishes`` is the door, and through it wishes ask each other. ``rules`` and ``conditions`` take rules apart,
``times`` and ``lists`` what these ask. ``kind`` is what can be wished of a value; each kind has a module:
``given`` (a number, an instant, a word), ``concluded``, ``deadlines``, ``computed`` (an amount).
``records`` picks those of a list; ``limits`` and ``combining`` are what wishes consist of.
"""
