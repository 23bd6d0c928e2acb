"""Fetching a file over HTTP; what comes is checked by whoever asked."""

import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from whence.errors import ReproductionError

_BUFFER = 1 << 20
_PATIENCE = 60


def download(uri: str, to: Path, *, size: int | None, headers: Mapping[str, str] = {}) -> None:
    """Write what an address gives into a file.

    Args:
        uri: Of ``http`` or ``https``.
        to: The file.
        size: How much it should be; more than that is not taken.
        headers: What the service wants to be told.

    Raises:
        ReproductionError: it gave nothing.
        OSError: the file cannot be written.
    """
    request = urllib.request.Request(uri, headers=dict(headers))  # noqa: S310  the caller's schemes
    try:
        with (
            urllib.request.urlopen(request, timeout=_PATIENCE) as answer,  # noqa: S310
            to.open("wb") as file,
        ):
            taken = 0
            while data := answer.read(_BUFFER):
                taken += len(data)
                file.write(data)
                if size is not None and taken > size:
                    break
    except urllib.error.HTTPError as error:
        raise ReproductionError(f"{uri} answers {error.code} {error.reason}") from error
    except urllib.error.URLError as error:
        raise ReproductionError(f"{uri} cannot be reached: {error.reason}") from error
    except ValueError as error:
        raise ReproductionError(f"{uri} is no address: {error}") from error
