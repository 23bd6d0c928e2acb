"""What two lineages share, and where they part, layer by layer.

Read in this order:

- ``difference``: the answer as values.
- ``side``: everything upstream of one REF, read once.
- ``align``: which run of the one answers to which of the other, which file to which.
- ``comparison``: the two sides aligned, which is what every layer is given.
- ``code``, ``parameters``, ``environment``: the layers that steer; each compares by itself.
- ``causes``: which of those changes can have changed what a run made.
- ``data``, ``metrics``, ``outputs``: the layers that follow.
- ``compare``: the question itself, and the table of layers.
- ``sentence``, ``answer``: the answer in one line, and as JSON.

Beside them: ``told`` (a change is told once, whoever shares it), ``things`` (how a pair of files
stands), ``unknowns`` (which gap leaves which layer open), ``values`` (when two values are the
same), ``hunks`` (the lines that changed), ``matching`` (pairing by ever looser likeness).
"""

from whence.query.diff.answer import difference_json
from whence.query.diff.compare import diff
from whence.query.diff.difference import Difference

__all__ = ["Difference", "diff", "difference_json"]
