"""Keeping the register: what people say of models, of their versions and of whole systems.

- ``line``: what is there of a name with versions: a registered model, or a system.
- ``registration``: an artifact becomes the next version of a model.
- ``derivation``: what a model was made of, as people say.
- ``assembly``: parts become the next version of a system.
- ``alias``: a movable name points to a version from now on.
- ``words``: descriptions, tags, owners, licences, of anything.
- ``retirement``: nobody should use it from now on.
- ``change``: one row of the history of all that.

Each is a small value with ``compose(reader, time)``, which makes the record and keeps nothing: the
``Recorder`` does. What was said before stays; the latest word counts.
"""
