from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from whence.errors import NotFoundError, UsageError
from whence.receipts.confirming import confirms, digests_of
from whence.receipts.reading import Wanted, find_receipt, list_receipts
from whence.receipts.receipt import Receipt
from whence.receipts.recorder import Recorder


def given(folder: Path, value: Any, output: Any = None) -> Receipt:
    with Recorder("delay@3", folder=folder, resolver=None) as its:
        return find_receipt([folder], its.receipt(value, output))


def write(path: Path, value: Any) -> Path:
    if isinstance(value, pa.Table):
        parquet.write_table(value, path)
    elif isinstance(value, np.ndarray):
        with path.open("wb") as file:
            np.save(file, value)
    else:
        path.write_bytes(value)
    return path


@pytest.mark.parametrize(
    ("value", "same", "other"),
    [
        ({"a": 1, "b": [0.5]}, b'{ "b": [5e-1], "a": 1.0 }', b'{"a": 1, "b": [0.25]}'),
        (b"\x00\xff", b"\x00\xff", b"\x00\xfe"),
        ([1, float("nan")], b"[1, NaN]", b"[2, NaN]"),
        (np.arange(3), np.arange(3), np.arange(4)),
        (pa.table({"a": [1]}), pa.table({"a": [1]}), pa.table({"a": [2]})),
    ],
    ids=["json", "bytes", "value", "array", "frame"],
)
def test_who_has_the_input_can_confirm_it(
    tmp_path: Path, value: Any, same: Any, other: Any
) -> None:
    suffix = {np.ndarray: ".npy", pa.Table: ".parquet"}.get(type(same), ".json")
    folder = tmp_path / "receipts"
    receipt = given(folder, value, {"p": 1})
    same, other = write(tmp_path / f"same{suffix}", same), write(tmp_path / f"other{suffix}", other)
    assert confirms([folder], receipt, same)
    assert not confirms([folder], receipt, other)
    assert receipt.input in digests_of([folder], same)
    found = list_receipts([folder], Wanted(inputs=digests_of([folder], same)), 9)
    assert [each.id for each in found] == [receipt.id]
    assert receipt.input not in digests_of([folder], other)
    told = write(tmp_path / "output.json", b'{"p":1}')
    assert confirms([folder], receipt, told, output=True)


def test_without_the_key_nobody_can_tell(tmp_path: Path) -> None:
    folder = tmp_path / "receipts"
    receipt = given(folder, b"a")
    for key in (folder / "keys").iterdir():
        key.unlink()
    path = write(tmp_path / "a", b"a")
    with pytest.raises(NotFoundError, match="is not at hand"):
        confirms([folder], receipt, path)
    assert digests_of([folder], path) == frozenset()


def test_what_cannot_be_compared_is_said(tmp_path: Path) -> None:
    folder = tmp_path / "receipts"
    path = write(tmp_path / "a.csv", b"a,b\n")
    with pytest.raises(UsageError, match="cannot be read as json"):
        confirms([folder], given(folder, {"a": 1}), path)
    with pytest.raises(UsageError, match="says nothing of the input"):
        confirms([folder], given(folder, object()), path)
    with pytest.raises(NotFoundError, match="cannot be read"):
        confirms([folder], given(folder, b"a"), tmp_path / "nowhere")
