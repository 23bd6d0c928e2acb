"""The only way in: observations become records, and records are checked before they are kept.

- ``observation``: what may be said, in the words of whoever saw it.
- ``resolve``: which artifact is this? New, or one that history knows?
- ``compose``: an observation and its resolved artifacts as one record.
- ``validate``: the edge table holds, and nothing comes before its cause.
- ``redact``: secrets never reach a record.
- ``registry``: what people say of models, of their versions and of systems.
- ``recorder``: the door itself.
"""
