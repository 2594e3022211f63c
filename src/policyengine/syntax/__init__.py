"""Texts with places: files, YAML and JSON as trees, and whether they have the shape that a schema demands."""
