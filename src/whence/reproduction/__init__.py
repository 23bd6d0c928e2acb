"""Doing it again: whether a run gives the same when it is run again, and which change did what.

Read in this order:

- ``interface``: the nouns: what a run needs to be done again, what came of it, how alike it is.
- ``attribution``: which of several differences made a metric change, by running mixtures.
- ``comparing`` and ``comparers``: how alike two files are, format by format;
  ``sandbox`` and ``walls``: where those are loaded that run code.
"""
