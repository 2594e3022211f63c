"""From findings to a decision: reasons, what is still possible, what is missing, timelines."""
