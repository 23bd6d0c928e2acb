"""Serve the record over HTTP: for a team, for other tools, for a look with a browser.

The server works on the record of this folder, as every command does. It listens on this machine
alone, on port 8642 or the next that is free, and says where. Ctrl-C or SIGTERM end it: what it has
accepted is kept before it goes.

    whence serve
    whence serve --port 0 --log-format json

/openapi.json describes everything that can be asked; /healthz, /readyz and /metrics are for
whoever looks after it. Needs the extra packages of `pip install 'whence[server]'`.
"""

import argparse

from whence.cli.console import Console
from whence.errors import NotFoundError
from whence.workspace import make_workspace

SUMMARY = "serve the record over HTTP"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "--host", default="127.0.0.1", help="the address to listen on (default 127.0.0.1)"
    )
    parser.add_argument(
        "--port", type=int, help="the port (default 8642, or the next that is free; 0: any)"
    )
    parser.add_argument(
        "--log-format", choices=["text", "json"], default="text", help="default: text"
    )


def execute(args: argparse.Namespace, console: Console) -> int:
    """Serve until told to stop."""
    try:
        from whence.server import listening  # noqa: PLC0415  an extra, and only needed here
        from whence.server.api import all_routes  # noqa: PLC0415
        from whence.server.app import build  # noqa: PLC0415
        from whence.server.journal import Journal  # noqa: PLC0415
        from whence.server.service import Service  # noqa: PLC0415
    except ImportError as error:
        raise NotFoundError(
            f"the server needs the package {error.name!r}", hint="pip install 'whence[server]'"
        ) from error
    from whence.server.access.permission import check_bind  # noqa: PLC0415

    check_bind(args.host, authenticated=False)
    workspace = make_workspace()
    with listening.serving_alone(workspace.folder):
        socket = listening.listen(args.host, args.port)
        service = Service(workspace.store, workspace.folder)
        try:
            with service.reading(service.principal()) as reader:
                entries = reader.head().size
            journal = Journal(args.log_format, console.err)
            app = build(service, all_routes(), journal=journal)
            host, port = socket.getsockname()[:2]
            shown = f"[{host}]" if ":" in host else host

            def started() -> None:
                console.print(
                    f"Whence serves {workspace.folder} ({entries} entries) at http://{shown}:{port}"
                )
                console.out.flush()

            listening.run(app, socket, journal, started)
        finally:
            service.close()
            socket.close()
    return 0
