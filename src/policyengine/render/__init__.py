"""Decisions and diagnostics as text and JSON: forms only, nothing is decided here."""
