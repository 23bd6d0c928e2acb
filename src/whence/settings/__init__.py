"""What may be set for a workspace: how much is kept, of what.

- ``table``: every setting, with what it may be and what it is where nobody set it.
- ``patterns``: which files a rule for a path speaks of.
- ``configuration``: what is set, in the file ``.whence/config.toml``.
"""
