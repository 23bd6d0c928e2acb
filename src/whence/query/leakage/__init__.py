"""Did a model see, while it was trained, what it was measured on?

Facts come from what happened inside runs (facet ``steps``), from sketches of the rows that reached
them, and where neither is there from the files that runs used.

- ``overlap``: how many rows two sketches share, with an honest interval;
- ``stages``: the fits and evaluations of one run, each with its data;
- ``runs``: which runs are looked at, and which fits stand behind an evaluation;
- ``judging``: whether data of a fit came back in an evaluation, and how that is known;
- ``preparing``: what was learned from all rows before they were split;
- ``answer``: warnings and notes as JSON.
"""
