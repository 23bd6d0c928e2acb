"""Starts Whence's agent, then makes room for the sitecustomize that this one hides.

Read by whatever Python the user runs, however old: the syntax stays that of all of them.
"""

import os
import sys

_folder = os.path.dirname(os.path.abspath(__file__))
if sys.version_info >= (3, 8):
    try:
        import _whence_agent  # type: ignore[import-not-found]

        _whence_agent.start()
    except Exception:  # the user's program comes first
        pass

# As if this folder had never been there; children still find it in PYTHONPATH.
sys.path[:] = [entry for entry in sys.path if entry != _folder]
sys.path_importer_cache.pop(_folder, None)
sys.modules.pop("sitecustomize", None)

# The hidden one takes this one's place. Where there is none, the ImportError is what site.py
# expects, and it leaves no trace.
import sitecustomize  # type: ignore[import-not-found]  # noqa: E402, F401
