"""Judging very many cases: from files to files, in as many processes as there are cores.

inputs (which files) → records (what stands in them, in blocks) → columns (what those of a table mean)
→ reading (blocks to typed cases) → row (a decision as a flat row) → encoding (rows as bytes) → decisions (all
that is done to a block) → work (blocks in order, from many processes) → staging (output whole or not at all,
and resumed) → summary (what came out, in numbers that add up).
"""
