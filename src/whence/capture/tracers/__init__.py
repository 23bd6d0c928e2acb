"""Ways to see which files a tree of processes reads and writes.

====================  ==========================================================================
``notify``            seccomp user notification: the kernel asks before each open, rename, exec …
``nested``            inside another run: that run's supervisor sees, we read its journal
``python``            an audit hook in each Python process, and a snapshot of the workspace
``none``              nothing is seen, and the record says so
====================  ==========================================================================

``choice`` picks one. Each turns what it sees into ``events``; ``journal`` keeps those through a
crash; ``settle`` decides from them what was read and what was written.

What runs before the command starts imports neither ``typing`` nor ``dataclasses`` nor ``json``:
together they would take as long as everything else.
"""
