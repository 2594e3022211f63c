"""Tests that policy clerks write: read, run, measured for coverage, and suggested."""
