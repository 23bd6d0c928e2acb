"""Hooks for libraries, a file for each; see ``docs/decisions/0014-framework-hooks.md``.

A file is loaded by path inside the user's process, when the library that it is for is imported.
It has one function, ``hooks(watch)``: modules to be told of → what is called with each right after
it was executed. ``watch`` is ``inside/_whence_watch.Watch``. Like ``inside/``, these files use the
standard library alone, run on Python 3.8 and later, and import nothing that the program has not.
"""
