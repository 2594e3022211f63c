"""The engines that a compiled rulebook runs on."""
