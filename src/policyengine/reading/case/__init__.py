"""From the JSON of a case to its typed facts: names and values are checked against the vocabulary.

reader (the door) → settings (what if) → header → names → values → checks (what facts say about each other).
All write into one draft, which knows where everything stands. A case without titles, settings and faults,
as most are, is read by `plain` instead: the same case, in a third of the time.
"""
