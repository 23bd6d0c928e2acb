"""Bringing runs home: a session on disk becomes a record in the store.

- ``bring``: the way from one to the other, at a run's end or after a crash.
- ``instruments``: how the machine is asked for digests, parameters, tables and texts.
- ``surroundings``: environment, hardware and people of a run.
"""
