"""Whether an input is the one that a receipt was given for, and which receipts an input has."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from whence.errors import NotFoundError, UsageError
from whence.receipts.forms import UnreadableError, read_body, read_form
from whence.receipts.keys import Key, all_keys
from whence.receipts.receipt import Receipt

Form = tuple[str, bytes]


def _whole(path: Path) -> Form:
    return "bytes", path.read_bytes()


def _json(path: Path) -> Form:
    return read_body(path.read_bytes(), is_json=True)


def _value(path: Path) -> Form:
    return read_form(json.loads(path.read_bytes()))


def _npy(path: Path) -> Form:
    import numpy as np  # noqa: PLC0415  an extra, for who digests arrays

    return read_form(np.load(path, allow_pickle=False))


def _parquet(path: Path) -> Form:
    from pyarrow import parquet  # noqa: PLC0415  an extra, for who digests frames

    return read_form(parquet.read_table(path))


_WAYS: Mapping[str, tuple[Callable[[Path], Form], ...]] = MappingProxyType(
    {
        "bytes": (_whole,),
        "json": (_json,),
        "value": (_value,),
        "array": (_npy,),
        "frame": (_parquet,),
    }
)
"""Form → how a file is read into it."""


def confirms(folders: list[Path], receipt: Receipt, path: Path, *, output: bool = False) -> bool:
    """Whether a file is the input, or the output, that a receipt was given for.

    Raises:
        NotFoundError: the key is not at hand, so that nobody can tell.
        UsageError: the receipt has no digest of it, or the file cannot be read as it was.
    """
    told, form = (
        (receipt.output, receipt.output_form) if output else (receipt.input, receipt.input_form)
    )
    if not told or form not in _WAYS:
        raise UsageError(f"{receipt.id} says nothing of the {'output' if output else 'input'}")
    key = _keys(folders).get(receipt.key)
    if key is None:
        looked = ", ".join(str(each / "keys") for each in folders)
        raise NotFoundError(
            f"the key {receipt.key} of {receipt.id} is not at hand",
            hint=f"it lies where the service keeps its receipts; looked in {looked}",
        )
    read = [each for each in _forms(path, form) if each[0] == form]
    if not read:
        raise UsageError(
            f"{path} cannot be read as {form}, which the service was given",
            hint="give the input in the form in which it was sent",
        )
    return any(key.digest(*each) == told for each in read)


def digests_of(folders: list[Path], path: Path) -> frozenset[str]:
    """What the digest of a file as input would be, in any form, under any key at hand."""
    forms = {each for name in _WAYS for each in _forms(path, name)}
    return frozenset(key.digest(*each) for key in _keys(folders).values() for each in forms)


def _keys(folders: list[Path]) -> dict[str, Key]:
    return {name: key for folder in folders for name, key in all_keys(folder).items()}


def _forms(path: Path, form: str) -> Iterator[Form]:
    """A file read into a form, where it can be; a missing library is told by name."""
    for read in _WAYS[form]:
        try:
            yield read(path)
        except (ValueError, EOFError, UnreadableError):
            continue
        except ImportError as error:
            if path.suffix in {".npy", ".parquet"}:
                raise UsageError(
                    f"{error.name} is needed to read {path.name}",
                    hint="install it with `pip install 'whence[receipts]' numpy`",
                ) from error
        except OSError as error:
            raise NotFoundError(f"{path} cannot be read: {error.strerror or error}") from error
