"""Exact values: how they are written and held, and the calendars that count time."""
