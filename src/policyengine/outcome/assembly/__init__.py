"""Putting a decision together from the findings, and from the ways in which they may still come out."""
