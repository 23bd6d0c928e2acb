"""The keys that sign: one file each, readable by its owner alone, made when it is first needed.

A person's key lies in the user's configuration folder; a server's in the folder that it serves.
"""

import getpass
import os
import re
import socket
from pathlib import Path

from whence.errors import StoreError, WireError
from whence.ledger.signing import SigningKey
from whence.store.keyfile import write_once

FILE_NAME = "signing.key"
VARIABLE = "WHENCE_KEY"
"""Names the file of a person's key outright."""


def user_key_path() -> Path:
    """Where this user's key lies (XDG base directory, configuration)."""
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named)
    config = os.environ.get("XDG_CONFIG_HOME") or "~/.config"
    return Path(config).expanduser() / "whence" / FILE_NAME


def user_key() -> SigningKey:
    """This user's key, made on first use and named after user and host.

    Raises:
        StoreError: it can be neither read nor made, or others may read it.
    """
    return key_in(user_key_path(), _own_name())


def key_in(path: Path, name: str) -> SigningKey:
    """The key in a file; where there is none, a new one of this name.

    Raises:
        StoreError: it can be neither read nor made, or others may read it.
    """
    try:
        if not path.exists():
            write_once(path, SigningKey.generate(name).encode())
        if path.stat().st_mode & 0o077:
            raise StoreError(
                f"others may read the private key in {path}",
                hint=f"chmod 600 {path}; if others may have read it, delete it: a new one is made",
            )
        return SigningKey.parse(path.read_text(encoding="utf-8"))
    except WireError as error:
        raise StoreError(
            f"{path} holds no key: {error.message}",
            hint="put back the file that was there, or delete it: a new key is made",
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise StoreError(
            f"the key in {path} cannot be used: {error}", hint=f"name another file with {VARIABLE}"
        ) from error


def _own_name() -> str:
    try:
        user = getpass.getuser()
    except (OSError, KeyError):
        user = f"uid-{os.getuid()}"
    return re.sub(r"[\s+]", "-", f"{user}@{socket.gethostname() or 'localhost'}")
