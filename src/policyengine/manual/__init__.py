"""The manual of diagnostics: what each code means, with an example that fails and one that passes."""
