"""Serve the record over HTTP: for a team, for other tools, for a look with a browser.

The server works on the record of this folder, as every command does, or on the one that --store
names. It listens on this machine
alone, on port 8642 or the next that is free, and says where. Ctrl-C or SIGTERM end it: what it has
accepted is kept before it goes.

    whence serve
    whence serve --demo
    whence serve --store postgresql://whence@db.example.org/whence
    whence serve --port 0 --log-format json
    whence serve --auth tokens --host 0.0.0.0 --allowed-host whence.example.org

With --auth, everybody has to say who they are; without it, only this machine is served. The first
start prints a token that may do everything for a day: `whence user` and `whence token` let others
in with it.

/openapi.json describes everything that can be asked; /healthz, /readyz and /metrics are for
whoever looks after it. Needs the extra packages of `pip install 'whence[server]'`.
"""

import argparse
import shutil
import threading
from contextlib import ExitStack
from urllib.parse import urlsplit

from whence.cli.console import Console
from whence.errors import NotFoundError, UsageError, WhenceError
from whence.server.access.permission import Mode, check_bind
from whence.store.interface import Store
from whence.store.opening import open_store
from whence.workspace import FOLDER, Workspace, make_workspace, store_url

_FIRST = """
Nobody can let others in yet. With this token one may do everything for a day; it is shown only now:

    {token}

    whence login {url} --token -      (and paste it)
    whence user add NAME --role admin --server {url}"""

_PLAYED = ".whence/played"
"""Says that the demo was played to its end."""

SUMMARY = "serve the record over HTTP"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "--store", metavar="URL", help="serve this store, such as postgresql://…; default: as ever"
    )
    parser.add_argument(
        "--demo", action="store_true", help="serve the record of the demo; made on first use"
    )
    parser.add_argument(
        "--host", default="127.0.0.1", help="the address to listen on (default 127.0.0.1)"
    )
    parser.add_argument(
        "--port", type=int, help="the port (default 8642, or the next that is free; 0: any)"
    )
    parser.add_argument(
        "--auth",
        choices=[each.value for each in Mode],
        default=Mode.NONE.value,
        help="who asks is made sure by: nothing (default; this machine alone), tokens, or sign-in "
        "with the OpenID provider of access.toml as well",
    )
    parser.add_argument(
        "--allowed-host",
        metavar="NAME",
        action="append",
        default=[],
        help="a name that the server answers to, besides localhost and its address; repeatable",
    )
    parser.add_argument("--tls-cert", metavar="FILE", help="serve https with this certificate")
    parser.add_argument("--tls-key", metavar="FILE", help="and this key")
    parser.add_argument(
        "--trusted-proxy",
        metavar="ADDRESS",
        action="append",
        default=[],
        help="believe this proxy who asks, and whether by https (X-Forwarded-*); repeatable",
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
    from whence.server.access.opening import first_token, open_gate  # noqa: PLC0415

    mode = Mode(args.auth)
    check_bind(args.host, authenticated=mode is not Mode.NONE)
    tls = _checked_tls(args.tls_cert, args.tls_key)
    scheme = "https" if tls else "http"
    if args.demo and args.store:
        raise UsageError("--demo has a store of its own", hint="leave --store out")
    workspace = _demo(console) if args.demo else make_workspace()
    named = "sqlite://" if args.demo else args.store or store_url(workspace.folder)
    store = _opened(workspace, named)
    places = {workspace.folder, getattr(store, "folder", workspace.folder)}
    with ExitStack() as held:
        for place in sorted(places):
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
            held.enter_context(listening.serving_alone(place))
        socket = listening.listen(args.host, args.port)
        gate = open_gate(workspace.folder, mode, args.allowed_host)
        service = Service(store, workspace.folder, gate)
        try:
            with service.store.reading() as reader:
                entries = reader.head().size
            threading.Thread(target=_prepare, args=(store, console), daemon=True).start()
            journal = Journal(args.log_format, console.err)
            app = build(service, all_routes(), journal=journal)
            host, port = socket.getsockname()[:2]
            shown = f"[{host}]" if ":" in host else host

            def started() -> None:
                console.print(
                    f"Whence serves {_shown(store, named)} ({entries} entries) "
                    f"at {scheme}://{shown}:{port}"
                )
                if token := first_token(gate):
                    console.print(_FIRST.format(token=token, url=f"{scheme}://{shown}:{port}"))
                console.out.flush()

            listening.run(app, socket, journal, started, tls=tls, proxies=args.trusted_proxy)
        finally:
            service.close()
            socket.close()
    return 0


def _prepare(store: Store, console: Console) -> None:
    """The first large question then does not wait; whatever fails here fails again, and is told."""
    try:
        store.prepare()
    except WhenceError as error:
        console.say(f"whence: {error.message}")


def _shown(store: Store, url: str | None) -> str:
    """How people call the store; who may use it, and the password, are not said."""
    folder = getattr(store, "folder", None)
    if folder is not None:
        return str(folder)
    parts = urlsplit(url or "")
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _opened(workspace: Workspace, named: str | None) -> Store:
    """The store to be served.

    Raises:
        UsageError: it is itself behind a server.
    """
    if named and named.startswith(("http://", "https://")):
        raise UsageError(
            f"{named} is a server already",
            hint="name a store with --store, or `--store sqlite://` for the one in this folder",
        )
    return open_store(named, workspace.folder)


def _demo(console: Console) -> Workspace:
    """The workspace of the demo, in the user's own state folder."""
    from whence.capture.session import state_folder  # noqa: PLC0415  only needed here
    from whence.demo.playing import play  # noqa: PLC0415

    folder = state_folder() / "demo"
    if not (folder / _PLAYED).exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        console.say("whence: making the demo's record; this takes a minute, once")
        play(folder, console.say, console.err)
        (folder / _PLAYED).touch()
    return Workspace(folder, folder / FOLDER)


def _checked_tls(certificate: str | None, key: str | None) -> tuple[str, str] | None:
    """The files of https, if they can be used.

    Raises:
        UsageError: one is missing, or they do not belong together.
    """
    import ssl  # noqa: PLC0415  costs milliseconds

    if not certificate or not key:
        if certificate or key:
            raise UsageError("https needs both --tls-cert and --tls-key")
        return None
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError) as error:
        raise UsageError(
            f"{certificate} and {key} cannot be used for https: {error}",
            hint="both are PEM files; the certificate comes first in its chain",
        ) from error
    return certificate, key
