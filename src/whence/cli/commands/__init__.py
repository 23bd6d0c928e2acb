"""The verbs, one per file; each is an entry point of the group ``whence.commands``."""
