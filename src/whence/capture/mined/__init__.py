"""What other trackers' own files say of a run, where nobody heard it as it was said.

A compiled program, or one in another language, tells its tracker all the same. Each file reads one
format and gives tellings in the words of ``capture.semantics``, as ``declared`` has them; what was
heard already is left out there. ``cards`` reads what a model card claims.
"""
