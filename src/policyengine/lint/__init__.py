"""What `check` and editors say of a folder: everything that is wrong with rulebooks, cases and tests."""
