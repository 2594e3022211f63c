"""Putting rule files into their usual form without changing what they say."""
