"""A bare stand-in for ``whence run``: ``launch.py TRACER SESSION COMMAND...``.

Started as a process of its own by tests of signals, terminals and crashes. It ends as the command
ended, and leaves what was seen in ``SESSION/seen``.
"""

import json
import os
import signal
import sys
from pathlib import Path

from whence.capture.tracers.choice import choose


def main() -> None:
    """Run the command under the tracer."""
    name, session, *command = sys.argv[1:]
    tracer, _ = choose(name, os.environ)
    done = tracer.run(command, env=dict(os.environ), cwd=str(Path.cwd()), session_dir=session)
    seen = {
        "reads": [each.path for each in done.activity.reads],
        "writes": [each.path for each in done.activity.writes],
        "gaps": [each.reason for each in done.activity.gaps],
        "pids": [each.pid for each in done.activity.processes],
    }
    (Path(session) / "seen").write_text(json.dumps(seen))
    if done.signal is not None:
        signal.signal(done.signal, signal.SIG_DFL)
        os.kill(os.getpid(), done.signal)
    os._exit(done.exit_status or 0)


if __name__ == "__main__":
    main()
