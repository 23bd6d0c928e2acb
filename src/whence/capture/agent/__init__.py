"""What goes into a watched Python process, and what it reports.

``inside/`` is put on ``PYTHONPATH``, where Python finds its ``sitecustomize`` at every start. That
folder runs in the *user's* interpreter, which may be any since 3.8 and has no Whence: it uses the
standard library alone, shares no code with the rest, and leaves ``sys.path`` as it found it. A
process that ignores its environment (``python -I``, ``-E``, ``-S``, ``env -i``) simply reports
nothing; files are seen all the same where a tracer works from outside.
"""

import os

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "inside")
SESSION, FILES, SWITCH = "WHENCE_SESSION", "WHENCE_FILES", "WHENCE_AGENT"


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
    old = [each for each in env.get("PYTHONPATH", "").split(os.pathsep) if each != FOLDER]
    env["PYTHONPATH"] = os.pathsep.join([FOLDER, *old]) if any(old) else FOLDER
