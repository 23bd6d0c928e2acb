"""Bringing runs home: a session on disk becomes a record in the store.

- ``sessions``: which runs go on, which are abandoned; brings the latter home.
- ``ongoing``: runs that go on, in the same words as the record will have.
- ``bring``: the way from one to the other, at a run's end or after a crash.
- ``instruments``: how the machine is asked for digests, parameters, tables and texts.
- ``surroundings``: environment, hardware and people of a run.
- ``progress``: how far long work has come, on a terminal.
- ``texts``, ``comparing``: kept sources, and what ``diff`` asks for beside the record.
- ``lending``: kept sources that go to a server, and come from one.
"""
