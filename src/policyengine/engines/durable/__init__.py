"""The engine of forward chaining: durable-rules, with its limits, its attributes and its numbers for texts.

lower (a Plan's rules as conjunctions of integer comparisons) → ruleset (the C extension, behind its adapter)
→ engine (a case as one fact, stratum by stratum).
"""
