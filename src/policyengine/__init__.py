"""Judge marketplace disputes by rules written in YAML."""
