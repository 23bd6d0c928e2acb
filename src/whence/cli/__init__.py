"""The command line: one verb per file in ``commands``; ``render`` turns answers into text."""
