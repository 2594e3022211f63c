"""``--why`` and ``--why-not``: the chain from an answer to the case, and the nearest thing that failed.

chain (the door) goes from a name to what it comes from: conclusions of rules, clocks, figures, and the
policies and tests (leaves) behind them. A test asks about names again: these are called back through the
walk, which knows what has been told.
"""
