"""What an edit of a rulebook would have done to past cases, and which part of the edit did it.

parts (the edit, taken apart) → mixture (the old rulebook with some of the parts) → view (what of a decision
can differ) → cause (the parts that bring a difference about) → tally (what came out, in numbers that add up)
→ comparison (a block of cases, judged by both) → examples, words → document (text, Markdown, HTML) and data.
"""
