"""What shows a server who asks: ``WHENCE_TOKEN``, or the user's file of tokens, one per server.

The file is ``credentials.json`` in the user's own configuration folder (XDG Base Directory), which
nobody else may read: ``{"https://whence.example.org": "token", …}``. No workspace ever holds one.
"""

import json
import os
from pathlib import Path
from urllib.parse import urlsplit

from whence.errors import StoreError, UsageError

VARIABLE = "WHENCE_TOKEN"
"""Goes before the file, and is sent to whichever server is asked."""

_OWNER_ONLY = 0o600


def credentials_file() -> Path:
    """Where the tokens of this user lie."""
    folder = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")  # noqa: PTH111
    return Path(folder) / "whence" / "credentials.json"


def token_for(url: str) -> str | None:
    """The token for a server; ``None`` where there is none.

    Raises:
        StoreError: the file cannot be used, or others may read it.
    """
    return os.environ.get(VARIABLE) or _load().get(server_of(url))


def keep_token(url: str, token: str | None) -> None:
    """Keep a token for a server, or forget it.

    Raises:
        StoreError: the file cannot be written.
    """
    told = _load()
    told.pop(server_of(url), None)
    if token is not None:
        told[server_of(url)] = token
    path = credentials_file()
    temporary = path.with_name(f".{path.name}-{os.getpid()}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        temporary.unlink(missing_ok=True)
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(json.dumps(told, indent=1, sort_keys=True) + "\n")
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise StoreError(f"{path} cannot be written: {error.strerror}") from error


def server_of(url: str) -> str:
    """Scheme, host and port: what a token is good for, whatever the path.

    Raises:
        UsageError: it is no http or https URL.
    """
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname
    except ValueError:
        port, host = None, None
    if not host or parts.scheme not in {"http", "https"}:
        raise UsageError(
            f"{url!r} is not the address of a server", hint="such as https://whence.example.org"
        )
    host = f"[{host}]" if ":" in host else host
    usual = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{host}" + ("" if port in {None, usual} else f":{port}")


def _load() -> dict[str, str]:
    path = credentials_file()
    try:
        mode = path.stat().st_mode
        if mode & 0o077:
            raise StoreError(
                f"{path} may be read by others, and is not used", hint=f"chmod 600 {path}"
            )
        told = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise StoreError(
            f"{path} cannot be used: {error}", hint="mend it, or `whence login` again"
        ) from error
    if not isinstance(told, dict) or not all(isinstance(each, str) for each in told.values()):
        raise StoreError(f"{path} holds no tokens", hint="delete it, and `whence login` again")
    return told
