"""The language server: what editors ask about rule files, answered from their texts."""
