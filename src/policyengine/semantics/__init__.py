"""What rules mean: what is seen, when a clock ends, what an amount comes to, which rule gives way.

The reference evaluator computes it the naive way and shares nothing with the compiler.
"""
