"""One file per format: how alike two files of it are.

Each reads its format without running any of it, as a tree (``trees``) where it can, so that one
walk knows what is equal, what is within tolerance and what is harmless.

- ``trees``: the walk over two trees side by side; ``numbers``: when two numbers are the same;
- ``harmless``: the table of differences that say nothing; ``tolerance``: the other table;
- ``inside``: what runs in the rebuilt environment, in a sandbox, and nowhere else;
- the others: a format each, found by the entry points ``whence.comparers``.
"""
