"""What goes into a watched Python process, and what it reports.

``inside/`` is put on ``PYTHONPATH``, where Python finds its ``sitecustomize`` at every start. That
folder runs in the *user's* interpreter, which may be any since 3.8 and has no Whence: it uses the
standard library alone, shares no code with the rest, and leaves ``sys.path`` as it found it. A
process that ignores its environment (``python -I``, ``-E``, ``-S``, ``env -i``) simply reports
nothing; files are seen all the same where a tracer works from outside.

``frameworks/`` has the hooks, a file for each library, which are loaded there by path when the
library is imported. They, and those of other packages, enter by the door ``whence.frameworks``.
"""

import os
import sys
from contextlib import suppress

from whence import plugins

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "inside")
SESSION, FILES, SWITCH = "WHENCE_SESSION", "WHENCE_FILES", "WHENCE_AGENT"
ROWS_VARIABLE = "WHENCE_ROWS_KEY"
"""With what rows are hashed, see ``inside/_whence_rows.py``; without it they are not."""

FRAMEWORKS = "frameworks"
"""The file in a session that tells the agent which import loads which hooks."""


def equip(env: dict[str, str], session_dir: str, *, files: bool = False) -> None:
    """Let every Python process of a job report into a session.

    Args:
        env: the job's environment, changed here; ``WHENCE_AGENT=off`` in it keeps the agent out.
        session_dir: where reports go.
        files: report opened files too, for want of a tracer that sees them from outside.
    """
    env[SESSION] = session_dir
    if env.get(SWITCH) == "off":
        return
    if files:
        env[FILES] = "1"
    with suppress(OSError):  # without the table there are no hooks, and all else goes on
        _write_table(os.path.join(session_dir, FRAMEWORKS))
    old = [each for each in env.get("PYTHONPATH", "").split(os.pathsep) if each != FOLDER]
    env["PYTHONPATH"] = os.pathsep.join([FOLDER, *old]) if any(old) else FOLDER


def _write_table(path: str) -> None:
    """Tell which import loads which file: one line each, ``module TAB path``."""
    found = plugins.files("whence.frameworks")
    lines = "".join(f"{name}\t{place}\n" for name, place in found.items())
    with open(path, "w", encoding="utf-8") as table:
        table.write(lines)


def start_here() -> None:
    """Begin to report from this very process, which was started without an agent inside."""
    sys.path.insert(0, FOLDER)
    try:
        import _whence_agent  # type: ignore[import-not-found]  # noqa: PLC0415
    finally:
        sys.path.remove(FOLDER)
    _whence_agent.start(late=True)


def stop_here() -> None:
    """Report no more from this process."""
    running = sys.modules.get("_whence_agent")
    if running is not None:
        running.stop()
