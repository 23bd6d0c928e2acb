"""From what hooks told inside processes to what the record says of the run.

Each file reads the tellings of a few forms and decides; none of them touches the machine.

- ``parameters``: what steered the run, and where each value came from;
- ``metrics``: what it measured, step by step;
- ``seeds``: what randomness started from, and where it started from nothing;
- ``objects``: live objects, and from which files and which others they came;
- ``flow``: steps over those objects, and which file went into which;
- ``sources``: what only the program's source tells;
- ``pools``: workers, and how many tasks they were given;
- ``understanding``: all of it together.
"""
