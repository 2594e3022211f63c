"""From trees to the model: rule files and cases, every name and value checked, every fault with its place."""
