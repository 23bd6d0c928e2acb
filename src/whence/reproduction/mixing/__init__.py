"""What differs between two recorded pipelines, in parts that can be exchanged one by one.

Read in this order:

- ``pieces``: a sequence that became another, as edits of which any choice can be made.
- ``scripts``, ``settings``, ``commands``: edits of code, of configuration files, of command lines.
- ``stages``: which run of the one pipeline answers to which of the other.
- ``surroundings``, ``replays``: environments compared; a stage as one of its sides was.
- ``factors``: everything that differs, and what a mixture of it is: replays, stage by stage.
- ``history``, ``timeline``: the way from A to B as commits and versions of data, point by point.
- ``shelf``: what stages gave before, by what went into them.
- ``bench``: a laboratory that really runs mixtures.
"""
