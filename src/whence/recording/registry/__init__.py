"""Keeping the register: what people say of models, of their versions and of whole systems.

- ``line``: a name with numbered versions: a registered model, or a system.
- ``registration``: an artifact becomes the next version of a model.
- ``alias``: a movable name points to a version from now on.

Each is a small value with ``compose(reader, time)``, which makes the record and keeps nothing: the
``Recorder`` does. What was said before stays; the latest word counts.
"""
